//! The guard: starts a server, waits, and ends the server with all its children.

use std::collections::HashSet;
use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, stderr, stdin};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio, exit};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use procfs::process::all_processes;
use rustix::event::{PollFd, PollFlags};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, getpid, kill_process, pidfd_open, set_child_subreaper,
    wait,
};
use rustix::thread::{CpuSet, sched_setaffinity};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::pipes::{KILL, Pipes, Report, poll_until};

/// The first argument of our own program when it is executed again as a guard.
const MARKER: &str = "--guard-of-a-server";

/// Time between two looks at processes that are ending: one that a look missed is found by the next.
const LOOK: Duration = Duration::from_millis(100);

/// Whether `main` of this program calls [`run_guard_if_asked`].
static CAN_BE_A_GUARD: AtomicBool = AtomicBool::new(false);

/// The start parameters of a guard.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) end_limit: Duration,
    /// The processors that the server is kept to, such as `0,2`.
    pub(crate) cpus: String,
    /// The server's program and its arguments.
    pub(crate) words: Vec<String>,
}

/// Becomes the guard of a server where this program was executed for that; otherwise returns at once. It must be the
/// first line of `main`.
pub fn run_guard_if_asked() {
    CAN_BE_A_GUARD.store(true, Ordering::Relaxed);
    let mut words = env::args_os().skip(1);
    if words.next().is_some_and(|word| word == MARKER) {
        exit(i32::from(be_a_guard(words).is_none()));
    }
}

/// Starts a guard. The server's output goes to `log`.
pub(crate) fn start(order: Order, log: File) -> io::Result<(Pipes, Child)> {
    if !CAN_BE_A_GUARD.load(Ordering::Relaxed) {
        let why = "the main function of this program does not call process::run_guard_if_asked";
        return Err(io::Error::other(why));
    }
    let (asks, asks_to) = io::pipe()?;
    let (reports_from, reports) = io::pipe()?;
    let limit_ms = order.end_limit.as_millis().to_string();
    let guard = Command::new("/proc/self/exe")
        .arg0("guard")
        .args([MARKER, &limit_ms, &order.cpus])
        .args(order.words)
        .stdin(asks)
        .stdout(reports)
        .stderr(log)
        // Ctrl-C in the terminal is for us, who then end the server in good order.
        .process_group(0)
        .spawn()?;
    Ok((Pipes::new(asks_to, reports_from), guard))
}

fn be_a_guard(mut words: impl Iterator<Item = OsString>) -> Option<()> {
    let limit_ms = words.next()?.into_string().ok()?.parse().ok()?;
    let cpus = words.next()?.into_string().ok()?;
    let words: Vec<_> = words.collect();
    // Only the pipe says when to end. A handler, unlike SIG_IGN, is not inherited by the server.
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        flag::register(signal, Arc::new(AtomicBool::new(false))).ok()?;
    }
    set_child_subreaper(Some(getpid())).ok()?;
    match start_server(&words, &cpus) {
        Ok(server) => {
            Report::Started(server.id()).print();
            guard(Pid::from_child(&server), Duration::from_millis(limit_ms));
        }
        Err(error) => Report::of_failure(&error).print(),
    }
    Some(())
}

fn start_server(words: &[OsString], cpus: &str) -> io::Result<Child> {
    let (program, arguments) = words.split_first().ok_or(io::ErrorKind::NotFound)?;
    let mut set = CpuSet::new();
    let numbers = cpus.split(',').filter_map(|cpu| cpu.parse().ok());
    numbers
        .filter(|cpu| *cpu < CpuSet::MAX_CPU)
        .for_each(|cpu| set.set(cpu));
    if !cpus.is_empty() {
        // The server inherits it.
        sched_setaffinity(None, &set).map_err(|error| {
            io::Error::other(format!("cannot keep to processors {cpus}: {error}"))
        })?;
    }
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(stderr())
        .stderr(stderr())
        .process_group(0)
        .spawn()
}

/// Waits for the order to end the server or for the end of our own process, ends the server, and returns when no child is left.
fn guard(server: Pid, end_limit: Duration) {
    let mut watched = watch(&[server]);
    let (mut deadline, mut asked) = (None, HashSet::new());
    let (mut is_open, mut has_killed) = (true, false);
    while !reap_all(server, &mut watched) {
        if let Some(deadline) = deadline {
            let living = children();
            has_killed |= end(&living, deadline, &mut asked);
            watched = watch(&living);
        }
        if is_asked(is_open, &watched, deadline.map(|_| LOOK)) {
            let mut ask = [0];
            is_open = rustix::io::read(stdin(), &mut ask).is_ok_and(|length| length > 0);
            let now = Instant::now();
            deadline = match ask == [KILL] {
                true => Some(now),
                false => deadline.or(Some(now + end_limit)),
            };
        }
    }
    if has_killed {
        Report::Killed.print();
    }
}

/// Reaps the children that have ended, reports the server's end, and says whether no child is left.
fn reap_all(server: Pid, watched: &mut Vec<OwnedFd>) -> bool {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if pid == server => {
                Report::Ended(ExitStatus::from_raw(status.as_raw())).print();
                watched.clear();
            }
            Ok(Some(_)) => {}
            Ok(None) => return false,
            Err(_) => return true,
        }
    }
}

/// Sends SIGTERM once to each process, since a second one tells a server to end at once; after the deadline SIGKILL.
/// Says whether it did the latter.
fn end(processes: &[Pid], deadline: Instant, asked: &mut HashSet<Pid>) -> bool {
    let is_late = Instant::now() >= deadline;
    for pid in processes {
        // None has been reaped since it was found, so its number is still its own.
        if is_late {
            let _ = kill_process(*pid, Signal::KILL);
        } else if asked.insert(*pid) {
            let _ = kill_process(*pid, Signal::TERM);
        }
    }
    is_late
}

/// The children that have not ended: the server, and those that it or a child of it left behind.
fn children() -> Vec<Pid> {
    let own = getpid().as_raw_pid();
    let stats = all_processes().into_iter().flatten();
    stats
        .filter_map(|process| process.ok()?.stat().ok())
        .filter(|stat| stat.ppid == own && stat.state != 'Z')
        .filter_map(|stat| Pid::from_raw(stat.pid))
        .collect()
}

/// File descriptors that are readable when the processes have ended.
fn watch(processes: &[Pid]) -> Vec<OwnedFd> {
    let open = |pid: &Pid| pidfd_open(*pid, PidfdFlags::empty()).ok();
    processes.iter().filter_map(open).collect()
}

/// Waits for an order, the end of a process, or the end of the time; returns whether there is an order.
/// Without a limit this costs nothing while a run is measured.
fn is_asked(is_open: bool, watched: &[OwnedFd], limit: Option<Duration>) -> bool {
    let asks = stdin();
    let own = is_open.then(|| asks.as_fd());
    let fds = own.into_iter().chain(watched.iter().map(|fd| fd.as_fd()));
    let mut fds: Vec<_> = fds
        .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
        .collect();
    poll_until(&mut fds, limit) && is_open && !fds[0].revents().is_empty()
}

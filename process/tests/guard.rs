//! Servers are ended with all their children, whatever becomes of who started them. This program has a `main` of its own,
//! because it is also executed as the guard, as the server and as the parent that is killed.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use std::{env, fs, process as this, thread};

use process::{Command, Interrupt, Killed, Server, run_guard_if_asked};
use procfs::process::{Process, all_processes};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tempfile::TempDir;

const TESTS: &[(&str, fn())] = &[
    (
        "a_wrapper_leaves_nothing_behind",
        a_wrapper_leaves_nothing_behind,
    ),
    (
        "a_server_prints_its_last_words_at_sigterm",
        a_server_prints_its_last_words_at_sigterm,
    ),
    (
        "a_server_that_ignores_sigterm_is_killed",
        a_server_that_ignores_sigterm_is_killed,
    ),
    (
        "a_parent_killed_by_sigkill_leaves_nothing_behind",
        a_parent_killed_by_sigkill_leaves_nothing_behind,
    ),
    (
        "the_second_signal_kills_the_servers",
        the_second_signal_kills_the_servers,
    ),
    (
        "a_server_that_ends_at_once_is_an_error",
        a_server_that_ends_at_once_is_an_error,
    ),
    (
        "an_unknown_program_is_an_error",
        an_unknown_program_is_an_error,
    ),
    (
        "a_server_that_finds_its_port_taken_is_started_again",
        a_server_that_finds_its_port_taken_is_started_again,
    ),
    (
        "a_server_keeps_to_its_processors",
        a_server_keeps_to_its_processors,
    ),
    (
        "the_guard_sleeps_while_the_server_runs",
        the_guard_sleeps_while_the_server_runs,
    ),
];

fn main() {
    run_guard_if_asked();
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", how, port] => serve(how, port.parse().unwrap()),
        ["parent", log] => parent(Path::new(log)),
        _ => {
            let wanted = words.iter().find(|word| !word.starts_with('-'));
            let is_wanted = |name: &str| wanted.is_none_or(|wanted| name.contains(wanted));
            for (name, test) in TESTS.iter().filter(|(name, _)| is_wanted(name)) {
                println!("test {name}");
                test();
            }
        }
    }
}

/// A server that prints its process number and, at SIGTERM, its last words.
fn serve(how: &str, port: u16) {
    let mut signals = Signals::new([SIGTERM, SIGINT]).unwrap();
    println!("serves as {}", this::id());
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    thread::spawn(move || listener.incoming().for_each(drop));
    let mut asked = 0;
    for _ in signals.forever() {
        asked += 1;
        if how == "ends" {
            break;
        }
    }
    println!("asked {asked} times");
}

/// Starts a server behind a wrapper, says that it runs, and waits for its end.
fn parent(log: &Path) {
    let interrupt = Interrupt::listen().unwrap();
    let wrapped = wrapped("sh -c '\"$0\" serve {how} {port} & wait' {exe}", "ignores");
    let _server = Server::start(&wrapped, log, &interrupt).unwrap();
    println!("it runs");
    while !interrupt.is_stopped() {
        thread::yield_now();
    }
    println!("it stops");
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn a_wrapper_leaves_nothing_behind() {
    for wrapper in [
        "{exe} serve {how} {port}",
        "sh -c '\"$0\" serve {how} {port} & wait' {exe}",
        "sh -c '\"$0\" serve {how} {port}; true' {exe}",
        "sh -c '\"$0\" serve {how} {port} & \"$0\" serve {how} 0 & wait' {exe}",
        "sh -c 'setsid \"$0\" serve {how} {port} & wait' {exe}",
        "sh -c '(\"$0\" serve {how} {port} &) ; sleep 1h' {exe}",
        "timeout 1h {exe} serve {how} {port}",
    ] {
        let (folder, log) = log();
        let server = Server::start(&wrapped(wrapper, "ends"), &log, &no_interrupt()).unwrap();
        let servers = servers(&log);
        assert!(!servers.is_empty(), "{wrapper}");
        server.end().unwrap();
        for pid in servers {
            assert!(Process::new(pid).is_err(), "{wrapper} left {pid} behind");
        }
        assert_eq!(children_of(this::id() as i32), [], "{wrapper}");
        drop(folder);
    }
}

fn a_server_prints_its_last_words_at_sigterm() {
    let (_folder, log) = log();
    let command = wrapped("sh -c '\"$0\" serve {how} {port} & wait' {exe}", "ends");
    let server = Server::start(&command, &log, &no_interrupt()).unwrap();
    server.end().unwrap();
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.ends_with("asked 1 times\n"), "{text}");
}

fn a_server_that_ignores_sigterm_is_killed() {
    let (_folder, log) = log();
    let mut command = wrapped("sh -c '\"$0\" serve {how} {port} & wait' {exe}", "ignores");
    command.end_limit = Duration::from_millis(50);
    let server = Server::start(&command, &log, &no_interrupt()).unwrap();
    let pid = servers(&log)[0];
    assert_eq!(server.end(), Err(Killed(command.end_limit)));
    assert!(Process::new(pid).is_err());
}

fn a_parent_killed_by_sigkill_leaves_nothing_behind() {
    let (_folder, log) = log();
    let (mut parent, _) = started_parent(&log);
    let mut family = servers(&log);
    family.extend(descendants_of(parent.id() as i32));
    assert!(family.len() >= 3, "guard, shell, server: {family:?}");
    let watched: Vec<_> = family.iter().map(|pid| watch(*pid)).collect();
    parent.kill().unwrap();
    parent.wait().unwrap();
    // The guard asks first and kills after its limit.
    watched.iter().for_each(wait_for_end);
    family.into_iter().for_each(assert_is_gone);
}

fn the_second_signal_kills_the_servers() {
    let (_folder, log) = log();
    let (mut parent, mut said) = started_parent(&log);
    let family = descendants_of(parent.id() as i32);
    let (guard, servers) = family.split_first().unwrap();
    let guard = watch(*guard);
    let signal = |parent: &this::Child| kill_process(Pid::from_child(parent), Signal::INT).unwrap();
    signal(&parent);
    assert_eq!(said.next().unwrap().unwrap(), "it stops");
    // A second one at once, as GNU timeout sends it, is part of the first; a later one is not.
    let status = loop {
        match parent.try_wait().unwrap() {
            Some(status) => break status,
            None => signal(&parent),
        }
        thread::yield_now();
    };
    assert_eq!(status.code(), Some(130));
    assert!(servers.len() >= 2, "shell and server: {servers:?}");
    servers.iter().for_each(|pid| assert_is_gone(*pid));
    wait_for_end(&guard);
}

fn a_server_that_ends_at_once_is_an_error() {
    let (_folder, log) = log();
    let command = Command::of_words(["sh", "-c", "echo no such table; exit 3", "{port}"]);
    let error = Server::start(&command, &log, &no_interrupt()).unwrap_err();
    assert_eq!(
        error.reason,
        "it ended at once (exit status: 3): no such table"
    );
    assert_eq!(error.remedy, format!("see {}", log.display()));
}

fn an_unknown_program_is_an_error() {
    let (_folder, log) = log();
    let command = Command::of_words(["no-such-program", "{port}"]);
    let error = Server::start(&command, &log, &no_interrupt()).unwrap_err();
    assert_eq!(error.reason, "'no-such-program' is not installed");
}

fn a_server_that_finds_its_port_taken_is_started_again() {
    let (folder, log) = log();
    let first = folder.path().join("first");
    let script = "mkdir \"$0\" && echo address in use && exit 1; exec \"$1\" serve ends {port}";
    let exe = env::current_exe().unwrap();
    let words = [
        "sh",
        "-c",
        script,
        first.to_str().unwrap(),
        exe.to_str().unwrap(),
    ];
    let server = Server::start(&Command::of_words(words), &log, &no_interrupt()).unwrap();
    assert!(first.exists());
    server.end().unwrap();
}

fn a_server_keeps_to_its_processors() {
    let (_folder, log) = log();
    let allowed = |pid| {
        Process::new(pid)
            .unwrap()
            .status()
            .unwrap()
            .cpus_allowed_list
    };
    let first = allowed(this::id() as i32).unwrap()[0].0;
    let mut command = wrapped("{exe} serve {how} {port}", "ends");
    command.cpus = vec![first as usize];
    let server = Server::start(&command, &log, &no_interrupt()).unwrap();
    assert_eq!(allowed(server.pid() as i32), Some(vec![(first, first)]));
    server.end().unwrap();
    command.cpus = vec![1023];
    let error = Server::start(&command, &log, &no_interrupt()).unwrap_err();
    assert!(
        error.reason.contains("cannot keep to processors 1023"),
        "{error}"
    );
}

/// From the moment at which the server is ready the guard is not scheduled any more.
fn the_guard_sleeps_while_the_server_runs() {
    let (_folder, log) = log();
    let command = wrapped("{exe} serve {how} {port}", "ends");
    let server = Server::start(&command, &log, &no_interrupt()).unwrap();
    let guard = Process::new(children_of(this::id() as i32)[0]).unwrap();
    let times_run = || guard.schedstat().unwrap().pcount;
    while guard.stat().unwrap().state != 'S' {
        thread::yield_now();
    }
    let before = times_run();
    for _ in 0..1000 {
        std::net::TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    }
    assert_eq!(times_run(), before);
    server.end().unwrap();
}

/// The command of a template in which `{exe}` is this program and `{how}` its way of serving.
fn wrapped(template: &str, how: &str) -> Command {
    let exe = env::current_exe().unwrap();
    let text = template
        .replace("{how}", how)
        .replace("{exe}", exe.to_str().unwrap());
    text.parse().unwrap()
}

fn started_parent(
    log: &Path,
) -> (
    this::Child,
    impl Iterator<Item = io::Result<String>> + use<>,
) {
    let mut parent = this::Command::new(env::current_exe().unwrap())
        .args(["parent".as_ref(), log.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(parent.stdout.take().unwrap()).lines();
    assert_eq!(said.next().unwrap().unwrap(), "it runs");
    (parent, said)
}

fn log() -> (TempDir, std::path::PathBuf) {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("server.log");
    (folder, log)
}

fn no_interrupt() -> Interrupt {
    Interrupt::default()
}

/// The process numbers that servers have printed.
fn servers(log: &Path) -> Vec<i32> {
    let text = fs::read_to_string(log).unwrap();
    let numbers = text
        .lines()
        .filter_map(|line| line.strip_prefix("serves as "));
    numbers.map(|number| number.parse().unwrap()).collect()
}

fn children_of(parent: i32) -> Vec<i32> {
    let stats = all_processes()
        .unwrap()
        .filter_map(|process| process.ok()?.stat().ok());
    stats
        .filter(|stat| stat.ppid == parent)
        .map(|stat| stat.pid)
        .collect()
}

fn descendants_of(parent: i32) -> Vec<i32> {
    let children = children_of(parent);
    let further = children.iter().flat_map(|child| descendants_of(*child));
    children.iter().copied().chain(further).collect()
}

fn assert_is_gone(pid: i32) {
    // Whoever adopted an orphan may not have waited for it yet.
    let state = Process::new(pid).and_then(|process| process.stat());
    assert!(
        !state.is_ok_and(|stat| !"ZX".contains(stat.state)),
        "{pid} is left"
    );
}

fn watch(pid: i32) -> std::os::fd::OwnedFd {
    pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty()).unwrap()
}

fn wait_for_end(pidfd: &std::os::fd::OwnedFd) {
    let limit = Timespec {
        tv_sec: 60,
        tv_nsec: 0,
    };
    let ended = poll(&mut [PollFd::new(pidfd, PollFlags::IN)], Some(&limit)).unwrap();
    assert_eq!(ended, 1, "a process is left");
}

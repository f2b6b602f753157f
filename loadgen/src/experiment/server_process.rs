//! A server process: started on a free port, known to be ready, ended by name and not by force.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Interrupt, ServerSpec, port};

/// How long a server may take until it listens: an interpreter that compiles its modules takes a second or two.
const READY_LIMIT: Duration = Duration::from_secs(15);

/// How long a server may take to end after SIGTERM: ours give their connections ten seconds.
const END_LIMIT: Duration = Duration::from_secs(15);

/// Time between two looks at a process that is starting or ending.
const LOOK: Duration = Duration::from_millis(10);

/// Ports tried when a server ends before it listens: another program may have taken the first.
const STARTS: u64 = 3;

/// A server that listens. Dropping it ends it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    keeper: Interrupt,
    /// Where it listens.
    pub port: u16,
    /// What it prints.
    pub log: PathBuf,
}

/// Why a server does not run, and what would mend it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{reason}; {remedy}")]
pub struct NotStarted {
    /// Why.
    pub reason: String,
    /// What would mend it.
    pub remedy: String,
}

impl Process {
    /// Starts a server and waits until it accepts connections. What it prints goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started, ends at once, or does not listen in time.
    pub fn start(spec: &ServerSpec, log: &Path, keeper: &Interrupt) -> Result<Self, NotStarted> {
        if let Some((reason, remedy)) = spec.why_missing() {
            return Err(NotStarted {
                reason: reason.to_owned(),
                remedy: remedy.to_owned(),
            });
        }
        let mut outcome = Self::start_once(spec, log, keeper, 0);
        for attempt in 1..STARTS {
            if outcome.is_ok() || keeper.is_stopped() {
                break;
            }
            outcome = Self::start_once(spec, log, keeper, attempt);
        }
        outcome
    }

    fn start_once(
        spec: &ServerSpec,
        log: &Path,
        keeper: &Interrupt,
        attempt: u64,
    ) -> Result<Self, NotStarted> {
        let port = port::free(attempt).ok_or_else(|| NotStarted {
            reason: "no port is free".to_owned(),
            remedy: "end the programs that listen on ports 10000 to 32767".to_owned(),
        })?;
        let child = spawn(spec, port, log).map_err(|error| cannot_start(spec, &error))?;
        keeper.note(Some(pid(&child)));
        let mut process = Self {
            child,
            keeper: keeper.clone(),
            port,
            log: log.to_owned(),
        };
        process.wait_until_ready()?;
        Ok(process)
    }

    /// The process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it did so by itself.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Asks it to end, and waits until it has; returns what was wrong with that.
    ///
    /// # Errors
    /// When it had to be killed.
    pub fn end(mut self) -> Result<(), String> {
        self.end_now()
    }

    fn wait_until_ready(&mut self) -> Result<(), NotStarted> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let deadline = Instant::now() + READY_LIMIT;
        while !self.keeper.is_stopped() {
            let connected = TcpStream::connect_timeout(&address, READY_LIMIT).is_ok();
            if let Some(status) = self.ended() {
                return Err(self.not_ready(&format!("it ended at once ({status})")));
            }
            if connected {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(self.not_ready(&format!(
                    "it did not listen on port {} within {READY_LIMIT:?}",
                    self.port
                )));
            }
            thread::sleep(LOOK);
        }
        Err(self.not_ready("interrupted"))
    }

    fn not_ready(&self, what: &str) -> NotStarted {
        let said = last_line(&self.log)
            .map(|line| format!(": {line}"))
            .unwrap_or_default();
        NotStarted {
            reason: format!("{what}{said}"),
            remedy: format!("see {}", self.log.display()),
        }
    }

    fn end_now(&mut self) -> Result<(), String> {
        if self.ended().is_some() {
            self.keeper.note(None);
            return Ok(());
        }
        // It has not been waited for, so the number is still its own.
        let _ = kill(pid(&self.child), Signal::SIGTERM);
        let deadline = Instant::now() + END_LIMIT;
        while Instant::now() < deadline {
            if self.ended().is_some() {
                self.keeper.note(None);
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        let _ = self.child.kill();
        self.keeper.note(None);
        let _ = self.child.wait();
        Err(format!(
            "it did not end within {END_LIMIT:?} of SIGTERM and was killed"
        ))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Whoever wants to know how it ended calls `end`.
        let _ = self.end_now();
    }
}

fn spawn(spec: &ServerSpec, port: u16, log: &Path) -> io::Result<Child> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let out = File::create(log)?;
    let words = spec.command(port);
    let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(out.try_clone()?)
        .stdout(out)
        // A group of its own: Ctrl-C in the terminal is for loadgen, which then ends the server in good order.
        .process_group(0);
    match spec.cpus {
        None => command.spawn(),
        Some(cpus) => cpus.during(|| command.spawn()).map_err(io::Error::other)?,
    }
}

fn cannot_start(spec: &ServerSpec, error: &io::Error) -> NotStarted {
    let program = spec.program();
    match error.kind() {
        io::ErrorKind::NotFound => NotStarted {
            reason: format!("'{program}' is not installed"),
            remedy: format!("install {program}, or name its path in --server"),
        },
        _ => NotStarted {
            reason: format!("'{program}' cannot be started: {error}"),
            remedy: "mend the command in --server".to_owned(),
        },
    }
}

fn pid(child: &Child) -> Pid {
    // Linux numbers its processes up to 2²² at most.
    Pid::from_raw(child.id() as i32)
}

fn last_line(log: &Path) -> Option<String> {
    let text = fs::read_to_string(log).ok()?;
    text.lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .map(|line| line.trim().to_owned())
}

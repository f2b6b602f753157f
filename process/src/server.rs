//! A server process: started on a free port, known to be ready, ended with all its children.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::guard::{self, Order};
use crate::pipes::{END, Pipes, Report};
use crate::{Command, Interrupt, port};

/// How long a server may take until it listens: an interpreter that compiles its modules takes a second or two.
const READY_LIMIT: Duration = Duration::from_secs(15);

/// Time between two tries to connect.
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// Ports tried when a server ends before it listens: another program may have taken the first.
const STARTS: u32 = 3;

/// A server that listens. Dropping it ends it.
#[derive(Debug)]
pub struct Server {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// What it prints.
    pub log: PathBuf,
    pipes: Arc<Pipes>,
    guard: Child,
    interrupt: Interrupt,
    end_limit: Duration,
    pid: u32,
    ended: Option<ExitStatus>,
    killed: bool,
}

/// Why a server does not run, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; {remedy}")]
pub struct NotStarted {
    /// Why.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

/// The server, or a process that it left behind, did not end in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it did not end within {0:?} of SIGTERM and was killed")]
pub struct Killed(pub Duration);

impl Server {
    /// Starts a server on a free port and waits until it accepts connections. What it prints goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started, ends at once, or does not listen in time.
    pub fn start(command: &Command, log: &Path, interrupt: &Interrupt) -> Result<Self, NotStarted> {
        let mut outcome = Self::start_once(command, log, interrupt);
        for _ in 1..STARTS {
            if outcome.is_ok() || interrupt.is_stopped() {
                break;
            }
            outcome = Self::start_once(command, log, interrupt);
        }
        outcome
    }

    fn start_once(
        command: &Command,
        log: &Path,
        interrupt: &Interrupt,
    ) -> Result<Self, NotStarted> {
        let port = port::free().ok_or_else(|| NotStarted {
            reason: "no port is free".to_owned(),
            remedy: "end the programs that listen on ports 10000 to 32767".to_owned(),
        })?;
        let order = Order {
            end_limit: command.end_limit,
            cpus: command
                .cpus
                .iter()
                .map(usize::to_string)
                .collect::<Vec<_>>()
                .join(","),
            words: command.words_on(port),
        };
        let (pipes, guard) = create(log)
            .and_then(|file| guard::start(order, file))
            .map_err(|error| cannot_start(command, &error.to_string()))?;
        let mut server = Self {
            port,
            log: log.to_owned(),
            pipes: Arc::new(pipes),
            guard,
            interrupt: interrupt.clone(),
            end_limit: command.end_limit,
            pid: 0,
            ended: None,
            killed: false,
        };
        interrupt.note(Some(server.pipes.clone()));
        server.wait_until_started(command)?;
        server.wait_until_ready()?;
        Ok(server)
    }

    /// The number of the process that the command started, which may be a wrapper around the server.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// How it ended, if it did so by itself.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.listen(Some(Duration::ZERO));
        self.ended
    }

    /// Asks it to end, and waits until it and all its children have.
    ///
    /// # Errors
    /// When one of them had to be killed.
    pub fn end(mut self) -> Result<(), Killed> {
        self.end_now();
        match self.killed {
            true => Err(Killed(self.end_limit)),
            false => Ok(()),
        }
    }

    fn wait_until_started(&mut self, command: &Command) -> Result<(), NotStarted> {
        let mut reports = self.pipes.reports(None).into_iter().flatten();
        match reports.next() {
            Some(Report::Started(pid)) => self.pid = pid,
            Some(Report::Failed(why)) => return Err(cannot_start(command, &why)),
            Some(Report::Missing) => {
                let program = command.program();
                return Err(NotStarted {
                    reason: format!("'{program}' is not installed"),
                    remedy: format!("install {program}, or name its path in --server"),
                });
            }
            _ => return Err(cannot_start(command, "its guard ended")),
        }
        reports.for_each(|report| self.note(&report));
        Ok(())
    }

    fn wait_until_ready(&mut self) -> Result<(), NotStarted> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let deadline = Instant::now() + READY_LIMIT;
        while !self.interrupt.is_stopped() {
            let connected = TcpStream::connect_timeout(&address, READY_LIMIT).is_ok();
            if let Some(status) = self.ended() {
                return Err(self.not_ready(&format!("it ended at once ({status})")));
            }
            if connected {
                return Ok(());
            }
            if Instant::now() > deadline {
                let port = self.port;
                let what = format!("it did not listen on port {port} within {READY_LIMIT:?}");
                return Err(self.not_ready(&what));
            }
            self.listen(Some(BETWEEN_TRIES));
        }
        Err(self.not_ready("interrupted"))
    }

    fn not_ready(&self, what: &str) -> NotStarted {
        let said = last_line(&self.log).map_or_else(String::new, |line| format!(": {line}"));
        NotStarted {
            reason: format!("{what}{said}"),
            remedy: format!("see {}", self.log.display()),
        }
    }

    /// Takes what the guard reports; says whether it may report more.
    fn listen(&mut self, limit: Option<Duration>) -> bool {
        let reports = self.pipes.reports(limit);
        let goes_on = reports.is_some();
        let reports = reports.into_iter().flatten();
        reports.for_each(|report| self.note(&report));
        goes_on
    }

    fn note(&mut self, report: &Report) {
        match report {
            Report::Ended(status) => self.ended = Some(*status),
            Report::Killed => self.killed = true,
            _ => {}
        }
    }

    fn end_now(&mut self) {
        self.pipes.ask(END);
        while self.listen(None) {}
        let _ = self.guard.wait();
        self.interrupt.note(None);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whoever wants to know how it ended calls `end`. After that the guard is gone, and this returns at once.
        self.end_now();
    }
}

fn create(log: &Path) -> io::Result<File> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create(log)
}

fn cannot_start(command: &Command, why: &str) -> NotStarted {
    NotStarted {
        reason: format!("'{}' cannot be started: {why}", command.program()),
        remedy: "mend the command in --server".to_owned(),
    }
}

fn last_line(log: &Path) -> Option<String> {
    let text = fs::read_to_string(log).ok()?;
    let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
    Some(line.trim().to_owned())
}

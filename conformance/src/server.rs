//! A server process of one test: started on a port of its own, read from, and ended by its id whatever happens.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use tempfile::NamedTempFile;

use testkit::Client;

/// Long enough that a slow process on a busy machine is not taken for one that hangs.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A running server. Dropping it ends the process, also when the test has panicked.
pub struct Server {
    process: Child,
    stdout: BufReader<ChildStdout>,
    stderr: NamedTempFile,
    address: SocketAddr,
    command_line: String,
}

/// What a server prints when it ends.
pub struct FinalReport {
    /// How the process ended.
    pub status: ExitStatus,
    /// The lines on stdout after the one that names the port.
    pub lines: Vec<String>,
}

impl Server {
    /// Starts `program` on a free port of 127.0.0.1 with these further flags.
    pub fn start(program: &str, flags: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(["--port", "0"]).args(flags);
        Self::spawn(command)
    }

    /// Starts a server from a command made by the test, and waits until it listens.
    ///
    /// # Panics
    /// When the first line on stdout does not name an address, or does not come.
    pub fn spawn(mut command: Command) -> Self {
        // A file takes any number of log lines; a pipe that nobody reads would stop the server at 64 KiB.
        let stderr = NamedTempFile::new().unwrap();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr.reopen().unwrap());
        let mut process = command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let stdout = BufReader::new(process.stdout.take().unwrap());

        // The guard exists before anything is awaited.
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut server = Self {
            process,
            stdout,
            stderr,
            address: nowhere,
            command_line: format!("{command:?}"),
        };
        server.address = server.first_line_address();
        server
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A new connection to it.
    pub fn connect(&self) -> Client {
        Client::connect(self.address)
    }

    /// The process id, for `/proc`.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// Whether the process is still there.
    pub fn is_running(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// Sends SIGTERM and returns what the server prints before it ends.
    pub fn terminate(mut self) -> FinalReport {
        self.signal(Signal::TERM);
        self.final_report()
    }

    /// Waits until the process ends; the caller has told it to.
    ///
    /// # Panics
    /// When the process still runs after a minute.
    pub fn final_report(&mut self) -> FinalReport {
        // Its final counters may be more than a pipe holds: read while it writes, until its end of the pipe closes.
        let mut rest = Vec::new();
        let mut chunk = vec![0; 64 * 1024];
        loop {
            self.await_stdout("to end");
            match self.stdout.read(&mut chunk).unwrap() {
                0 => break,
                read_bytes => rest.extend(&chunk[..read_bytes]),
            }
        }

        assert!(
            has_ended(&self.process),
            "{} is still running {TIMEOUT:?} after the signal to end\n{}",
            self.command_line,
            self.log()
        );
        let status = self.process.wait().unwrap();
        FinalReport {
            status,
            lines: String::from_utf8(rest)
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Closes our end of its stdout: its next write fails.
    pub fn close_stdout(&mut self) {
        let nothing = OwnedFd::from(File::open("/dev/null").unwrap());
        self.stdout = BufReader::new(ChildStdout::from(nothing));
    }

    /// What it has written to stderr so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.stderr.path()).unwrap()
    }

    /// `server-…: listening on 127.0.0.1:PORT …`
    fn first_line_address(&mut self) -> SocketAddr {
        self.await_stdout("to listen");
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.split("listening on ")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|address| address.trim_end_matches(',').parse().ok())
            .unwrap_or_else(|| {
                panic!(
                    "{} printed {line:?} instead of the address where it listens\n{}",
                    self.command_line,
                    self.log()
                )
            })
    }

    fn await_stdout(&mut self, what: &str) {
        let mut stdout = [PollFd::new(self.stdout.get_ref(), PollFlags::IN)];
        let ready = poll(&mut stdout, Some(&timespec(TIMEOUT))).unwrap();
        assert!(
            ready == 1,
            "{} takes longer than {TIMEOUT:?} {what}\n{}",
            self.command_line,
            self.log()
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!(
                "{} wrote to stderr: '{}'",
                self.command_line,
                self.log().trim_end()
            );
        }
    }
}

/// A process that ended by itself.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// All it wrote to stdout.
    pub stdout: String,
    /// All it wrote to stderr.
    pub stderr: String,
}

/// Runs a command that must refuse to become a server.
///
/// # Panics
/// When it still runs after a minute.
pub fn run_to_end(command: &mut Command) -> Ended {
    let (stdout, stderr) = (NamedTempFile::new().unwrap(), NamedTempFile::new().unwrap());
    command
        .stdin(Stdio::null())
        .stdout(stdout.reopen().unwrap())
        .stderr(stderr.reopen().unwrap());
    let mut process = command
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let ended = has_ended(&process);
    let _ = process.kill();
    let status = process.wait().unwrap();
    let read = |file: &NamedTempFile| std::fs::read_to_string(file.path()).unwrap();
    assert!(
        ended,
        "{command:?} still runs; it printed {:?}",
        read(&stdout)
    );
    Ended {
        status,
        stdout: read(&stdout),
        stderr: read(&stderr),
    }
}

/// Waits up to a minute for a process to end.
fn has_ended(process: &Child) -> bool {
    // One whose end was noticed before has no entry any more.
    let Ok(pidfd) = pidfd_open(Pid::from_child(process), PidfdFlags::empty()) else {
        return true;
    };
    poll(
        &mut [PollFd::new(&pidfd, PollFlags::IN)],
        Some(&timespec(TIMEOUT)),
    )
    .unwrap()
        == 1
}

fn timespec(duration: Duration) -> Timespec {
    Timespec::try_from(duration).expect("seconds fit into a timespec")
}

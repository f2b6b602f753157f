//! A server process of one test: started on a port of its own, read from, and ended by its id whatever happens.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use tempfile::NamedTempFile;

use testkit::Client;

/// What hangs is told from what is slow, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server. Dropping it ends the process, also when the test has panicked.
pub struct Server {
    process: Child,
    stdout: BufReader<ChildStdout>,
    stderr: NamedTempFile,
    address: SocketAddr,
    told: String,
}

/// What a server said with its last breath.
pub struct LastWords {
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
            told: format!("{command:?}"),
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

    /// SIGTERM, and what the server says before it is gone.
    pub fn terminate(mut self) -> LastWords {
        self.signal(Signal::TERM);
        self.last_words()
    }

    /// Waits for the end, which something else must have caused.
    ///
    /// # Panics
    /// When the process is still there after ten seconds.
    pub fn last_words(&mut self) -> LastWords {
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
            "{} is still running {PATIENCE:?} after it was told to end\n{}",
            self.told,
            self.log()
        );
        let status = self.process.wait().unwrap();
        LastWords {
            status,
            lines: String::from_utf8(rest)
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect(),
        }
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
                    "{} says {line:?} and not where it listens\n{}",
                    self.told,
                    self.log()
                )
            })
    }

    fn await_stdout(&mut self, what: &str) {
        let mut stdout = [PollFd::new(self.stdout.get_ref(), PollFlags::IN)];
        let ready = poll(&mut stdout, Some(&timespec(PATIENCE))).unwrap();
        assert!(
            ready == 1,
            "{} takes longer than {PATIENCE:?} {what}\n{}",
            self.told,
            self.log()
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("{} wrote to stderr: '{}'", self.told, self.log().trim_end());
        }
    }
}

/// A process that was to end by itself, at once.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// All it wrote to stdout.
    pub stdout: String,
    /// All it wrote to stderr.
    pub stderr: String,
}

/// Runs a command that must refuse to become a server.
///
/// # Panics
/// When it is still running after ten seconds.
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
        "{command:?} goes on running; it says {:?}",
        read(&stdout)
    );
    Ended {
        status,
        stdout: read(&stdout),
        stderr: read(&stderr),
    }
}

/// Waits for a process to end, as long as is decent.
fn has_ended(process: &Child) -> bool {
    let pidfd = pidfd_open(Pid::from_child(process), PidfdFlags::empty()).unwrap();
    poll(
        &mut [PollFd::new(&pidfd, PollFlags::IN)],
        Some(&timespec(PATIENCE)),
    )
    .unwrap()
        == 1
}

fn timespec(duration: Duration) -> Timespec {
    Timespec::try_from(duration).expect("seconds fit into a timespec")
}

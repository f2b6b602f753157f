//! The pipes between us and a guard: a byte asks, a line reports.

use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Asks for an end in good order, as the end of the pipe does.
pub(crate) const END: u8 = b'e';

/// Asks for an end at once.
pub(crate) const KILL: u8 = b'k';

/// How long a guard may take to kill what it guards.
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// Our ends.
#[derive(Debug)]
pub(crate) struct Pipes {
    asks: PipeWriter,
    reports: PipeReader,
}

/// What a guard says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Report {
    /// The server runs, under this number.
    Started(u32),
    /// There is no such program.
    Missing,
    /// The program cannot be started: why.
    Failed(String),
    /// The server has ended.
    Ended(ExitStatus),
    /// Something had to be killed.
    Killed,
}

impl Pipes {
    pub(crate) fn new(asks: PipeWriter, reports: PipeReader) -> Self {
        Self { asks, reports }
    }

    /// Asks the guard for something; one that is gone has nothing left to do.
    pub(crate) fn ask(&self, what: u8) {
        let _ = (&self.asks).write_all(&[what]);
    }

    /// Has the guard kill everything, and waits until it has.
    pub(crate) fn kill_and_wait(&self) {
        self.ask(KILL);
        // Without a flag, poll(2) returns when the guard has closed its end.
        let mut fds = [PollFd::new(&self.reports, PollFlags::empty())];
        poll_until(&mut fds, Some(KILL_LIMIT));
    }

    /// The next reports, none when the time is over; `None` when the guard has ended.
    pub(crate) fn reports(&self, limit: Option<Duration>) -> Option<Vec<Report>> {
        if !poll_until(&mut [PollFd::new(&self.reports, PollFlags::IN)], limit) {
            return Some(Vec::new());
        }
        // All reports of a guard together are shorter, and each is written at once.
        let mut bytes = [0; 4096];
        let length = (&self.reports).read(&mut bytes).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..length]);
        (length > 0).then(|| text.lines().filter_map(Report::read).collect())
    }
}

impl Report {
    pub(crate) fn of_failure(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            _ => Self::Failed(error.to_string()),
        }
    }

    /// Prints it as the guard, whose stdout is the pipe. If the reader is gone, the report is not needed.
    pub(crate) fn print(&self) {
        let _ = io::stdout().write_all(self.line().as_bytes());
    }

    fn line(&self) -> String {
        match self {
            Self::Started(pid) => format!("started {pid}\n"),
            Self::Missing => "missing \n".to_owned(),
            Self::Failed(why) => format!("failed {why}\n"),
            Self::Ended(status) => format!("ended {}\n", status.into_raw()),
            Self::Killed => "killed \n".to_owned(),
        }
    }

    fn read(line: &str) -> Option<Self> {
        let (what, value) = line.split_once(' ')?;
        Some(match what {
            "started" => Self::Started(value.parse().ok()?),
            "missing" => Self::Missing,
            "failed" => Self::Failed(value.to_owned()),
            "ended" => Self::Ended(ExitStatus::from_raw(value.parse().ok()?)),
            "killed" => Self::Killed,
            _ => return None,
        })
    }
}

/// Waits until one of them is ready, and says whether one is.
pub(crate) fn poll_until(fds: &mut [PollFd<'_>], limit: Option<Duration>) -> bool {
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    loop {
        match poll(fds, limit.as_ref()) {
            Err(Errno::INTR) => {}
            outcome => return outcome.is_ok_and(|ready| ready > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_arrives_as_it_was_written() {
        for report in [
            Report::Started(4711),
            Report::Missing,
            Report::Failed("no".to_owned()),
            Report::Ended(ExitStatus::from_raw(0x300)),
            Report::Killed,
        ] {
            let line = report.line();
            assert_eq!(Report::read(line.trim_end_matches('\n')), Some(report));
        }
    }
}

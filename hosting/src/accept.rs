//! What to do when accept(2) fails: hardly ever is it a reason to stop, and never one to spin.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::io::Errno;

use crate::{Host, Refused};

/// Takes connections in and deals with the errors of doing so.
#[derive(Debug)]
pub struct Acceptor<'a> {
    host: &'a Host,
    /// A descriptor kept in hand: given up, it lets one connection in that can be told that there is none.
    spare: Option<File>,
    back_off: Duration,
}

/// What an error of accept(2) means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing to accept, on a nonblocking listener.
    NothingThere,
    /// That connection alone, or no more than an interruption: go on.
    GoOn,
    /// The system is out of something: try again after this long.
    BackOff(Duration),
    /// The listener was shut down, or is none: stop.
    Stop,
}

const LEAST_BACK_OFF: Duration = Duration::from_millis(10);
const MOST_BACK_OFF: Duration = Duration::from_secs(1);

impl<'a> Acceptor<'a> {
    /// For the host's listener.
    #[must_use]
    pub fn new(host: &'a Host) -> Self {
        Acceptor {
            host,
            spare: open_spare(),
            back_off: LEAST_BACK_OFF,
        }
    }

    /// A connection was accepted: whatever the system was out of, it has again.
    pub fn succeeded(&mut self) {
        self.back_off = LEAST_BACK_OFF;
        if self.spare.is_none() {
            self.spare = open_spare();
        }
    }

    /// What to do after `error`. `accept` is called to take in one connection that is refused at once.
    pub fn trouble<S: AsFd>(
        &mut self,
        error: &io::Error,
        accept: impl FnOnce() -> io::Result<S>,
    ) -> Trouble {
        match Errno::from_io_error(error) {
            Some(Errno::AGAIN) => Trouble::NothingThere,
            Some(Errno::INVAL | Errno::BADF | Errno::NOTSOCK | Errno::OPNOTSUPP | Errno::FAULT) => {
                Trouble::Stop
            }
            Some(Errno::MFILE | Errno::NFILE) if self.spare.take().is_some() => {
                let accepted = accept();
                if let Ok(socket) = &accepted {
                    self.host.statistics.received();
                    self.host.refuse(socket, Refused::NoDescriptors);
                }
                let refused = accepted.map(drop);
                self.spare = open_spare();
                // The kernel looks for a descriptor before it looks for a connection: there may have been none to accept.
                match refused {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        Trouble::NothingThere
                    }
                    _ => Trouble::GoOn,
                }
            }
            Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => {
                Trouble::BackOff(self.back_off())
            }
            // accept(2) also hands over errors of the connection's own: aborted, unreachable, forbidden by a firewall.
            _ => Trouble::GoOn,
        }
    }

    fn back_off(&mut self) -> Duration {
        let wait = self.back_off;
        self.back_off = (wait * 2).min(MOST_BACK_OFF);
        if self.spare.is_none() {
            self.spare = open_spare();
        }
        wait
    }
}

fn open_spare() -> Option<File> {
    File::open("/dev/null").ok()
}

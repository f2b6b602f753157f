//! What to do when accept(2) fails: hardly ever is it a reason to stop, and never one to spin.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::io::Errno;

use crate::{Host, Permit, Refused};

/// Takes connections in and deals with the errors of doing so.
#[derive(Debug)]
pub struct Acceptor<'a> {
    host: &'a Host,
    /// A descriptor kept in hand: given up, it lets one connection in that can be told that there is none. Nobody is served
    /// while it is missing, so the last descriptor is always for telling.
    spare: Option<File>,
    back_off: Duration,
}

/// What an error of accept(2) means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptError {
    /// Nothing to accept, on a nonblocking listener.
    NonePending,
    /// That connection alone, or no more than an interruption: go on.
    Transient,
    /// The system is out of something: try again after this long.
    BackOff(Duration),
    /// The listener was shut down, or is none: stop.
    ListenerClosed,
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

    /// A place for a connection that was accepted. Without one, and without a spare descriptor for the next, it has been told
    /// so; the caller then drops it.
    pub fn admit(&mut self, socket: impl AsFd) -> Option<Permit<'a>> {
        self.back_off = LEAST_BACK_OFF;
        self.spare = self.spare.take().or_else(open_spare);
        let permit = self.host.admit().and_then(|permit| match self.spare {
            Some(_) => Ok(permit),
            None => Err(Refused::NoDescriptors),
        });
        permit
            .inspect_err(|why| self.host.refuse(socket, *why))
            .ok()
    }

    /// What to do after `error`.
    pub fn classify(&mut self, error: &io::Error) -> AcceptError {
        match Errno::from_io_error(error) {
            Some(Errno::AGAIN) => AcceptError::NonePending,
            Some(Errno::INVAL | Errno::BADF | Errno::NOTSOCK | Errno::OPNOTSUPP | Errno::FAULT) => {
                AcceptError::ListenerClosed
            }
            // The spare one's number is for whoever waits at the door.
            Some(Errno::MFILE | Errno::NFILE) if self.spare.take().is_some() => {
                AcceptError::Transient
            }
            Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => {
                let wait = self.back_off;
                self.back_off = (wait * 2).min(MOST_BACK_OFF);
                AcceptError::BackOff(wait)
            }
            // accept(2) also hands over errors of the connection's own: aborted, unreachable, forbidden by a firewall.
            _ => AcceptError::Transient,
        }
    }
}

fn open_spare() -> Option<File> {
    File::open("/dev/null").ok()
}

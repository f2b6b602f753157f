//! Admits connections, and decides what to do when accept(2) fails: that is seldom a reason to stop, and never one to spin.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::io::Errno;

use crate::{Host, Permit, Refused};

/// Admits connections and classifies the errors of accept(2).
#[derive(Debug)]
pub struct Acceptor<'a> {
    host: &'a Host,
    /// A spare descriptor. When the process has no other left, the spare is closed: then one connection can be accepted, and gets the
    /// reply that refuses it. No connection is served while the spare is missing, so the last descriptor always serves for refusals.
    spare: Option<File>,
    back_off: Duration,
}

/// What an error of accept(2) means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptError {
    /// No connection is pending, on a nonblocking listener.
    NonePending,
    /// It concerns that one connection, or is an interruption: accept again.
    Transient,
    /// The system is out of descriptors or memory: accept again after this time.
    BackOff(Duration),
    /// The listener was shut down, or is no listener: stop.
    ListenerClosed,
}

const MIN_BACK_OFF: Duration = Duration::from_millis(10);
const MAX_BACK_OFF: Duration = Duration::from_secs(1);

impl<'a> Acceptor<'a> {
    /// For the host's listener.
    #[must_use]
    pub fn new(host: &'a Host) -> Self {
        Acceptor {
            host,
            spare: open_spare(),
            back_off: MIN_BACK_OFF,
        }
    }

    /// A permit for a connection that was accepted. `None` when it is refused, because a limit is reached or the spare descriptor is
    /// missing: then the reply is sent, and the caller drops the connection.
    pub fn admit(&mut self, socket: impl AsFd) -> Option<Permit<'a>> {
        self.back_off = MIN_BACK_OFF;
        self.spare = self.spare.take().or_else(open_spare);
        let permit = self.host.admit().and_then(|permit| match self.spare {
            Some(_) => Ok(permit),
            None => Err(Refused::NoDescriptors),
        });
        permit
            .inspect_err(|why| self.host.refuse(socket, *why))
            .ok()
    }

    /// What `error` of accept(2) means.
    pub fn classify(&mut self, error: &io::Error) -> AcceptError {
        match Errno::from_io_error(error) {
            Some(Errno::AGAIN) => AcceptError::NonePending,
            Some(Errno::INVAL | Errno::BADF | Errno::NOTSOCK | Errno::OPNOTSUPP | Errno::FAULT) => {
                AcceptError::ListenerClosed
            }
            // With the spare's number, the next accept gets a connection to refuse.
            Some(Errno::MFILE | Errno::NFILE) if self.spare.take().is_some() => {
                AcceptError::Transient
            }
            Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => {
                let wait = self.back_off;
                self.back_off = (wait * 2).min(MAX_BACK_OFF);
                AcceptError::BackOff(wait)
            }
            // accept(2) also returns errors of the connection itself: aborted, unreachable, forbidden by a firewall.
            _ => AcceptError::Transient,
        }
    }
}

fn open_spare() -> Option<File> {
    File::open("/dev/null").ok()
}

//! What a server can show about itself for an experiment. All of it is off by default.
//!
//! | flag | shows |
//! |---|---|
//! | `--allow-debug` | how a request that sleeps (`DEBUG SLEEP`) or computes (`WORK`) delays the others |
//! | `--dwell` | how long received bytes wait in the kernel before the server reads them |
//! | `--access-log` | a shared file to which every turn writes a line in parts, with a lock or without |
//! | `--record` | the turns: which connection, when, and with which bytes |
//!
//! An instrument that is off costs one check of an `Option` for each turn, and nothing for a request.

mod access_log;
mod dwell;
mod turns;

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::path::Path;

use crate::byte_stream::{Received, receive};
use crate::flags::Flags;

use access_log::AccessLog;
use dwell::Dwell;
use turns::Turns;

/// The instruments of a process.
#[derive(Debug, Default)]
pub(crate) struct Instruments {
    pub(crate) debug: bool,
    dwell: Option<Dwell>,
    access_log: Option<AccessLog>,
    turns: Option<Turns>,
}

impl Instruments {
    /// Switches on what the flags ask for.
    pub(crate) fn new(flags: &Flags, listener: &TcpListener) -> io::Result<Self> {
        let log = |path| AccessLog::create(path, flags.access_log_locked);
        Ok(Instruments {
            debug: flags.allow_debug,
            dwell: flags.dwell.then(|| Dwell::on(listener)).transpose()?,
            access_log: flags.access_log.as_deref().map(log).transpose()?,
            turns: flags.record.as_deref().map(Turns::create).transpose()?,
        })
    }

    /// Reads once from that peer.
    #[inline]
    pub(crate) fn receive(
        &self,
        peer: u64,
        socket: impl AsFd,
        input: &mut Vec<u8>,
    ) -> io::Result<Received> {
        if self.dwell.is_none() && self.turns.is_none() {
            return receive(socket, input);
        }
        self.receive_watched(peer, socket, input)
    }

    #[cold]
    fn receive_watched(
        &self,
        peer: u64,
        socket: impl AsFd,
        input: &mut Vec<u8>,
    ) -> io::Result<Received> {
        let before = input.len();
        let received = match &self.dwell {
            Some(dwell) => dwell.receive(socket, input)?,
            None => receive(socket, input)?,
        };
        if let (Some(turns), [_, ..]) = (&self.turns, &input[before..]) {
            turns.began(peer, &input[before..]);
        }
        Ok(received)
    }

    /// A peer's turn has ended, in which `requests` were executed. A turn without any (half a request, the end of the stream) is not
    /// recorded.
    #[inline]
    pub(crate) fn executed(&self, peer: u64, requests: u64) {
        if requests == 0 {
            return;
        }
        if let Some(log) = &self.access_log {
            log.write(peer, requests);
        }
        if let Some(turns) = &self.turns {
            turns.ended(peer);
        }
    }

    /// INFO's sections of the instruments that are on.
    pub(crate) fn sections(&self) -> Vec<(&'static str, String)> {
        self.dwell
            .iter()
            .map(|dwell| ("dwell", dwell.lines()))
            .collect()
    }

    /// Writes what is still in memory to the files.
    pub(crate) fn finish(&self) -> io::Result<()> {
        self.turns.as_ref().map_or(Ok(()), Turns::finish)
    }
}

fn create(path: &Path, flag: &str) -> io::Result<File> {
    File::create(path).map_err(|error| {
        let path = path.display();
        io::Error::other(format!(
            "cannot write {path}: {error}; name another file with {flag}"
        ))
    })
}

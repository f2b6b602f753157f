//! One server process: what all its connections share.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use service::{Delay, Environment, Service};

use crate::flags::Flags;
use crate::instruments::Instruments;
use crate::signals::Signals;
use crate::statistics::Statistics;
use crate::{Limits, Model, Runtime, info, listener};

/// One server process.
#[derive(Debug)]
pub struct Host {
    /// The program's name.
    pub model: &'static str,
    /// The listening socket, blocking.
    pub listener: TcpListener,
    /// The runtime of the tasks; `None` where the model has no choice.
    pub runtime: Option<Runtime>,
    /// The limits in force.
    pub limits: Limits,
    /// The signals to stop.
    pub signals: Signals,
    pub(crate) protocol: service::Protocol,
    pub(crate) address: SocketAddr,
    pub(crate) statistics: Statistics,
    pub(crate) instruments: Instruments,
    pub(crate) connected: AtomicUsize,
    pub(crate) held_bytes: AtomicUsize,
    pub(crate) run_id: String,
    pub(crate) started: Instant,
}

impl Host {
    pub(crate) fn new(model: &Model, flags: &Flags) -> io::Result<Self> {
        if !flags.bind.is_loopback() && !flags.expose {
            return Err(io::Error::other(format!(
                "other machines can reach {}, and the server has no password: add --expose to allow this, or \
                 leave out --bind to listen on this machine only",
                flags.bind
            )));
        }
        let listener = listener::listen((flags.bind, flags.port).into())?;
        let mut limits = flags.limits;
        limits.fit_open_files(model.name);
        Ok(Host {
            model: model.name,
            address: listener.local_addr()?,
            instruments: Instruments::new(flags, &listener)?,
            listener,
            runtime: flags.runtime,
            limits,
            signals: Signals::install()?,
            protocol: flags.protocol,
            statistics: Statistics::default(),
            connected: AtomicUsize::new(0),
            held_bytes: AtomicUsize::new(0),
            run_id: info::new_run_id(),
            started: Instant::now(),
        })
    }

    /// The service on `keyspace` with this process's limits.
    pub fn service<K>(&self, keyspace: K) -> Service<'_, K> {
        Service {
            keyspace,
            limits: self.limits.service(),
            protocol: self.protocol,
            environment: self,
        }
    }

    /// A second handle of the listening socket, which becomes nonblocking: for a server that polls it.
    ///
    /// # Errors
    /// Those of fcntl(2) and dup(2).
    pub fn pollable_listener(&self) -> io::Result<TcpListener> {
        self.listener.set_nonblocking(true)?;
        self.listener.try_clone()
    }

    /// Accepts no more connections; accept(2) returns an error to a thread that is parked in it.
    pub fn stop_listening(&self) {
        // It fails only where the listener is closed already.
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
    }

    /// Open connections.
    pub fn connected(&self) -> usize {
        self.connected.load(Ordering::Relaxed)
    }

    /// Whether all buffers together exceed the limit: then the connection that holds the most is to be closed.
    pub fn is_over_memory(&self) -> bool {
        self.held_bytes.load(Ordering::Relaxed) > self.limits.max_memory
    }
}

impl Environment for Host {
    fn executed(&self, peer: u64, requests: u64) {
        self.statistics.executed(requests);
        self.instruments.executed(peer, requests);
    }

    fn delay(&self, how: Delay, time_us: u64) -> bool {
        let time = Duration::from_micros(time_us);
        match how {
            _ if !self.instruments.debug => return false,
            Delay::Sleep => thread::sleep(time),
            Delay::Work => work_for(time),
        }
        true
    }

    fn info(&self) -> Vec<(&'static str, String)> {
        info::sections(self)
    }
}

/// Computes until the thread has used this much processor time. By the wall clock, threads that share a processor would finish together.
fn work_for(time: Duration) {
    let used = || {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(
            now.tv_sec.unsigned_abs(),
            u32::try_from(now.tv_nsec).unwrap_or(0),
        )
    };
    let end = used() + time;
    while used() < end {
        std::hint::spin_loop();
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let speaking = match self.protocol {
            service::Protocol::Resp => "the Redis protocol",
            service::Protocol::Echo => "plain echo",
        };
        write!(
            f,
            "{}: listening on {}, speaking {speaking}; Ctrl-C ends it",
            self.model, self.address
        )
    }
}

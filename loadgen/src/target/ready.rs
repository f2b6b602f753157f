//! Before the load: connects to the target, learns what it is, and reads the counters.

use std::net::ToSocketAddrs;
use std::time::Duration;

use results::{Protocol, Server, ServerCost};

use super::control::Control;
use super::cost::CostReading;
use super::endpoint::Endpoint;
use super::info::Info;
use super::process::Process;
use super::{CounterValues, listening_sockets};
use crate::config::Config;
use crate::config::target::Address;
use crate::protocol::encode::Encoder;
use crate::protocol::exchange::ConnectionError;

/// Why a target cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The host's name cannot be resolved.
    #[error("cannot find the host '{host}': {error}")]
    NoHost {
        /// The host.
        host: String,
        /// Why.
        error: std::io::Error,
    },
    /// The host has no address.
    #[error("the host '{0}' has no address")]
    NoAddress(String),
    /// There is no process of that number.
    #[error("--server-pid {0}: there is no such process")]
    NoProcess(u32),
    /// It cannot be connected to, or does not speak the protocol.
    #[error("{0}")]
    Connection(String),
}

impl From<ConnectionError> for TargetError {
    fn from(error: ConnectionError) -> Self {
        Self::Connection(error.text)
    }
}

/// A target that answers as it should, and what is known of it.
#[derive(Debug)]
pub(crate) struct ReadyTarget {
    pub(crate) endpoint: Endpoint,
    pub(crate) info: Option<Info>,
    /// The server's process, where it runs on this machine.
    pub(crate) process: Option<Process>,
    pub(crate) rss_idle_bytes: Option<u64>,
    /// What each counter held before the run.
    pub(crate) before: CounterValues,
    control: Option<Control>,
}

impl ReadyTarget {
    /// Connects to the target, and reads the counters where the run asks them.
    ///
    /// # Errors
    /// What stands in the way, and the remedy.
    pub(crate) fn connect(
        config: &Config,
        run: u64,
        encoder: &Encoder,
    ) -> Result<Self, TargetError> {
        let (endpoint, mut control) = connect(config)?;
        let info = match config.target.protocol {
            Protocol::Resp => control.info()?,
            Protocol::Echo => {
                control.echo(run)?;
                None
            }
        };
        let before = match config.workload.is_of_counters() {
            true => match control.counters(encoder)? {
                Some(values) => CounterValues::Known(values),
                None => CounterValues::Unknown(
                    "the target does not answer GET with a value: the counters' values are unknown, and the replies to INCR were not checked"
                        .to_owned(),
                ),
            },
            false => CounterValues::NotAsked,
        };
        let process = process(config, &endpoint, info.as_ref())?;
        let rss_idle_bytes = process.and_then(|process| process.levels().0);
        // Only a target that has INFO is asked again.
        let control = info.is_some().then_some(control);
        Ok(Self {
            endpoint,
            info,
            process,
            rss_idle_bytes,
            before,
            control,
        })
    }

    /// The name of this start of the server, where INFO tells it.
    pub(crate) fn run_id(&self) -> Option<&str> {
        self.info.as_ref()?.run_id()
    }

    /// The server, as it describes itself in INFO.
    pub(crate) fn server(&self) -> Option<Server> {
        self.info.as_ref()?.server()
    }

    /// The processors that the server is pinned to.
    pub(crate) fn server_cpus(&self) -> Option<String> {
        self.process?.kept_to()
    }

    /// What the server has cost so far. A server that is too busy to say is not asked again before the end.
    pub(crate) fn cost_so_far(&mut self) -> CostReading {
        let info = match self.control.as_mut().map(Control::info_quickly) {
            Some(Ok(info)) => info,
            Some(Err(_)) => {
                self.control = None;
                None
            }
            None => None,
        };
        CostReading::read(info.as_ref(), self.process)
    }

    /// What it has cost in all. One that was too busy to say is asked over another connection: else, unless its process is here to be
    /// looked at, the rest of the run would seem to have cost nothing. What another server says in its place is no answer.
    pub(crate) fn final_cost(&mut self, timeout: Duration) -> CostReading {
        if self.control.is_none() && self.info.is_some() {
            self.control = Control::connect(&self.endpoint, timeout).ok();
            let info = self.control.as_mut().map(Control::info_quickly);
            let info = info.and_then(Result::ok).flatten();
            if info.is_none_or(|info| self.run_id() != info.run_id()) {
                self.control = None;
            }
        }
        self.cost_so_far()
    }

    /// What the server holds now, if it is still there: memory, threads and files, no sums.
    pub(crate) fn levels(&self) -> ServerCost {
        let process = self.process.filter(|process| !process.has_ended());
        let (rss_bytes, threads) = process.map_or((None, None), Process::levels);
        ServerCost {
            rss_idle_bytes: self.rss_idle_bytes,
            rss_bytes,
            pss_bytes: process.and_then(Process::pss_bytes),
            threads,
            open_files: process.and_then(Process::open_files),
            ..ServerCost::default()
        }
    }
}

/// Connects to the first of the target's addresses that can be had.
fn connect(config: &Config) -> Result<(Endpoint, Control), TargetError> {
    let (host, endpoints) = match &config.target.address {
        Address::Unix(path) => (String::new(), vec![Endpoint::Unix(path.clone())]),
        Address::Tcp { host, port } => {
            let addresses = (host.as_str(), *port).to_socket_addrs();
            let addresses = addresses.map_err(|error| TargetError::NoHost {
                host: host.clone(),
                error,
            })?;
            (host.clone(), addresses.map(Endpoint::Tcp).collect())
        }
    };
    let mut failure = TargetError::NoAddress(host);
    for endpoint in endpoints {
        match Control::connect(&endpoint, config.timeout) {
            Ok(control) => return Ok((endpoint, control)),
            Err(error) => failure = error.into(),
        }
    }
    Err(failure)
}

/// The server's process: as INFO says, if that can be a process of this machine; else as the command line says. What the command
/// line or `compare` started may be a wrapper (`timeout`, a script) that costs nothing.
fn process(
    config: &Config,
    endpoint: &Endpoint,
    info: Option<&Info>,
) -> Result<Option<Process>, TargetError> {
    let given = |pid| Process::new(pid).ok_or(TargetError::NoProcess(pid));
    let given = config.server_pid.map(given).transpose()?;
    let pid = info
        .filter(|_| endpoint.is_on_this_machine())
        .and_then(|info| info.number("process_id"));
    let up = info.and_then(|info| info.number("uptime_in_seconds"));
    let up = up.map(Duration::from_secs);
    let named = pid.and_then(|pid| u32::try_from(pid).ok());
    let named = named.and_then(Process::new).filter(|process| {
        up.is_none_or(|up| process.has_been_up_for(up))
            // `cargo run` builds before it becomes the server: such a process is older than it says.
            || process.holds(&listening_sockets::sockets(endpoint))
    });
    Ok(named.or(given))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::os::unix::process::parent_id;
    use std::thread;

    use super::*;
    use crate::config::tests::builder;

    /// Nothing here is as old as the server says it is: then it is the one that listens, or another.
    #[test]
    fn a_process_of_another_age_is_believed_where_it_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = builder().build().unwrap();
        let at = Endpoint::Tcp(address);
        let found = |config: &Config, pid: u32| {
            let said = format!("process_id:{pid}\r\nuptime_in_seconds:999999999\r\n");
            process(config, &at, Some(&Info::new(said))).unwrap()
        };
        let listens = |process: Process| process.holds(&listening_sockets::sockets(&at));
        assert!(found(&config, std::process::id()).is_some_and(listens));
        assert!(found(&config, parent_id()).is_none());

        config.server_pid = Some(parent_id());
        let server = found(&config, std::process::id()).unwrap();
        assert!(listens(server), "and not the wrapper that started it");
        assert!(!found(&config, parent_id()).is_some_and(listens));
    }

    /// A server elsewhere that answers INFO on its second connection alone, as one with this `run_id`.
    fn too_busy_at_first(run_id: &'static str) -> ReadyTarget {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Endpoint::Tcp(listener.local_addr().unwrap());
        let timeout = Duration::from_secs(60);
        let control = Control::connect(&address, timeout).unwrap();
        thread::spawn(move || {
            let _silent = listener.accept().unwrap();
            let (mut peer, _) = listener.accept().unwrap();
            let text = format!("run_id:{run_id}\r\nused_cpu_user:3.0\r\nused_cpu_sys:0.5\r\n");
            while peer.read(&mut [0; 64]).is_ok_and(|bytes| bytes > 0) {
                write!(peer, "${}\r\n{text}\r\n", text.len()).unwrap();
            }
        });
        ReadyTarget {
            endpoint: address,
            info: Some(Info::new("run_id:a\r\n".to_owned())),
            process: None,
            rss_idle_bytes: None,
            before: CounterValues::NotAsked,
            control: Some(control),
        }
    }

    #[test]
    fn a_server_that_was_too_busy_to_say_is_asked_in_the_end() {
        let timeout = Duration::from_secs(60);
        let mut same = too_busy_at_first("a");
        assert_eq!(same.cost_so_far(), CostReading::default());
        assert_eq!(
            same.cost_so_far(),
            CostReading::default(),
            "nor is it asked again"
        );
        assert_ne!(same.final_cost(timeout), CostReading::default());
        let mut other = too_busy_at_first("b");
        assert_eq!(other.cost_so_far(), CostReading::default());
        assert_eq!(other.final_cost(timeout), CostReading::default());
    }
}

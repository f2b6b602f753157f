//! Before the load: connects to the target, identifies it, and reads the counters.

use std::net::ToSocketAddrs;
use std::time::Duration;

use results::{Protocol, Server, ServerCost};

use super::control::Control;
use super::cost::CostReading;
use super::endpoint::Endpoint;
use super::info::Info;
use super::server_process::Process;
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
    /// There is no process with that number.
    #[error("--server-pid {0}: there is no such process")]
    NoProcess(u32),
    /// The target refuses connections, or does not speak the protocol.
    #[error("{0}")]
    Connection(String),
}

impl From<ConnectionError> for TargetError {
    fn from(error: ConnectionError) -> Self {
        Self::Connection(error.text)
    }
}

/// A target that answers correctly, and what is known about it.
#[derive(Debug)]
pub(crate) struct ReadyTarget {
    pub(crate) endpoint: Endpoint,
    pub(crate) info: Option<Info>,
    /// The server's process, if it runs on this machine.
    pub(crate) process: Option<Process>,
    pub(crate) rss_idle_bytes: Option<u64>,
    /// The counters' initial values.
    pub(crate) before: CounterValues,
    control: Option<Control>,
}

impl ReadyTarget {
    /// Connects to the target, and reads the counters if the run uses them.
    ///
    /// # Errors
    /// The problem and its remedy.
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
        // Keep the connection only if the target has INFO.
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

    /// Returns the server's run_id, if INFO has it.
    pub(crate) fn run_id(&self) -> Option<&str> {
        self.info.as_ref()?.run_id()
    }

    /// Returns the server's description from INFO.
    pub(crate) fn server(&self) -> Option<Server> {
        self.info.as_ref()?.server()
    }

    /// Returns the processors that the server is pinned to.
    pub(crate) fn server_cpus(&self) -> Option<String> {
        self.process?.kept_to()
    }

    /// Reads the server's cost so far. After a timeout INFO is not requested again until the end.
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

    /// Reads the server's total cost. After a timeout it asks INFO over a new connection: otherwise, for a remote server, the
    /// rest of the run would seem to cost nothing. It ignores the reply if the run_id differs.
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

    /// Reads the server's memory, threads and open files, if it still runs.
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

/// Connects to the first of the target's addresses that accepts.
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

/// Returns the server's process: from INFO, if it can be one of this machine; else from the command line. The process
/// that `compare` started may be a wrapper (`timeout`, a script) that costs nothing.
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
            // `cargo run` builds before it becomes the server, so its process is older than INFO's uptime.
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

    /// No process has the uptime that INFO reports: only a process that listens at the address is accepted.
    #[test]
    fn a_process_with_another_uptime_is_accepted_if_it_listens() {
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

    /// A remote server that answers INFO only on its second connection, with this `run_id`.
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
    fn info_that_timed_out_is_requested_again_at_the_end() {
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

//! Before the load: finds the target, learns what it is, and reads what the counters hold.

use std::net::ToSocketAddrs;
use std::time::Duration;

use crate::check::reconciliation::Values;
use crate::config::Config;
use crate::config::target::{Place, Protocol};
use crate::protocol::encode::Requests;
use crate::target::control::{Control, Info};
use crate::target::cost::CostReading;
use crate::target::endpoint::Endpoint;
use crate::target::info::InfoText;
use crate::target::listening_sockets;
use crate::target::process::Process;

/// A target that answered as it should, and what is known of it.
#[derive(Debug)]
pub(crate) struct ReadyTarget {
    pub(crate) address: Endpoint,
    pub(crate) info: Option<InfoText>,
    /// The server's process, where it runs on this machine.
    pub(crate) process: Option<Process>,
    pub(crate) rss_idle_bytes: Option<u64>,
    /// What each counter held before the run.
    pub(crate) before: Values,
    control: Option<Control>,
}

impl ReadyTarget {
    /// Finds the target.
    ///
    /// # Errors
    /// A sentence that says what stands in the way.
    pub(crate) fn new(plan: &Config, run: u64, requests: &Requests) -> Result<Self, String> {
        let (address, mut control) = connect(plan)?;
        if plan.target.protocol == Protocol::Echo {
            control.echo(run).map_err(|broken| broken.text)?;
        }
        let info = match plan.target.protocol {
            Protocol::Echo => None,
            Protocol::Resp => known(control.info().map_err(|broken| broken.text)?),
        };
        let before = match plan.counts() {
            true => match control.counters(requests).map_err(|broken| broken.text)? {
                Some(values) => Values::Known(values),
                None => Values::Unknown(
                    "the target does not answer GET with a value: what the counters held is unknown, and what INCR returns was not judged"
                        .to_owned(),
                ),
            },
            false => Values::NotAsked,
        };
        let process = process(plan, &address, info.as_ref())?;
        let rss_idle_bytes = process.and_then(|process| process.levels().0);
        // Only a target that speaks of itself is asked again.
        let control = info.is_some().then_some(control);
        Ok(Self {
            address,
            info,
            process,
            rss_idle_bytes,
            before,
            control,
        })
    }

    /// What the server has cost so far. A server that is too busy to say is not asked again before the end.
    pub(crate) fn sums(&mut self) -> CostReading {
        let said = self.control.as_mut().map(Control::info_quickly);
        let info = match said {
            Some(Ok(info)) => known(info),
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
    pub(crate) fn last_sums(&mut self, timeout: Duration) -> CostReading {
        if self.control.is_none() && self.info.is_some() {
            self.control = Control::connect(&self.address, timeout).ok();
            let said = self.control.as_mut().map(Control::info_quickly);
            let is = said.and_then(Result::ok).and_then(known);
            if !is.is_some_and(|info| self.is_it(&info)) {
                self.control = None;
            }
        }
        self.sums()
    }

    /// Whether it is the same server that speaks here, as far as it can be known.
    fn is_it(&self, info: &InfoText) -> bool {
        let was = self.info.as_ref().and_then(|info| info.value("run_id"));
        was == info.value("run_id")
    }
}

/// Connects to the first of the target's addresses that can be had.
fn connect(plan: &Config) -> Result<(Endpoint, Control), String> {
    let (name, endpoints) = match &plan.target.place {
        Place::Unix(path) => (
            path.display().to_string(),
            vec![Endpoint::Unix(path.clone())],
        ),
        Place::Tcp { host, port } => {
            let addresses = (host.as_str(), *port)
                .to_socket_addrs()
                .map_err(|error| format!("cannot find the host '{host}': {error}"))?;
            (host.clone(), addresses.map(Endpoint::Tcp).collect())
        }
    };
    let mut failure = format!("the host '{name}' has no address");
    for endpoint in endpoints {
        match Control::connect(&endpoint, plan.timeout) {
            Ok(control) => return Ok((endpoint, control)),
            Err(broken) => failure = broken.text,
        }
    }
    Err(failure)
}

fn known(info: Info) -> Option<InfoText> {
    match info {
        Info::Text(text) => Some(InfoText::new(text)),
        Info::Unknown => None,
    }
}

/// The server's process: as INFO says, if that can be a process of this machine; else as the command line says. What the command
/// line or `compare` started may be a wrapper (`timeout`, a script) that costs nothing.
fn process(
    plan: &Config,
    address: &Endpoint,
    info: Option<&InfoText>,
) -> Result<Option<Process>, String> {
    let told = |pid: u32| {
        Process::new(pid).ok_or_else(|| format!("--server-pid {pid}: there is no such process"))
    };
    let told = plan.server_pid.map(told).transpose()?;
    let pid = info
        .filter(|_| address.is_on_this_machine())
        .and_then(|info| info.number("process_id"));
    let up = info
        .and_then(|info| info.number("uptime_in_seconds"))
        .map(Duration::from_secs);
    let named = pid
        .and_then(|pid| u32::try_from(pid).ok())
        .and_then(Process::new)
        .filter(|process| {
            up.is_none_or(|up| process.has_been_up_for(up))
                // `cargo run` builds before it becomes the server: such a process is older than it says.
                || process.holds(&listening_sockets::sockets(address))
        });
    Ok(named.or(told))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::os::unix::process::parent_id;
    use std::thread;

    use super::*;
    use crate::config::tests::plan;

    /// Nothing here is as old as the server says it is: then it is the one that listens, or another.
    #[test]
    fn a_process_of_another_age_is_believed_where_it_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut plan = plan();
        let at = Endpoint::Tcp(address);
        let found = |plan: &Config, pid: u32| {
            let said = format!("process_id:{pid}\r\nuptime_in_seconds:999999999\r\n");
            process(plan, &at, Some(&InfoText::new(said))).unwrap()
        };
        let listens = |process: Process| process.holds(&listening_sockets::sockets(&at));
        assert!(found(&plan, std::process::id()).is_some_and(listens));
        assert!(found(&plan, parent_id()).is_none());

        plan.server_pid = Some(parent_id());
        let server = found(&plan, std::process::id()).unwrap();
        assert!(listens(server), "and not the wrapper that started it");
        assert!(!found(&plan, parent_id()).is_some_and(listens));
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
            address,
            info: Some(InfoText::new("run_id:a\r\n".to_owned())),
            process: None,
            rss_idle_bytes: None,
            before: Values::NotAsked,
            control: Some(control),
        }
    }

    #[test]
    fn a_server_that_was_too_busy_to_say_is_asked_in_the_end() {
        let timeout = Duration::from_secs(60);
        let mut same = too_busy_at_first("a");
        assert_eq!(same.sums(), CostReading::default());
        assert_eq!(same.sums(), CostReading::default(), "nor is it asked again");
        assert_ne!(same.last_sums(timeout), CostReading::default());
        let mut other = too_busy_at_first("b");
        assert_eq!(other.sums(), CostReading::default());
        assert_eq!(other.last_sums(timeout), CostReading::default());
    }
}

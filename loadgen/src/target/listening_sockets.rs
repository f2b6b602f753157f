//! The sockets that listen at an address: the process that holds one of them is the server, whatever else is said of it.

use std::fs;

use super::endpoint::Endpoint;

/// A listening TCP socket (Linux, include/net/tcp_states.h), and a Unix one (include/uapi/linux/net.h, `__SO_ACCEPTCON`).
const TCP_LISTEN: &str = "0A";
const UNIX_ACCEPTS: &str = "00010000";

/// What a process that listens there has among its open files, as in `socket:[4711]`: the tables of proc_pid_net(5). Of TCP only
/// the port is compared, since a server may listen on all addresses of this machine at once.
pub(super) fn sockets(at: &Endpoint) -> Vec<String> {
    let numbers = match at {
        Endpoint::Tcp(address) => {
            let port = format!(":{:04X}", address.port());
            let is_it = |fields: &[&str]| fields[1].ends_with(&port) && fields[3] == TCP_LISTEN;
            [numbers("tcp", 9, is_it), numbers("tcp6", 9, is_it)].concat()
        }
        Endpoint::Unix(path) => numbers("unix", 6, |fields| {
            fields[3] == UNIX_ACCEPTS && fields.get(7).is_some_and(|name| path.as_os_str() == *name)
        }),
    };
    let socket = |number: String| format!("socket:[{number}]");
    numbers.into_iter().map(socket).collect()
}

/// The numbers of the sockets of a table, in the column `number_in`, of which `is_it` is true.
fn numbers(table: &str, number_in: usize, is_it: impl Fn(&[&str]) -> bool) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
    let number = |line: &str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let number = fields.get(number_in)?;
        is_it(&fields).then(|| (*number).to_owned())
    };
    text.lines().skip(1).filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;
    use std::os::unix::process::parent_id;

    use super::super::process::Process;
    use super::*;

    #[track_caller]
    fn assert_is_ours(at: &Endpoint) {
        let sockets = sockets(at);
        let holds = |pid| Process::new(pid).unwrap().holds(&sockets);
        assert!(holds(std::process::id()), "{at}: {sockets:?}");
        assert!(!holds(parent_id()), "{at}: {sockets:?}");
    }

    #[test]
    fn whoever_listens_is_known_by_what_it_holds() {
        for address in ["127.0.0.1:0", "0.0.0.0:0"] {
            let listener = TcpListener::bind(address).unwrap();
            assert_is_ours(&Endpoint::Tcp(listener.local_addr().unwrap()));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _listener = UnixListener::bind(&path).unwrap();
        assert_is_ours(&Endpoint::Unix(path));
    }
}

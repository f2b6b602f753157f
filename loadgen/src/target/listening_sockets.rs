//! The sockets that listen at an address: a process that holds one is the server, even if INFO disagrees.

use procfs::net::{TcpState, tcp, tcp6, unix};

use super::endpoint::Endpoint;

/// Returns the inodes of the sockets that listen there. For TCP it compares only the port: a server may listen on all
/// addresses. A Unix socket with that path listens, or was accepted by the same server.
pub(super) fn sockets(at: &Endpoint) -> Vec<u64> {
    match at {
        Endpoint::Tcp(address) => {
            let tables = [tcp(), tcp6()].into_iter().flatten().flatten();
            let listens = tables.filter(|socket| socket.state == TcpState::Listen);
            let there = listens.filter(|socket| socket.local_address.port() == address.port());
            there.map(|socket| socket.inode).collect()
        }
        Endpoint::Unix(path) => {
            let sockets = unix().into_iter().flatten();
            let there = sockets.filter(|socket| socket.path.as_ref() == Some(path));
            there.map(|socket| socket.inode).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;
    use std::os::unix::process::parent_id;

    use super::super::server_process::Process;
    use super::*;

    #[track_caller]
    fn assert_is_ours(at: &Endpoint) {
        let sockets = sockets(at);
        let holds = |pid| Process::new(pid).unwrap().holds(&sockets);
        assert!(holds(std::process::id()), "{at}: {sockets:?}");
        assert!(!holds(parent_id()), "{at}: {sockets:?}");
    }

    #[test]
    fn the_process_that_holds_a_listening_socket_is_found() {
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

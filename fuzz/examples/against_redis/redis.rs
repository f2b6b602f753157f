//! A Redis of this comparison alone; dropping it ends it.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

pub(crate) struct Redis {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Redis {
    /// On a port that nobody else has. Redis takes no "any free port": another process may be quicker, and then the next try has another.
    pub(crate) fn start() -> Self {
        (0..10)
            .find_map(|_| Self::start_on(free_port()))
            .expect("redis-server starts on some port")
    }

    fn start_on(port: u16) -> Option<Self> {
        let port_text = port.to_string();
        let mut process = Command::new("redis-server")
            .args([
                "--port",
                &port_text,
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .expect("redis-server is installed");
        let stdout = process.stdout.take().expect("stdout is piped");
        let redis = Redis {
            process,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        };
        let ready = "Ready to accept connections";
        let is_ready = BufReader::new(stdout)
            .lines()
            .any(|line| line.is_ok_and(|line| line.contains(ready)));
        is_ready.then_some(redis)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener
        .local_addr()
        .expect("a listener has an address")
        .port()
}

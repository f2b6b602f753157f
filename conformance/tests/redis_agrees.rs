//! The replies in the tables are Redis' own: the same rows against a real Redis 7.0, where one is installed.
#![expect(
    clippy::unwrap_used,
    reason = "the guard around Redis is part of the test"
)]

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use conformance::script::Script;
use conformance::scripts;
use testkit::{Client, start_of};

/// The version whose texts the tables hold.
const VERSION: &str = "v=7.0.";

/// A row that says `unlike_redis` must be unlike Redis: an excuse that has become untrue is an error as well.
#[test]
fn redis_answers_each_row_as_the_table_says() {
    let Some(redis) = Redis::start() else {
        eprintln!("skipped: no redis-server {VERSION} is installed");
        return;
    };
    let disagreements: Vec<_> = scripts::all()
        .into_iter()
        .filter_map(|script| {
            let answer = redis.answer(&script);
            let agrees = answer == *script.expects;
            (agrees == script.unlike_redis.is_some()).then(|| {
                format!(
                    "'{}' (unlike Redis: {:?})\n  sent:      {}\n  the table: {}\n  Redis:     {}",
                    script.proves,
                    script.unlike_redis,
                    start_of(&script.sends),
                    start_of(&script.expects),
                    start_of(&answer),
                )
            })
        })
        .collect();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

/// A Redis of this test alone; dropping it ends it.
struct Redis {
    process: Child,
    address: SocketAddr,
}

impl Redis {
    /// `None` where no Redis of that version is installed.
    fn start() -> Option<Self> {
        let version = Command::new("redis-server")
            .arg("--version")
            .output()
            .ok()?;
        if !String::from_utf8_lossy(&version.stdout).contains(VERSION) {
            return None;
        }
        // Redis takes no "any free port": another process may be quicker, and then the next try has another port.
        (0..10).find_map(|_| Self::start_on(free_port()))
    }

    fn start_on(port: u16) -> Option<Self> {
        let mut process = Command::new("redis-server")
            .args([
                "--port",
                &port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stdout.take().unwrap()).lines();
        let redis = Self {
            process,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        };
        let ready =
            log.any(|line| line.is_ok_and(|line| line.contains("Ready to accept connections")));
        ready.then_some(redis)
    }

    /// Everything it says to a script whose client has then finished, so that it need not close by itself.
    fn answer(&self, script: &Script) -> Vec<u8> {
        let mut client = Client::connect(self.address);
        client.ask("FLUSHALL\r\n", "+OK\r\n");
        client.send_piece(&script.sends);
        client.finish();
        client.receive_to_end()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

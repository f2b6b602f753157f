//! A well-behaved client beside the hostile ones. The server must keep answering it and lose no acknowledged increment.

use crate::server::Server;
use testkit::Client;
use testkit::Info;
use testkit::comes_true;

/// A connection that increments a counter and reads INFO.
pub struct HealthCheck {
    client: Client,
    acknowledged: u64,
}

impl HealthCheck {
    /// Connects and increments the counter for the first time.
    pub fn start(server: &Server) -> Self {
        let mut health = Self {
            client: server.connect(),
            acknowledged: 0,
        };
        health.count();
        health
    }

    /// Increments the counter; the reply must be the next value.
    #[track_caller]
    pub fn count(&mut self) {
        self.acknowledged += 1;
        self.client.ask(
            "*2\r\n$4\r\nINCR\r\n$7\r\nhealthy\r\n",
            format!(":{}\r\n", self.acknowledged),
        );
    }

    /// Reads all sections of INFO.
    pub fn info(&mut self) -> Info {
        Info::ask(&mut self.client, "")
    }

    /// Keeps incrementing until INFO shows a state.
    #[track_caller]
    pub fn until(&mut self, what: &str, holds: impl Fn(&Info) -> bool) {
        let mut seen = None;
        let came = comes_true(|| {
            self.count();
            holds(seen.insert(self.info()))
        });
        assert!(came, "timed out waiting until {what}; last INFO: {seen:?}");
    }

    /// Stops the server. Its final report must hold every acknowledged increment.
    #[track_caller]
    pub fn finish(mut self, server: Server) {
        self.count();
        let last = server.terminate();
        assert!(last.status.success(), "{}", last.status);
        let expected = format!("counter healthy = {}", self.acknowledged);
        assert!(
            last.lines.contains(&expected),
            "the final report lacks {expected:?}: {:?}",
            last.lines
        );
    }
}

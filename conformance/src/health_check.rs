//! An honest client beside the hostile ones: the server must go on answering it, and lose none of what it acknowledged.

use crate::server::Server;
use testkit::Client;
use testkit::Info;
use testkit::comes_true;

/// A connection that counts, and looks at INFO meanwhile.
pub struct Witness {
    peer: Client,
    acknowledged: u64,
}

impl Witness {
    /// Takes a place on the server before anyone else does.
    pub fn of(server: &Server) -> Self {
        let mut witness = Self {
            peer: server.connect(),
            acknowledged: 0,
        };
        witness.count();
        witness
    }

    /// Increments its counter, and must be told the next value.
    #[track_caller]
    pub fn count(&mut self) {
        self.acknowledged += 1;
        self.peer.ask(
            "*2\r\n$4\r\nINCR\r\n$7\r\nwitness\r\n",
            format!(":{}\r\n", self.acknowledged),
        );
    }

    /// What the server says about itself now.
    pub fn info(&mut self) -> Info {
        Info::ask(&mut self.peer, "")
    }

    /// Counts on until INFO shows a state.
    #[track_caller]
    pub fn until(&mut self, what: &str, holds: impl Fn(&Info) -> bool) {
        let mut seen = None;
        let came = comes_true(|| {
            self.count();
            holds(seen.insert(self.info()))
        });
        assert!(came, "in vain until {what}; last {seen:?}");
    }

    /// Ends the server and compares its last words with what it had acknowledged.
    #[track_caller]
    pub fn testify(mut self, server: Server) {
        self.count();
        let last = server.terminate();
        assert!(last.status.success(), "{}", last.status);
        let expected = format!("counter witness = {}", self.acknowledged);
        assert!(
            last.lines.contains(&expected),
            "{expected:?} is not in {:?}",
            last.lines
        );
    }
}

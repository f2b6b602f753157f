//! A script: bytes that a client sends and the bytes that must come back, however the network cuts what was sent.

use std::borrow::Cow;
use std::net::SocketAddr;

use testkit::{Client, assert_same, start_of};

/// What happens to the connection after the replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It answers the next command, and closes when the client has finished.
    GoesOn,
    /// It waits for the rest of a request; when that never comes, it closes without another word.
    Waits,
    /// The server closes it.
    Closes,
}

/// Bytes, and the answer to them.
#[derive(Clone, Debug)]
pub struct Script {
    /// The sentence that a failure contradicts.
    pub proves: &'static str,
    /// What the client sends.
    pub sends: Cow<'static, [u8]>,
    /// What the server answers, to the byte.
    pub expects: Cow<'static, [u8]>,
    /// And afterwards.
    pub then: Then,
    /// Why Redis 7.0 answers otherwise, where it does.
    pub unlike_redis: Option<&'static str>,
}

impl Script {
    /// Declares in a table that Redis answers otherwise, and why these servers do not follow.
    pub const fn unlike_redis(mut self, why: &'static str) -> Self {
        self.unlike_redis = Some(why);
        self
    }
}

/// A row whose connection goes on.
pub const fn goes_on(proves: &'static str, sends: &'static [u8], expects: &'static [u8]) -> Script {
    row(proves, sends, expects, Then::GoesOn)
}

/// A row whose connection waits for more.
pub const fn waits(proves: &'static str, sends: &'static [u8], expects: &'static [u8]) -> Script {
    row(proves, sends, expects, Then::Waits)
}

/// A row whose connection is closed by the server.
pub const fn closes(proves: &'static str, sends: &'static [u8], expects: &'static [u8]) -> Script {
    row(proves, sends, expects, Then::Closes)
}

const fn row(
    proves: &'static str,
    sends: &'static [u8],
    expects: &'static [u8],
    then: Then,
) -> Script {
    Script {
        proves,
        sends: Cow::Borrowed(sends),
        expects: Cow::Borrowed(expects),
        then,
        unlike_redis: None,
    }
}

/// How a script's bytes reach the server.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// In one write.
    Nowhere,
    /// In two, the second when the server has read the first.
    At(usize),
    /// Each byte alone, when the server has read the one before it.
    Everywhere,
}

impl Cut {
    fn pieces(self, bytes: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Nowhere => vec![bytes],
            Self::At(first_bytes) => {
                let (first, second) = bytes.split_at(first_bytes);
                vec![first, second]
            }
            Self::Everywhere => bytes.chunks(1).collect(),
        }
    }
}

/// Runs each script whole, cut in two at every byte, and byte by byte.
pub fn run_in_every_cut(server: SocketAddr, scripts: &[Script]) {
    for script in scripts {
        run(server, script, Cut::Nowhere);
        for first_bytes in 1..script.sends.len() {
            run(server, script, Cut::At(first_bytes));
        }
        run(server, script, Cut::Everywhere);
    }
}

/// Runs each script once, in one write.
pub fn run_whole(server: SocketAddr, scripts: impl IntoIterator<Item = Script>) {
    for script in scripts {
        run(server, &script, Cut::Nowhere);
    }
}

/// Runs one script on a connection of its own, from a server without counters.
pub fn run(server: SocketAddr, script: &Script, cut: Cut) {
    let what = format!(
        "'{}' (sent: {}; cut: {cut:?})",
        script.proves,
        start_of(&script.sends)
    );
    let mut client = Client::connect(server);
    // Its reply also says that the server has accepted, so that the first piece is read when it comes.
    client.ask("FLUSHALL\r\n", "+OK\r\n");

    for piece in cut.pieces(&script.sends) {
        if !client.send_piece(piece) {
            assert!(
                script.then == Then::Closes,
                "{what}: the server closed before it had everything"
            );
        }
    }
    let after = "\n  … and after it";
    match script.then {
        Then::GoesOn => {
            assert_same(
                &client.receive(script.expects.len()),
                &script.expects,
                &what,
            );
            client.send("*2\r\n$4\r\nECHO\r\n$6\r\nbehind\r\n");
            client.finish();
            assert_same(
                &client.receive_to_end(),
                b"$6\r\nbehind\r\n",
                &(what + after),
            );
        }
        Then::Waits => {
            assert_same(
                &client.receive(script.expects.len()),
                &script.expects,
                &what,
            );
            client.finish();
            assert_same(&client.receive_to_end(), b"", &(what + after));
        }
        Then::Closes => assert_same(&client.receive_to_end(), &script.expects, &what),
    }
}

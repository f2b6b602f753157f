//! The tables: every command and every edge of the protocol, as bytes and the bytes that answer them.
//!
//! The replies are those of Redis 7.0; where these servers answer otherwise, the row says why (`unlike_redis`), and
//! `tests/redis_agrees.rs` holds both statements against a real Redis where one is installed.

mod frames;
mod inline;
mod leaving;
mod refusals;
mod unknown;

pub use frames::{FRAMES, UNFINISHED};
pub use inline::INLINE;
pub use leaving::LEAVING;
pub use refusals::{PROTOCOL_ERRORS, too_long};
pub use unknown::{UNKNOWN, long_winded};

use crate::dialogue::Dialogue;
use crate::script::Script;

/// The counters' own commands.
pub const COUNTERS: &str = include_str!("../dialogues/counters.txt");
/// Commands about the conversation itself.
pub const CONNECTION: &str = include_str!("../dialogues/connection.txt");
/// Commands used wrongly.
pub const MISUSE: &str = include_str!("../dialogues/misuse.txt");

/// Every row of every table; a dialogue in the form that clients send.
pub fn all() -> Vec<Script> {
    let dialogues = [COUNTERS, CONNECTION, MISUSE].map(Dialogue::read).concat();
    let rows = [
        LEAVING,
        UNKNOWN,
        INLINE,
        FRAMES,
        UNFINISHED,
        PROTOCOL_ERRORS,
    ]
    .concat();
    let long = [long_winded(), too_long()].concat();
    let said = dialogues.iter().map(Dialogue::as_arrays);
    said.chain(rows).chain(long).collect()
}

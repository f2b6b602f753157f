//! RESP2, the Redis protocol: requests in, replies out.
//!
//! A request is an array of bulk strings, `*2\r\n$4\r\nINCR\r\n$1\r\na\r\n`, or one inline line, `INCR a\r\n`, as a person types it.
//! Source: the Redis serialization protocol specification; where Redis leaves bytes unchecked, this parser checks them.

mod args;
mod error;
mod inline;
mod number;
mod parser;
mod reply;
mod request;

pub use args::{Args, Arguments};
pub use error::ProtocolError;
pub use number::parse_i64;
pub use parser::Parser;
pub use reply::{Reply, ReplyError, read_reply};
pub use request::write_request;

/// Appends replies to a buffer, in the order of the requests.
pub mod write {
    pub use super::reply::{array, bulk, error, integer, map, null, null3, simple, verbatim};
}

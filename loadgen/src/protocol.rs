//! The client's side of the protocol, without any socket: bytes to write, bytes that came, and events.
//!
//! ```text
//!  requests (which is next) ──> encode ──> bytes        bytes ──> exchange ──> Event ──> metrics, check
//! ```

pub(crate) mod describe;
pub(crate) mod encode;
pub(crate) mod event;
pub(crate) mod exchange;
pub(crate) mod payload;
pub(crate) mod random;
mod requests;

pub(crate) use requests::Request;

//! What a server process needs, whatever its concurrency model: flags, a listener, limits, signals, statistics, INFO.
//!
//! A server is its [`Model`]: a name, and a `serve` function for each discipline of the counter. [`run`] reads the command line,
//! makes a [`Host`] and calls the `serve` of the chosen discipline. That function accepts connections, waits and replies, and returns
//! the counters at the signal to stop.
//!
//! ```text
//!  command line ─▶ Flags ─▶ Host { listener, limits, signals, statistics }
//!                             │ admit / refuse      a Permit counts one connection against the limit
//!                             ▼
//!                  serve(&host) in server-{threaded, reactor, async}: how it waits
//! ```
//!
//! Everything by which a client could tell two servers apart is here or in `service`, once. Absent on purpose: any loop over
//! sockets, because that loop is the model.

mod accept;
mod buffers;
mod byte_stream;
mod deadline;
mod flags;
mod host;
mod info;
mod instruments;
mod limits;
mod listener;
mod permit;
mod registry;
mod run;
mod signals;
mod statistics;

pub use accept::{AcceptError, Acceptor};
pub use buffers::Buffers;
pub use byte_stream::{READ_BYTES, Received, held_bytes, release_excess, send_some};
pub use deadline::{Deadline, Waiting};
pub use host::Host;
pub use limits::{Limits, Timeout};
pub use permit::Permit;
pub use registry::{Registered, Registry};
pub use run::{Counters, Model, Runtime, Serve, run};
pub use statistics::{Closed, Refused};

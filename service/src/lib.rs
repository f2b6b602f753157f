//! What the servers do: bytes in, replies out. No socket, no thread, no clock.
//!
//! A [`Session`] is one connection without its socket. The owner of the socket (a thread, a reactor, a task) passes in the bytes
//! that came and sends the replies; the session does not know how its owner waits:
//!
//! ```text
//!            input: Vec<u8>                                   replies: Vec<u8>
//!  socket ──────────────────▶ resp::Parser ─▶ Command ─▶ Keyspace ──────────────▶ socket
//!                             └──────────── Session::receive ───────────┘
//! ```
//!
//! So every concurrency model runs the same service, and two servers differ only in how they wait.
//!
//! **Contract.** Whole requests at the front of `input` are executed in order and removed, their replies are appended to
//! `replies`. What is left of `input` is the beginning of a request whose end has not arrived, or requests for the next turn
//! ([`Next::Again`]). Any split of the bytes over calls gives the same replies. No input can panic, loop
//! without end, or grow memory past [`Limits`].
//!
//! **Absent on purpose:** `std::{net, io, thread, time, fs}`; the clock and the process are behind [`Environment`].
//!
//! Reading order: [`counter`] (the lesson), [`keyspace`], [`resp`], [`command`], [`session`].

pub mod counter;
pub mod keyspace;

pub mod resp;

pub mod command;
mod execute;
mod limits;
pub mod session;

pub use counter::Counter;
pub use keyspace::Keyspace;
pub use limits::Limits;
pub use session::{Delay, Ending, Environment, Next, Protocol, Service, Session};

//! What the servers do: bytes in, replies out. No socket, no thread, no clock.
//!
//! A [`Session`] is one peer's conversation. Whoever owns the socket (a thread, a reactor, a task) brings the bytes
//! that came and carries away the replies; the session never learns how its owner waits:
//!
//! ```text
//!            input: Vec<u8>                                   replies: Vec<u8>
//!  socket ──────────────────▶ resp::Parser ─▶ Command ─▶ Keyspace ──────────────▶ socket
//!                             └──────────── Session::receive ───────────┘
//! ```
//!
//! So the same service is served under every concurrency model, and what differs between two servers is the waiting.
//!
//! **Contract.** Whole requests at the front of `input` are executed in order and removed, their replies are appended to
//! `replies`, and what is left of `input` is the beginning of a request that has not wholly arrived, or requests left for
//! the next turn ([`Next::Again`]). Any split of the bytes over calls gives the same replies. No input can panic, loop
//! without end, or grow memory past [`Limits`].
//!
//! **Absent on purpose:** `std::{net, io, thread, time, fs}`; what a host knows (the clock, its process) comes in by [`Environment`].
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

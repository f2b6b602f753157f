//! Checks the whole history of counters exactly: can *one* counter have given all these replies?
//!
//! This crate takes the operations of a run as they are invoked and end, one [`Event`] at a time, and decides for every
//! key whether the history is linearizable. It uses no sampling, keeps no operation that has ended, and shows the
//! operations that contradict each other.
//!
//! ```text
//! one client thread     ── Event ──> Checker ── verdict() ──> Verdict: per key ok | wrong | unknown, counterexamples
//!
//! several threads, each ── Event ──> EventBuffer ── Batch ──> Merge ── Event in time order ──> Checker
//!
//! a log on the side     ── Event ──> LogWriter ──> file ──> replay() ── Event ──> Checker
//! ```
//!
//! All four receivers are [`EventSink`]s, and a pair of sinks is one too: `(Checker, LogWriter)` checks and writes.
//!
//! **The order of the events decides.** Operation *a* precedes *b* when *a*'s end stands before *b*'s invocation in the
//! stream, or when both use one connection and *a* was sent first (replies come first-in first-out). Time stamps order
//! the threads' streams ([`Merge`]) and are shown in counterexamples; the check itself reads no clock. The caller must
//! report the invocation **before** the write(2) that carries the first byte of the request, and the end **after** the
//! read(2) that brought the last byte of the reply.
//!
//! What is absent: sockets, clocks, threads, key names (a [`Key`] is a number; the report knows its name).
//!
//! ```
//! use history::{Anomaly, Call, ConnectionId, Event, Checker, Key, EventSink};
//!
//! let (key, one, two) = (Key::new(0).unwrap(), ConnectionId::new(0).unwrap(), ConnectionId::new(1).unwrap());
//! let mut checker = Checker::default();
//! checker.observe(Event::invoke(one, 10, Call::incr(key)));
//! checker.observe(Event::invoke(two, 11, Call::incr(key)));
//! checker.observe(Event::ok(one, 20, 1));
//! checker.observe(Event::ok(two, 21, 1)); // both returned 1: an update is lost
//! let verdict = checker.verdict();
//! assert_eq!(verdict.counts[Anomaly::LostUpdate], 1);
//! ```
//!
//! The theorem, its proof and what a verdict does not prove: `docs/correctness.md`.

mod event;
mod operation;

mod anomaly;
mod counterexample;
mod verdict;

mod checker;
mod connection;
mod level;

mod counter;
mod gaps;
mod matching;

mod recent_replies;

mod merge;

mod log;

pub use anomaly::{Anomaly, Counts};
pub use checker::Checker;
pub use counterexample::{Counterexample, EXAMPLES_PER_ANOMALY};
pub use event::{Call, ConnectionId, Event, EventKind, EventSink, Key};
pub use level::Level;
pub use log::{LogWriter, ReplayError, Replayed, Torn, replay};
pub use merge::{Batch, EventBuffer, Merge};
pub use operation::{Operation, OperationKind};
pub use verdict::{Conclusion, KeyVerdict, Reason, Verdict};

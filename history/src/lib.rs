//! The counter's whole history, judged exactly: was every reply what *one* counter could have said?
//!
//! A client that only counts replies believes a server that answers quickly and wrongly. This crate takes the
//! operations of a run as they begin and end, one [`Event`] at a time, and decides for every key whether the history is
//! linearizable. It samples nothing, keeps no operation that has ended, and shows the operations that convict.
//!
//! ```text
//! one client thread     ── Event ──> Judge ── verdict() ──> Verdict: per key ok | wrong | unknown, witnesses
//!
//! several threads, each ── Event ──> Recorder ── Batch ──> Merge ── Event in time order ──> Judge
//!
//! a log on the side     ── Event ──> LogWriter ──> file ──> replay() ── Event ──> Judge
//! ```
//!
//! All four receivers are [`Observer`]s, and a pair of observers is one too: `(Judge, LogWriter)` judges and writes.
//!
//! **The order of the events is the truth.** Operation *a* precedes *b* when *a*'s end stands before *b*'s beginning in
//! the stream, or when both went down one connection and *a* was sent first (replies come first-in first-out). Time stamps
//! order the threads' streams ([`Merge`]) and are shown in witnesses; the judgement itself reads no clock. Hence the one
//! duty of the caller: report the beginning **before** the write(2) that carries the first byte of the request, and the
//! end **after** the read(2) that brought the last byte of the reply.
//!
//! What is absent: sockets, clocks, threads, key names (a [`Key`] is a number; whoever draws the report knows its name).
//!
//! ```
//! use history::{Anomaly, Call, Connection, Event, Judge, Key, Observer};
//!
//! let (key, one, two) = (Key::new(0).unwrap(), Connection::new(0).unwrap(), Connection::new(1).unwrap());
//! let mut judge = Judge::default();
//! judge.observe(Event::started(one, 10, Call::incr(key)));
//! judge.observe(Event::started(two, 11, Call::incr(key)));
//! judge.observe(Event::returned(one, 20, 1));
//! judge.observe(Event::returned(two, 21, 1)); // both were told 1: an update is lost
//! let verdict = judge.verdict();
//! assert_eq!(verdict.counts[Anomaly::LostUpdate], 1);
//! ```
//!
//! The theorem, its proof and what a verdict does not prove: `docs/correctness.md`.

mod event;
mod operation;

mod anomaly;
mod verdict;

mod judge;
mod session;

mod counter;
mod holes;
mod matching;

mod findings;
mod recent;

mod merge;

mod log;

pub use anomaly::{Anomaly, Counts};
pub use event::{Call, Connection, Event, Key, Observer, What};
pub use findings::{EXAMPLES_PER_ANOMALY, Example};
pub use judge::{Judge, Level};
pub use log::{LogWriter, Replayed, Torn, replay};
pub use merge::{Batch, Merge, Recorder};
pub use operation::{Kind, Operation};
pub use verdict::{Judgement, KeyVerdict, Reason, Verdict};

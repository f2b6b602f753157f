//! The load generator: it asks a server, judges every answer, and books how long each took.
//!
//! ```text
//!  command line ── cli ──> Plan            what will be done, checked once
//!                           │
//!            scene: is the target what it should be? what do the counters hold?
//!                           │
//!                         drive: client threads, a task for each connection
//!                    ┌──────┴──────┐
//!                  talk          books     what is asked and must be answered │ what came of it
//!                    └──────┬──────┘
//!            scene: what did it cost? what do the counters hold now?
//!                           │
//!                        record ──> results::Run ──> files, summary, comparison
//! ```
//!
//! **Contract.** Every reply is checked. No request is retried, dropped or skipped in silence: what could not be done is
//! counted, with its reason. No wait is longer than the plan's timeout. What was not measured is absent, never zero.
//!
//! **Absent on purpose:** locks, channels and shared counters on the way of a request (each thread keeps its own books);
//! a timer or an allocation for each request; drawing (that is `report`'s).
//!
//! Reading order: [`plan`], `talk` (no sockets there), `books`, `drive`, `scene`, [`record`], [`compare`], [`cli`].

pub mod plan;

mod talk;

mod books;

pub mod drive;
mod scene;
pub use scene::host::read as read_host;

pub mod record;

pub mod compare;

pub mod cli;

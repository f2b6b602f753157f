//! The checker is checked: against a brute-force oracle, a published checker, wrong histories made by hand, and itself.
//!
//! `HISTORIES=1000000 cargo test --release -p history --test checker random` is the long run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise, its helpers too"
)]

mod timeline;

mod oracle;

mod exhaustive;
mod random;
mod second_opinion;

mod anomalies;
mod counterexamples;
mod keys;
mod unanswered;

mod equal_times;
mod log;
mod memory;
mod replies;
mod together;

use history::{Checker, Conclusion, Event, EventSink, Verdict};

/// The verdict on a history.
fn checker(events: &[Event]) -> Verdict {
    let mut checker = Checker::default();
    for &event in events {
        checker.observe(event);
    }
    checker.verdict()
}

/// Whether it is linearizable, for a history without reasons to be unknown.
fn is_ok(events: &[Event]) -> bool {
    match checker(events).conclusion() {
        Conclusion::Ok => true,
        Conclusion::Wrong => false,
        Conclusion::Unknown(reason) => panic!("{reason}"),
    }
}

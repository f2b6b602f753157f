//! The real binary, run as a user runs it, against servers whose behaviour is known. One program, so that it is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test may stop at the first surprise; its support is as public as that of a library"
)]

mod support;

mod commands;
mod comparisons;
mod failures;
mod ground_truth;
mod histories;
mod interrupts;
mod invalid;
mod many_loads;
mod open_loop;
mod repeats;
mod replies;
mod series;
mod stored_runs;

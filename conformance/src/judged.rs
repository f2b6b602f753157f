//! The judge is judged: `loadgen` asks a live server through a proxy that bends the truth, and must say at which operation.
//!
//! ```text
//!  loadgen (in this process) ══ TCP ══> proxy ══ TCP ══> server (a process)
//!                                         │
//!                         one reply is exchanged, repeated, lost, changed, late …
//! ```
//!
//! Whatever the server's model, the truth must pass and each lie must be named. A crash is no lie either.

pub mod act;
pub mod crashes;
pub mod lies;
pub mod proxy;
pub mod truths;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Parser as _;
use loadgen::cli::args::{Arguments, Command};
use loadgen::config::Config;
use loadgen::run::run as loadgen_run;
use results::{AnomalyKind, Correctness, Run, Verdict, Witness};

/// Does what `loadgen run` does with these words.
pub fn run(words: &str) -> Run {
    let never = Arc::new(AtomicBool::new(false));
    let outcome = loadgen_run(plan(words), &[], &never, &mut |_| {});
    outcome.unwrap().run
}

fn plan(words: &str) -> Config {
    let words = ["loadgen", "run"]
        .into_iter()
        .chain(words.split_whitespace());
    match Arguments::try_parse_from(words).unwrap().command {
        Command::Run(arguments) => arguments.plan().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Fails unless the answers were right.
pub fn assert_right(correctness: &Correctness) {
    assert_eq!(correctness.verdict, Verdict::Correct, "{correctness:#?}");
}

/// Fails unless this is all that was wrong, and it was wrong once; returns the operation that is accused, if any is.
pub fn only(correctness: &Correctness, kind: AnomalyKind) -> Option<Witness> {
    let found: Vec<_> = correctness
        .anomalies
        .iter()
        .map(|anomaly| (anomaly.kind, anomaly.count))
        .collect();
    assert_eq!(found, [(kind, 1)], "{correctness:#?}");
    let example = &correctness.anomalies[0].examples[0];
    example.operations.first().cloned()
}

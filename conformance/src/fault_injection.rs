//! The judge is judged: `loadgen` asks a live server through a proxy that bends the truth, and must say at which operation.
//!
//! ```text
//!  loadgen (in this process) ══ TCP ══> proxy ══ TCP ══> server (a process)
//!                                         │
//!                         one reply is exchanged, repeated, lost, changed, late …
//! ```
//!
//! Whatever the server's model, the truth must pass and each lie must be named. A crash is no lie either.

pub mod crashes;
pub mod fault;
pub mod harmless;
pub mod proxy;
pub mod reported;

use loadgen::config::{Config, ConfigBuilder};
use loadgen::run::run as loadgen_run;
use results::{Anomaly, Correctness, Run, Verdict, Witness};

/// Makes the run that these words of `loadgen run` mean.
pub fn run(words: &str) -> Run {
    loadgen_run(load(words).build().unwrap(), &mut ())
        .unwrap()
        .run
}

/// The load of a target and flags such as `127.0.0.1:7001 -c 1 -P 8 -n 400`.
fn load(words: &str) -> ConfigBuilder {
    let mut words = words.split_whitespace();
    let mut load = Config::builder(words.next().unwrap().parse().unwrap());
    while let (Some(flag), Some(value)) = (words.next(), words.next()) {
        let number = || value.parse::<u32>().unwrap();
        load = match flag {
            "-c" => load.connections(number()),
            "-d" => load.duration(units::parse_duration(value).unwrap()),
            "-r" => load.rate_per_s(units::parse_rate(value).unwrap()),
            "-P" => load.pipeline_depth(number()),
            "-t" => load.threads(number()),
            "-n" => load.requests(u64::from(number())),
            "-s" => load.payload_bytes(number()),
            "--op" => load.operations(results::parse_mix(value).unwrap()),
            "--timeout" => load.timeout(units::parse_duration(value).unwrap()),
            _ => panic!("{flag} {value}"),
        };
    }
    load
}

/// Fails unless the answers were right.
pub fn assert_right(correctness: &Correctness) {
    assert_eq!(correctness.verdict, Verdict::Correct, "{correctness:#?}");
}

/// Fails unless this is all that was wrong, and it was wrong once; returns the operation that is accused, if any is.
pub fn only(correctness: &Correctness, kind: Anomaly) -> Option<Witness> {
    let found: Vec<_> = correctness
        .anomalies
        .iter()
        .map(|anomaly| (anomaly.kind, anomaly.count))
        .collect();
    assert_eq!(found, [(kind, 1)], "{correctness:#?}");
    let example = &correctness.anomalies[0].examples[0];
    example.operations.first().cloned()
}

//! Fault injection: `loadgen` tests a live server through a proxy that injects one fault. The checker must name the operation.
//!
//! ```text
//!  loadgen (in this process) ══ TCP ══> proxy ══ TCP ══> server (a process)
//!                                         │
//!                         one reply is swapped, duplicated, lost, corrupted, delayed …
//! ```
//!
//! For every server model, harmless faults (delays, resets, a crash) must pass, and every wrong reply must be reported.

pub mod crashes;
pub mod fault;
pub mod framing;
pub mod harmless;
pub mod proxy;
pub mod reported;

use loadgen::config::{Config, ConfigBuilder};
use loadgen::run::run as loadgen_run;
use results::{Anomaly, Correctness, Run, Verdict, Witness};

/// Runs the load that these arguments of `loadgen run` describe.
pub fn run(words: &str) -> Run {
    loadgen_run(load(words).build().unwrap(), &mut ())
        .unwrap()
        .run
}

/// Parses a target and flags such as `127.0.0.1:7001 -c 1 -P 8 -n 400`.
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

/// Asserts that the verdict is correct.
pub fn assert_correct(correctness: &Correctness) {
    assert_eq!(correctness.verdict, Verdict::Correct, "{correctness:#?}");
}

/// Asserts that this anomaly is the only one and occurs once. Returns the first operation of its example, if it has one.
pub fn only_anomaly(correctness: &Correctness, kind: Anomaly) -> Option<Witness> {
    let found: Vec<_> = correctness
        .anomalies
        .iter()
        .map(|anomaly| (anomaly.kind, anomaly.count))
        .collect();
    assert_eq!(found, [(kind, 1)], "{correctness:#?}");
    let example = &correctness.anomalies[0].examples[0];
    example.operations.first().cloned()
}

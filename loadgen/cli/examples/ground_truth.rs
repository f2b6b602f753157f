//! How near the load generator comes to a truth that is known: prints each figure beside the law, and ends with 1 if one is too far off.
//!
//! Times are asserted here and in no test: this wants a machine to itself (`scripts/bench truth`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a measurement that cannot be made ends here; the tests use more of the servers"
)]

#[path = "../tests/program/support/servers.rs"]
mod servers;
#[path = "../tests/program/support/stalls.rs"]
mod stalls;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use loadgen::config::{Config, ConfigBuilder, Warmup};
use loadgen::run::run as loadgen_run;
use results::{Arrival, Histogram, Quantile, Run};
use servers::{Counter, converse, correct_reply, correct_server, serve};
use stalls::Stalls;

fn main() -> ExitCode {
    println!("{:<56}{:>12}{:>12}{:>12}", "", "law", "said", "limit");
    let within = [
        who_waits(),
        exact_service(),
        punctual(Arrival::Constant),
        punctual(Arrival::Poisson),
    ];
    match within.into_iter().all(|within| within) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// A server that stops for 1 s every 5 s: 0.2 of the arrivals wait, evenly between 0 and 1 s.
fn who_waits() -> bool {
    let (server, stalls) = Stalls::serve(Duration::from_secs(1), Duration::from_secs(5), 6);
    let load = load(server).connections(10).rate_per_s(2_000.0);
    let load = load.duration(Duration::from_secs(30));
    let load = load.warmup(Warmup::Fixed(Duration::ZERO));
    let run = run(load.timeout(Duration::from_secs(10)));
    let mut within = true;
    for (quantile, beyond) in [
        (Quantile::P90, 0.1),
        (Quantile::P99, 0.01),
        (Quantile::P99_9, 0.001),
    ] {
        let law = stalls.exceeded_by(beyond, Duration::from_secs(30));
        let said = quantile_of(&run.latency.response, quantile);
        let what = format!("stops 1 s in 5 s, 2,000/s: response {quantile}");
        within &= line(&what, law, said, law.mul_f64(0.03));
    }
    within
}

/// A server that answers after exactly 5 ms: it sleeps most of the time and watches the clock for the rest.
fn exact_service() -> bool {
    const EXACTLY: Duration = Duration::from_millis(5);
    let counter = Counter::default();
    let server = serve(move |peer| {
        converse(peer, |words| {
            let end = Instant::now() + EXACTLY;
            thread::sleep(EXACTLY - Duration::from_millis(1));
            while Instant::now() < end {
                std::hint::spin_loop();
            }
            Some(correct_reply(words, &counter))
        });
    });
    let load = load(server).connections(5).rate_per_s(100.0);
    let run = run(load.requests(500));
    let said = quantile_of(run.latency.service.as_ref().unwrap(), Quantile::P50);
    let limit = Duration::from_micros(100);
    line(
        "answers after exactly 5 ms: service p50",
        EXACTLY,
        said,
        limit,
    )
}

/// A request every 200 µs to an idle server.
fn punctual(arrival: Arrival) -> bool {
    let load = load(correct_server()).connections(10).rate_per_s(5_000.0);
    let run = run(load.requests(25_000).arrival(arrival));
    let lag = quantile_of(run.latency.lag.as_ref().unwrap(), Quantile::P50);
    let what = format!("200 µs apart ({arrival}): lag p50");
    let punctual = line(&what, Duration::ZERO, lag, Duration::from_micros(100));
    if arrival != Arrival::Constant {
        return punctual;
    }
    // From the first request to the last there are 24,999 gaps.
    let law = Duration::from_micros(200) * 24_999;
    let what = format!("200 µs apart ({arrival}): time for all");
    let said = Duration::from_nanos(run.elapsed_ns);
    line(&what, law, said, law.mul_f64(0.001)) && punctual
}

fn load(server: SocketAddr) -> ConfigBuilder {
    Config::builder(server.to_string().parse().unwrap())
}

fn run(load: ConfigBuilder) -> Run {
    let outcome = loadgen_run(load.build().unwrap(), &mut ()).unwrap();
    assert_eq!(outcome.failure, None);
    outcome.run
}

fn quantile_of(histogram: &Histogram, quantile: Quantile) -> Duration {
    Duration::from_nanos(histogram.quantile_ns(quantile).unwrap())
}

/// Prints a figure; whether it is near enough.
fn line(what: &str, law: Duration, said: Duration, limit: Duration) -> bool {
    let within = law.abs_diff(said) <= limit;
    let remark = if within { "" } else { "  TOO FAR OFF" };
    println!("{what:<56}{law:>12.3?}{said:>12.3?}{limit:>12.3?}{remark}");
    within
}

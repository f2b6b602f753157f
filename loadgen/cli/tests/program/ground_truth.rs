//! Latencies that follow from arithmetic. `scripts/bench truth` asks for more precision, on a machine to itself.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::support::stalls::Stalls;
use crate::support::{Counter, converse, correct_reply, drain, loadgen, serve};
use results::Quantile;

/// A server that stops for 1 s every 5 s. Of the arrivals at an even rate 0.2 wait, evenly between 0 and 1 s: p90 is 0.5 s, p99 is
/// 0.95 s. A load generator that waits for each reply before its next request sees 20 slow requests of thousands, and reports 0.2 ms.
#[test]
fn latencies_include_the_wait_for_a_server_that_stops() {
    let run_time = Duration::from_secs(10);
    let (server, stalls) = Stalls::serve(Duration::from_secs(1), Duration::from_secs(5), 2);
    let ran = loadgen(&format!(
        "run {server} -r 2k -d 10s -c 10 --warmup 0s --timeout 10s --json"
    ));
    assert_eq!(ran.code, 0, "{ran:?}");
    let run = ran.run();
    assert_eq!(run.totals.completed, 20_000);
    for (quantile, beyond) in [
        (Quantile::P90, 0.1),
        (Quantile::P99, 0.01),
        (Quantile::P99_9, 0.001),
    ] {
        let law = stalls.exceeded_by(beyond, run_time).as_secs_f64();
        let said = run.latency.response.quantile_ns(quantile).unwrap() as f64 / 1e9;
        // Whatever else this machine does meanwhile only adds to what users wait.
        assert!(
            said > 0.97 * law && said < 1.25 * law,
            "{quantile} is {said} s and should be {law} s"
        );
    }
}

/// A server that answers one of its connections only.
#[test]
fn starved_connections_are_listed() {
    let (counter, came) = (Counter::default(), AtomicU32::new(0));
    let server = serve(move |peer| {
        // The first is the connection over which INFO and the counters are asked.
        if came.fetch_add(1, Ordering::SeqCst) > 1 {
            return drain(peer);
        }
        converse(peer, |words| Some(correct_reply(words, &counter)));
    });
    let ran = loadgen(&format!(
        "run {server} -c 4 -r 2k -d 300ms --timeout 300ms --json"
    ));
    ran.assert(1, "3 of 4 connections were lost");
    let fairness = ran.run().fairness.unwrap();
    assert_eq!(fairness.starved, 3);
    assert_eq!(fairness.starved_first.len(), 3);
    assert_eq!(fairness.completed_min, 0);
    assert!(fairness.jain_index.unwrap().value() < 0.26);
}

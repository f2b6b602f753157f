//! The open loop against servers whose pauses are known: latencies include every wait, and no request is dropped.
//!
//! A busy machine only adds to a latency, so the lower bounds that are asserted here hold on any.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use crate::support::{Counter, converse, correct_reply, correct_server, loadgen, serve};
use results::{FailureReason, LoadMode, Quantile, Run};

fn run(server: SocketAddr, flags: &str) -> Run {
    let ran = loadgen(&format!("run {server} {flags} --json"));
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.run()
}

/// A server that answers one request at a time, each `number`th after a pause: what a stop-the-world collector does.
fn pausing(pause: Duration, is_slow: impl Fn(i64) -> bool + Send + Sync + 'static) -> SocketAddr {
    let (counter, turn) = (Counter::default(), Mutex::new(()));
    serve(move |peer| {
        converse(peer, |words| {
            let _turn = turn.lock().unwrap();
            let reply = correct_reply(words, &counter);
            if words[0] == b"INCR" && is_slow(counter.get()) {
                thread::sleep(pause);
            }
            Some(reply)
        });
    })
}

fn quantile(histogram: &results::Histogram, name: &str) -> Duration {
    let quantile: Quantile = name.parse().unwrap();
    Duration::from_nanos(histogram.quantile_ns(quantile).unwrap())
}

#[test]
fn every_scheduled_request_is_sent_and_has_three_latencies() {
    for arrival in ["constant", "poisson", "bursts:50"] {
        for threads in [1, 3] {
            let run = run(
                correct_server(),
                &format!("-r 5k -n 1000 -c 7 -t {threads} --arrival {arrival}"),
            );
            assert_eq!(
                (run.totals.sent, run.totals.completed, run.totals.delayed),
                (1_000, 1_000, 0)
            );
            let latency = &run.latency;
            let counts = [
                Some(&latency.response),
                latency.service.as_ref(),
                latency.lag.as_ref(),
            ]
            .map(|histogram| histogram.unwrap().count());
            assert_eq!(counts, [1_000; 3], "{arrival}");
            assert!(matches!(run.workload.mode, LoadMode::Open { .. }));
            assert!(
                run.intervals
                    .iter()
                    .all(|interval| interval.service.is_some() && interval.lag.is_some())
            );
        }
    }
}

#[test]
fn a_schedule_lasts_as_long_as_planned() {
    let run = run(correct_server(), "-r 1k -n 201 -c 3");
    assert!(
        run.elapsed_ns >= 200_000_000,
        "the last of 201 requests at 1 000/s is due after 200 ms: {}",
        run.elapsed_ns
    );
}

/// 1 000 requests/s for a second, and one pause of 300 ms: the 300 that fall into it wait between 300 ms and nothing, so
/// a tenth of all waits at least 200 ms, and a fifth at least 100 ms.
#[test]
fn a_pause_delays_every_request_that_was_due() {
    let run = run(
        pausing(Duration::from_millis(300), |value| value == 400),
        "-r 1k -n 1000 -c 10",
    );
    let response = &run.latency.response;
    assert!(
        quantile(response, "p90") >= Duration::from_millis(190),
        "{:?}",
        quantile(response, "p90")
    );
    assert!(
        quantile(response, "p80") >= Duration::from_millis(90),
        "{:?}",
        quantile(response, "p80")
    );
    assert!(quantile(response, "max") >= Duration::from_millis(300));
}

#[test]
fn no_percentile_is_below_the_service_time() {
    let run = run(
        pausing(Duration::from_millis(5), |_| true),
        "-r 50 -n 20 -c 5",
    );
    let service = run.latency.service.as_ref().unwrap();
    assert!(quantile(service, "p0") >= Duration::from_millis(5));
    assert!(
        quantile(&run.latency.response, "p50") >= quantile(service, "p50")
            || quantile(service, "p50") > Duration::from_millis(5)
    );
}

#[test]
fn delayed_requests_are_counted_and_sent_later() {
    for limit in ["--max-in-flight 10", "-P 1"] {
        let run = run(
            pausing(Duration::from_millis(200), |value| value == 100),
            &format!("-r 2k -n 1000 -c 10 {limit}"),
        );
        assert_eq!((run.totals.sent, run.totals.completed), (1_000, 1_000));
        assert!(
            run.totals.delayed > 100,
            "of 400 that came while 10 were in flight: {}",
            run.totals.delayed
        );
        let lags = run.latency.lag.as_ref().unwrap().count();
        assert_eq!(
            lags,
            1_000 - run.totals.delayed,
            "being held back is not the load generator's lag"
        );
        assert!(
            quantile(&run.latency.response, "p90") >= Duration::from_millis(80),
            "but the user waits all the same"
        );
    }
}

#[test]
fn an_overloaded_server_leaves_requests_unsent() {
    let run = run(
        pausing(Duration::from_millis(2), |_| true),
        "-r 5k -d 300ms -c 5 --max-in-flight 20",
    );
    let never_sent = run.totals.failures[&FailureReason::Unanswered];
    assert_eq!(
        run.totals.sent + never_sent,
        1_500,
        "1 500 requests were intended: {:?}",
        run.totals
    );
    assert_eq!(run.totals.sent, run.totals.completed);
    assert!(run.totals.completed < 400, "{:?}", run.totals);
}

/// The server is the witness: how many clients came, how many were there at once, and what each asked.
#[test]
fn sessions_connect_send_their_requests_and_close() {
    let counter = Counter::default();
    let (asked, clients) = mpsc::channel();
    let server = serve(move |peer| {
        let mut own = 0;
        converse(peer, |words| {
            own += u32::from(words[0] == b"INCR");
            Some(correct_reply(words, &counter))
        });
        asked.send(own).unwrap();
    });
    for threads in [1, 2] {
        let run = run(
            server,
            &format!("-r 5k -n 700 -c 20 -t {threads} --arrival sessions:7"),
        );
        assert_eq!((run.totals.sent, run.totals.completed), (700, 700));
        assert_eq!(run.latency.response.count(), 700);
        let lags = run.latency.lag.as_ref().unwrap().count();
        assert_eq!(
            lags + run.totals.delayed,
            100,
            "one for each client, not for each request"
        );
        assert_eq!(run.fairness, None, "nobody stays to be compared");
    }
    // The connections over which the counters and INFO are asked increment nothing.
    let clients = clients.iter().filter(|own| *own > 0).take(200);
    assert!(clients.eq(std::iter::repeat_n(7, 200)));
}

#[test]
fn a_session_beyond_the_limit_waits_and_is_counted() {
    let server = pausing(Duration::from_millis(5), |_| true);
    let run = run(server, "-r 10k -n 100 -c 2 --arrival sessions:5");
    assert_eq!(run.totals.completed, 100);
    assert!(
        run.totals.delayed >= 10,
        "20 clients come within 10 ms and two find a place: {:?}",
        run.totals
    );
    assert!(
        quantile(&run.latency.response, "max") >= Duration::from_millis(100),
        "the last one waits for the others, and that is part of its response time"
    );
}

#[test]
fn requests_of_closed_connections_go_to_others() {
    let (counter, accepted) = (Counter::default(), AtomicU64::new(0));
    let server = serve(move |peer| {
        // After the control connection, five that leave after five replies, and five that stay.
        let leaves = (1..=5).contains(&accepted.fetch_add(1, Ordering::SeqCst));
        let mut answered = 0;
        converse(peer, |words| {
            answered += u64::from(words[0] == b"INCR");
            let reply = correct_reply(words, &counter);
            (!leaves || answered <= 5).then_some(reply)
        });
    });
    let ran = loadgen(&format!("run {server} -r 1k -n 200 -c 10 --json"));
    ran.assert(1, "5 of 10 connections were lost");
    let run = ran.run();
    assert_eq!(
        run.totals.completed + run.totals.failed(),
        200,
        "{:?}",
        run.totals
    );
    assert!(run.totals.completed > 100, "{:?}", run.totals);
}

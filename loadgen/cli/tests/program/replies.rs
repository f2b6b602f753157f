//! Correct replies exit with 0, wrong ones with 3 and the name of the anomaly.

use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use std::thread;

use crate::support::{
    Counter, converse, correct_reply, correct_server, integer, loadgen, serve, serve_on,
};
use results::{Anomaly, Run, Verdict};

fn kinds(run: &Run) -> Vec<Anomaly> {
    run.correctness
        .anomalies
        .iter()
        .map(|anomaly| anomaly.kind)
        .collect()
}

#[test]
fn a_correct_server_passes_and_no_increment_is_lost() {
    let ran = loadgen(&format!(
        "run {} -c 7 -P 5 -t 2 -n 3001 --json",
        correct_server()
    ));
    ran.assert(0, "3\u{a0}001 checked, none wrong");
    let run = ran.run();
    assert_eq!(run.correctness.verdict, Verdict::Correct);
    assert_eq!(
        (
            run.totals.sent,
            run.totals.completed,
            run.latency.response.count()
        ),
        (3_001, 3_001, 3_001)
    );
    let counter = &run.correctness.counters[0];
    assert_eq!(
        (
            counter.before,
            counter.after,
            counter.acknowledged,
            counter.lost
        ),
        (0, Some(3_001), 3_001, Some(0))
    );
    assert_eq!(
        run.fairness.as_ref().map(|fairness| fairness.connections),
        Some(7)
    );
    assert_eq!(
        run.intervals
            .iter()
            .map(|interval| interval.completed)
            .sum::<u64>(),
        3_001
    );
}

#[test]
fn every_operation_is_checked() {
    for operations in [
        "incr",
        "get",
        "ping",
        "echo",
        "mix:incr=5,get=3,echo=2,ping=1",
    ] {
        for payload_bytes in [0, 5, 64, 200_000, 1 << 20] {
            if payload_bytes >= 200_000 && !operations.contains("echo") {
                continue;
            }
            let ran = loadgen(&format!(
                "run {} -c 3 -P 4 -n 300 --op {operations} -s {payload_bytes} --json",
                correct_server()
            ));
            ran.assert(0, "300 checked, none wrong");
        }
    }
}

/// INCRBY of one amount is checked as INCR is: every step that the counter took belongs to one acknowledged increment.
#[test]
fn increments_of_any_amount_are_checked() {
    for amount in [5, -3] {
        let (counter, lost) = (Counter::default(), AtomicU64::new(0));
        let server = serve(move |peer| {
            converse(peer, |words| {
                if words[0] != b"INCRBY" {
                    return Some(correct_reply(words, &counter));
                }
                assert_eq!(words[2], amount.to_string().as_bytes());
                // The hundredth increment is acknowledged and forgotten, where the run is told to be lied to.
                let value = counter.add(amount);
                if words[1].starts_with(b"lie") && lost.fetch_add(1, Ordering::SeqCst) == 99 {
                    counter.add(-amount);
                }
                Some(integer(value))
            });
        });
        let run = format!("run {server} --by {amount} -n 1k -c 4 -P 8 --json");
        let honest = loadgen(&run);
        honest.assert(0, "1\u{a0}000 checked, none wrong");
        assert_eq!(
            honest.run().workload.operations[0].operation.to_string(),
            format!("incr by {amount}")
        );
        let lied = loadgen(&format!("{run} --key lie"));
        lied.assert(3, "wrong");
        assert!(kinds(&lied.run()).contains(&Anomaly::LostUpdate));
    }
}

#[test]
fn plain_echo_and_ipv6_are_supported() {
    let echo = serve(|peer| {
        let (mut from, mut to) = (peer.try_clone().unwrap(), peer);
        let _ = std::io::copy(&mut from, &mut to);
    });
    loadgen(&format!("run echo://{echo} -c 3 -P 3 -n 500 -s 1000"))
        .assert(0, "500 checked, none wrong");
    let counter = Counter::default();
    let six = serve_on("[::1]:0", move |peer| {
        converse(peer, |words| Some(correct_reply(words, &counter)));
    });
    loadgen(&format!("run resp://{six} -n 500")).assert(0, "500 checked, none wrong");
}

#[test]
fn unix_sockets_are_supported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    loadgen(&format!("run unix:{} -n 10", path.display())).assert(1, "there is no such socket");
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || {
        let counter = Arc::new(Counter::default());
        for peer in listener.incoming().map_while(Result::ok) {
            let counter = counter.clone();
            thread::spawn(move || converse(peer, |words| Some(correct_reply(words, &counter))));
        }
    });
    loadgen(&format!("run unix:{} -c 3 -n 500", path.display()))
        .assert(0, "500 checked, none wrong");
}

#[test]
fn replies_in_small_pieces_are_understood() {
    let counter = Counter::default();
    let dripping = serve(move |peer| {
        let mut out = peer.try_clone().unwrap();
        converse(peer, |words| {
            for byte in correct_reply(words, &counter) {
                std::io::Write::write_all(&mut out, &[byte]).ok()?;
            }
            Some(Vec::new())
        });
    });
    loadgen(&format!(
        "run {dripping} -c 2 -P 3 -n 200 --op mix:incr=1,echo=1,get=1"
    ))
    .assert(0, "200 checked, none wrong");
}

#[test]
fn a_value_returned_twice_is_a_lost_update() {
    for threads in [1, 4] {
        let counter = Counter::default();
        let racy = serve(move |peer| {
            converse(peer, |words| match words[0].as_slice() {
                b"INCR" => Some(integer(counter.incr_up_to(500))),
                _ => Some(correct_reply(words, &counter)),
            });
        });
        // The value 500 is handed out again and again, and the counter never gets beyond.
        let ran = loadgen(&format!("run {racy} -c 8 -t {threads} -n 1000 --json"));
        ran.assert(3, "lost update");
        let run = ran.run();
        assert_eq!(
            (run.correctness.verdict, run.correctness.lost_updates()),
            (Verdict::Wrong, Some(500))
        );
        assert_eq!(kinds(&run), [Anomaly::LostUpdate]);
    }
}

#[test]
fn a_wrong_final_value_is_found() {
    for (forgotten, kind) in [(3, Anomaly::StaleRead), (-3, Anomaly::FutureRead)] {
        let counter = Counter::default();
        let asked = AtomicU64::new(0);
        let server = serve(move |peer| {
            converse(peer, |words| {
                // The first GET is asked before the run, the second after it.
                if words[0] == b"GET" && asked.fetch_add(1, Ordering::SeqCst) == 1 {
                    counter.forget(forgotten);
                }
                Some(correct_reply(words, &counter))
            });
        });
        let ran = loadgen(&format!("run {server} -n 100 --json"));
        ran.assert(3, &kind.to_string());
        let run = ran.run();
        assert_eq!(kinds(&run), [kind]);
        assert_eq!(
            run.correctness.lost_updates(),
            Some(u64::try_from(forgotten).unwrap_or(0))
        );
    }
}

#[test]
fn a_flipped_bit_in_an_echo_is_found() {
    let once = AtomicBool::new(true);
    let counter = Counter::default();
    let server = serve(move |peer| {
        converse(peer, |words| {
            let mut reply = correct_reply(words, &counter);
            if words[0] == b"ECHO" && once.swap(false, Ordering::SeqCst) {
                reply[40] ^= 4;
            }
            Some(reply)
        });
    });
    let ran = loadgen(&format!("run {server} -n 200 --op echo --json"));
    ran.assert(3, "payload corruption");
    assert_eq!(ran.run().correctness.anomalies[0].count, 1);
}

#[test]
fn a_reply_of_another_kind_is_a_protocol_error() {
    let counter = Counter::default();
    let server = serve(move |peer| {
        converse(peer, |words| match words[0].as_slice() {
            b"INCR" if counter.get() >= 50 => Some(b"+OK\r\n".to_vec()),
            _ => Some(correct_reply(words, &counter)),
        });
    });
    loadgen(&format!("run {server} -c 2 -n 200")).assert(3, "protocol error");
}

#[test]
fn a_named_counter_is_read_first() {
    let counter = Counter::default();
    (0..41).for_each(|_| assert!(counter.incr() > 0));
    let server = serve(move |peer| converse(peer, |words| Some(correct_reply(words, &counter))));
    let run = loadgen(&format!("run {server} --key visitors -n 100 --json")).run();
    let account = &run.correctness.counters[0];
    assert_eq!(
        (account.key.as_str(), account.before, account.after),
        ("visitors", 41, Some(141))
    );
    assert_eq!(run.correctness.verdict, Verdict::Correct);
}

/// Somebody else writes the same counter: it is seen, and it is said who that may be.
#[test]
fn increments_by_other_clients_are_phantoms() {
    let counter = Counter::default();
    let server = serve(move |peer| {
        converse(peer, |words| {
            if words[0] == b"INCR" && counter.get() % 100 == 50 {
                counter.forget(-1_000);
            }
            Some(correct_reply(words, &counter))
        });
    });
    let ran = loadgen(&format!("run {server} --key visitors -c 2 -n 1000 --json"));
    ran.assert(3, "phantom increment");
    let run = ran.run();
    assert!(run.correctness.notes[0].contains("--key"), "{run:?}");
}

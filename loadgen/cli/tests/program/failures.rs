//! Each failure ends with one clear line and the documented exit code, and never hangs.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::{
    Counter, bulk, converse, correct_reply, correct_server, drain, integer, loadgen, says, serve,
};
use results::{FailureReason, Run, Verdict};

#[test]
fn a_target_that_does_not_listen_fails() {
    // A port that was free a moment ago; nobody binds it again without asking for it.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    loadgen(&format!("run {address}")).assert(1, "Connection refused");
}

#[test]
fn other_protocols_are_recognised() {
    let cases: [(&[u8], &str); 5] = [
        (
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
            "is HTTP",
        ),
        (b"\x15\x03\x01\x00\x02\x02\x16", "wants TLS"),
        (b"220 mail.example ESMTP\r\n", "not RESP"),
        (b"-NOAUTH Authentication required.\r\n", "password"),
        (
            b"-ERR max number of clients reached\r\n",
            "max number of clients",
        ),
    ];
    for (reply, said) in cases {
        loadgen(&format!("run {}", says(reply))).assert(1, said);
    }
}

#[test]
fn an_echo_server_and_a_resp_server_are_not_mistaken_for_each_other() {
    let echo = serve(|peer| {
        let (mut from, mut to) = (peer.try_clone().unwrap(), peer);
        let _ = std::io::copy(&mut from, &mut to);
    });
    loadgen(&format!("run {echo} --timeout 500ms")).assert(1, "write echo://");
    loadgen(&format!(
        "run echo://{} --timeout 500ms",
        says(b"+PONG\r\n")
    ))
    .assert(1, "write resp://");
}

/// Hears one request and leaves.
fn hangs_up(mut peer: TcpStream) {
    let mut request = [0; 1024];
    assert!(peer.read(&mut request).unwrap() > 0);
}

#[test]
fn a_server_that_never_replies_fails_after_the_timeout() {
    loadgen(&format!("run {} --timeout 100ms", serve(drain))).assert(1, "says nothing for 100ms");
    loadgen(&format!("run {} --timeout 100ms", serve(hangs_up))).assert(1, "closed the connection");
}

#[test]
fn a_server_that_stops_replying_costs_one_timeout() {
    let counter = Counter::default();
    let server = serve(move |peer| {
        converse(peer, |words| match counter.get() {
            200.. => Some(Vec::new()),
            _ => Some(correct_reply(words, &counter)),
        });
    });
    let ran = loadgen(&format!(
        "run {server} -c 5 -P 2 -n 1000 --timeout 200ms --json"
    ));
    ran.assert(1, "5 of 5 connections were lost: no reply within 200ms");
    let run = ran.run();
    assert_eq!(
        (
            run.totals.completed,
            run.totals.failures[&FailureReason::TimedOut]
        ),
        (200, 10)
    );
    assert_eq!(
        (
            run.correctness.operations_ambiguous,
            run.correctness.verdict
        ),
        (10, Verdict::Unknown)
    );
}

#[test]
fn a_closed_connection_leaves_unknown_increments_but_no_wrong_reply() {
    let counter = Counter::default();
    let server = serve(move |peer| {
        let mut answered = 0;
        converse(peer, |words| {
            answered += u64::from(words[0] == b"INCR");
            // The increment is made, and nobody is told.
            let reply = correct_reply(words, &counter);
            (answered <= 20).then_some(reply)
        });
    });
    let folder = tempfile::tempdir().unwrap();
    let ran = loadgen(&format!(
        "run {server} -c 3 -n 1000 --out {}",
        folder.path().display()
    ));
    ran.assert(1, "3 of 3 connections were lost");
    let run: Run = results::file::load(&folder.path().join("run.json")).unwrap();
    assert_eq!(
        (run.totals.completed, run.correctness.operations_ambiguous),
        (60, 3)
    );
    assert_eq!(
        (run.correctness.verdict, run.correctness.lost_updates()),
        (Verdict::Correct, Some(0))
    );
    assert!(
        folder.path().join("latency.hlog").exists() && folder.path().join("latency.hgrm").exists()
    );
}

/// The server dies under load and restarts empty: none of its replies is held against those before.
#[test]
fn a_server_that_restarts_gives_no_wrong_reply() {
    for threads in [1, 3] {
        let (old, new, lives) = (Counter::default(), Counter::default(), AtomicU64::new(1));
        let server = serve(move |peer| {
            let life = lives.load(Ordering::SeqCst);
            converse(peer, |words| match (words[0].as_slice(), life) {
                // Every connection of the first life ends with the thousandth increment, which is made and not told.
                (b"INFO", _) => Some(bulk(&format!("run_id:life{life}\r\n"))),
                (b"INCR", 1) => match old.incr() {
                    value @ ..1_000 => Some(integer(value)),
                    _ => {
                        lives.store(2, Ordering::SeqCst);
                        None
                    }
                },
                (_, 1) => Some(correct_reply(words, &old)),
                _ => Some(correct_reply(words, &new)),
            });
        });
        let ran = loadgen(&format!(
            "run {server} -c 3 -t {threads} -d 1h --timeout 20s --json"
        ));
        ran.assert(1, "3 of 3 connections were lost");
        assert!(
            ran.last_line
                .contains("with unknown outcome, but the server restarted during the run")
                && ran.last_line.contains("run_id life1, now life2"),
            "{ran:?}"
        );
        let correctness = ran.run().correctness;
        assert_eq!(correctness.verdict, Verdict::Unknown);
        assert_eq!(correctness.anomalies, []);
        assert_eq!(correctness.acknowledged(), 999);
        assert_eq!(correctness.lost_updates(), None);
    }
}

#[test]
fn a_truncated_reply_is_reported() {
    let counter = Counter::default();
    let server = serve(move |mut peer| {
        let half = peer.try_clone().unwrap();
        converse(half, |words| match (words[0].as_slice(), counter.get()) {
            (b"INCR", 30..) => {
                std::io::Write::write_all(&mut peer, b":3").unwrap();
                None
            }
            _ => Some(correct_reply(words, &counter)),
        });
    });
    loadgen(&format!("run {server} -c 1 -n 100")).assert(1, "in the middle of a reply");
}

#[test]
fn error_replies_fail_the_run_and_are_quoted() {
    let counter = Counter::default();
    let server = serve(move |peer| {
        converse(peer, |words| match words[0].as_slice() {
            b"INCR" if counter.get() >= 70 => Some(b"-ERR disk is full\r\n".to_vec()),
            _ => Some(correct_reply(words, &counter)),
        });
    });
    let ran = loadgen(&format!("run {server} -c 1 -n 100 --json"));
    ran.assert(1, "30 × error reply: ERR disk is full");
    assert_eq!(ran.run().correctness.verdict, Verdict::Correct);
}

#[test]
fn refused_connections_are_reported_with_the_servers_error() {
    let (accepted, counter) = (AtomicU64::new(0), Counter::default());
    let server = serve(move |mut peer| {
        // One connection is the control, two are the load's.
        if (3..8).contains(&accepted.fetch_add(1, Ordering::SeqCst)) {
            std::io::Write::write_all(&mut peer, b"-ERR max number of clients reached\r\n")
                .unwrap();
            return;
        }
        converse(peer, |words| Some(correct_reply(words, &counter)));
    });
    let ran = loadgen(&format!("run {server} -c 7 -n 700 --json"));
    ran.assert(1, "5 of 7 connections were lost");
    assert!(
        ran.last_line
            .contains("(the server's error: ERR max number of clients reached)"),
        "{ran:?}"
    );
    let run = ran.run();
    assert_eq!(
        (run.correctness.verdict, run.totals.completed),
        (Verdict::Correct, 700 - 10)
    );
}

#[test]
fn a_wrong_command_line_exits_with_2_and_a_remedy() {
    for (words, said) in [
        ("run", "--help"),
        ("run nowhere", "--help"),
        ("run h:1 -t 9 -c 3", "-t 9"),
        ("run h:1 -n 0", "-n 0"),
        ("run echo://h:1 --op incr", "plain echo"),
    ] {
        loadgen(words).assert(2, said);
    }
    assert_eq!(loadgen("--help").code, 0);
    assert_eq!(
        loadgen("--version").stdout.trim(),
        concat!("loadgen ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn files_that_cannot_be_written_are_reported() {
    loadgen(&format!(
        "run {} -n 10 --out /proc/nowhere",
        correct_server()
    ))
    .assert(1, "choose another --out");
    loadgen("run no.such.host.invalid:1").assert(1, "cannot find the host");
}

/// What a server takes at most it says in its own words; what to do about it is said beside them.
#[test]
fn a_payload_that_is_too_long_is_reported_with_its_flag() {
    let server = serve(|peer| {
        converse(peer, |words| match words[0].as_slice() {
            b"ECHO" => Some(b"-ERR Protocol error: invalid bulk length\r\n".to_vec()),
            _ => Some(correct_reply(words, &Counter::default())),
        });
    });
    loadgen(&format!("run {server} --op echo -s 20000 -n 4"))
        .assert(1, "-s 20000 is more than this server takes");
}

#[test]
fn the_longest_payload_of_our_servers_comes_back_whole() {
    let words = format!(
        "run {} --op echo -s 1048576 -c 2 -P 2 -n 8",
        correct_server()
    );
    loadgen(&words).assert(0, "8 checked, none wrong");
}

/// Of the load's connections all but one are refused, and at most one of those was to be asked anything.
#[test]
fn a_refused_connection_is_lost_and_not_a_wrong_reply() {
    let (counter, accepted) = (Counter::default(), AtomicU64::new(0));
    let server = serve(move |mut peer| {
        // One connection is the control, and one looks last.
        if (2..21).contains(&accepted.fetch_add(1, Ordering::SeqCst)) {
            let refusal = b"-ERR max number of clients reached\r\n";
            let _ = std::io::Write::write_all(&mut peer, refusal);
            return;
        }
        converse(peer, |words| Some(correct_reply(words, &counter)));
    });
    loadgen(&format!("run {server} -c 20 -n 1"))
        .assert(1, "of 20 connections were lost: the server refused it");
}

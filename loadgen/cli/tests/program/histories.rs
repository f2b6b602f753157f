//! A saved history is checked again with the same result, even if a crash has truncated it.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;

use crate::support::{
    Counter, converse, correct_reply, correct_server, integer, loadgen, serve, start,
};
use results::{Correctness, Verdict};

/// A file in a folder that is gone when the test is.
fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.history");
    (folder, file)
}

/// A server whose counter gets no further than 500.
fn forgetful() -> SocketAddr {
    let counter = Counter::default();
    serve(move |peer| {
        converse(peer, |words| match words[0].as_slice() {
            b"INCR" => Some(integer(counter.incr_up_to(500))),
            _ => Some(correct_reply(words, &counter)),
        });
    })
}

#[test]
fn the_second_check_agrees_with_the_first() {
    for (server, code) in [(correct_server(), 0), (forgetful(), 3)] {
        for threads in [1, 3] {
            let (_folder, file) = file();
            let file = file.display();
            let ran = loadgen(&format!(
                "run {server} --key k -c 5 -P 3 -t {threads} -n 1000 --op mix:incr=3,get=1,echo=1 --history {file} --json"
            ));
            ran.assert(code, "checked");
            let first = ran.run().correctness;
            let again = loadgen(&format!("check {file} --json"));
            again.assert(code, "checked");
            let second: Correctness = serde_json::from_str(&again.stdout).unwrap();
            assert_eq!(
                (first.verdict, first.anomalies, first.counters),
                (second.verdict, second.anomalies, second.counters)
            );
            let words = loadgen(&format!("check {file}"));
            assert!(words.stdout.contains("key 'k'"), "{words:?}");
        }
    }
}

#[test]
fn a_truncated_history_is_still_checked() {
    let (_folder, file) = file();
    let path = file.display();
    loadgen(&format!(
        "run {} -c 4 -P 8 -n 60000 --history {path}",
        correct_server()
    ))
    .assert(0, "none wrong");
    let whole = fs::read(&file).unwrap();
    loadgen(&format!("check {path}")).assert(0, "60\u{a0}001 checked, none wrong");
    for missing in [1, 7, 64 << 10, 100_000] {
        fs::write(&file, &whole[..whole.len() - missing]).unwrap();
        let ran = loadgen(&format!("check {path}"));
        ran.assert(0, "the history is torn at byte");
        assert!(
            ran.stdout.contains("increments acknowledged"),
            "what came before is checked: {ran:?}"
        );
    }
    let mut damaged = whole.clone();
    damaged[1_000] ^= 1;
    fs::write(&file, &damaged).unwrap();
    loadgen(&format!("check {path}")).assert(1, "the history is damaged at byte");
    fs::write(&file, &whole[..3]).unwrap();
    loadgen(&format!("check {path}")).assert(1, "not a history file");
    loadgen(&format!("check {path}.no")).assert(1, "No such file");
}

#[test]
fn a_client_that_is_killed_leaves_a_history_behind() {
    let (counter, asked, (enough, said)) = (Counter::default(), AtomicU64::new(0), channel());
    let server = serve(move |peer| {
        let enough = enough.clone();
        converse(peer, |words| {
            if asked.fetch_add(1, Ordering::Relaxed) == 100_000 {
                enough.send(()).unwrap();
            }
            Some(correct_reply(words, &counter))
        });
    });
    let (_folder, file) = file();
    let path = file.display();
    let mut client = start(&format!("run {server} -c 4 -P 8 -d 1h --history {path}"));
    said.recv().unwrap();
    client.kill().unwrap();
    client.wait().unwrap();
    let ran = loadgen(&format!("check {path} --json"));
    ran.assert(0, "checked, none wrong");
    let correctness: Correctness = serde_json::from_str(&ran.stdout).unwrap();
    assert_ne!(correctness.verdict, Verdict::Wrong);
    // Of a hundred thousand at most 64 KiB are missing, which held some twenty thousand.
    assert!(correctness.acknowledged() > 50_000, "{correctness:?}");
}

#[test]
fn histories_that_cannot_be_written_are_reported() {
    loadgen(&format!(
        "run {} -n 10 --history /proc/nowhere",
        correct_server()
    ))
    .assert(1, "choose another file");
    loadgen("run h:1 --op ping --history x").assert(2, "--history");
    loadgen("run h:1 --check none --history x").assert(2, "--history");
    loadgen("check x --check none").assert(2, "checks nothing");
}

//! The instruments of the experiments: off unless a flag asks for them, the same in every server.

use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;

use crate::target::Target;
use testkit::Info;

/// Nobody may hold a server up that was not started for it.
pub fn no_debugging_unless_allowed(target: &Target) {
    let server = target.start();
    let mut client = server.connect();
    let refusal = "-ERR DEBUG and WORK are not allowed: start the server with --allow-debug\r\n";
    client.ask("DEBUG SLEEP 0\r\n", refusal);
    client.ask("WORK 0\r\n", refusal);
}

/// Where it is allowed a request takes its time, within bounds.
pub fn debugging_where_allowed(target: &Target) {
    let server = target.start_limited(&["--allow-debug"]);
    let mut client = server.connect();
    client.ask("DEBUG SLEEP 0.001\r\nWORK 1000\r\n", "+OK\r\n+OK\r\n");
    for nonsense in [
        "DEBUG SLEEP -1",
        "DEBUG SLEEP nan",
        "DEBUG SLEEP 11",
        "WORK -1",
        "WORK 10000001",
    ] {
        let refusal = "-ERR the time is not a number from 0 to 10 seconds\r\n";
        client.ask(format!("{nonsense}\r\n"), refusal);
    }
    client.ask(
        "WORK x\r\n",
        "-ERR value is not an integer or out of range\r\n",
    );
    client.ask("DEBUG JUMP 1\r\n", "-ERR unknown subcommand 'JUMP'.\r\n");
}

/// Every read that brought a request is in the histogram of how long its bytes had lain there.
pub fn dwell_counts_reads(target: &Target) {
    let server = target.start_limited(&["--dwell"]);
    let mut client = server.connect();
    for number in 1..=50 {
        client.ask("INCR k\r\n", format!(":{number}\r\n"));
    }
    let info = Info::ask(&mut client, "dwell");
    assert_eq!(info.sections, ["Dwell"]);
    // The question itself is the fifty-first. The kernel takes a moment until it stamps what arrives.
    assert_eq!(info.sum_of("dwell_"), 51);
}

/// A line for every turn; with a lock each is whole, whatever the model.
pub fn a_locked_access_log_has_whole_lines(target: &Target) {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("access.log");
    let server =
        target.start_limited(&["--access-log", log.to_str().unwrap(), "--access-log-locked"]);
    let mut clients: Vec<_> = (0..8).map(|_| server.connect()).collect();
    for _ in 0..20 {
        clients
            .iter_mut()
            .for_each(|client| client.send("PING\r\n"));
        clients
            .iter_mut()
            .for_each(|client| client.expect("+PONG\r\n"));
    }
    drop(clients);
    server.terminate();
    let text = fs::read_to_string(&log).unwrap();
    let mut lines: BTreeMap<&str, u32> = BTreeMap::new();
    text.lines()
        .for_each(|line| *lines.entry(line).or_default() += 1);
    assert_eq!(lines.len(), 8, "{text}");
    assert!(
        lines.keys().all(|line| line.ends_with(" did 1 requests")),
        "{text}"
    );
    assert!(lines.values().all(|count| *count == 20), "{lines:?}");
}

/// The record holds every client's bytes in the order in which they were sent, and an end for each of its turns.
pub fn the_record_holds_the_turns(target: &Target) {
    let folder = TempDir::new().unwrap();
    let record = folder.path().join("turns");
    let server = target.start_limited(&["--record", record.to_str().unwrap()]);
    let mut client = server.connect();
    client.ask("INCR a\r\n", ":1\r\n");
    client.ask("INCR a\r\nINCR b\r\n", ":2\r\n:1\r\n");
    client.finish();
    assert_eq!(client.receive_to_end(), b"");
    server.terminate();
    let text = fs::read_to_string(&record).unwrap();
    let number_of = |mark: &str| text.lines().filter(|line| line.starts_with(mark)).count();
    assert!(number_of("turn 1 ") >= 2, "{text}");
    // The end of the stream is no turn.
    assert_eq!(number_of("end 1 "), number_of("turn 1 "), "{text}");
    let bytes: String = text
        .lines()
        .filter(|line| line.starts_with("INCR"))
        .collect();
    assert_eq!(bytes, "INCR aINCR aINCR b");
}

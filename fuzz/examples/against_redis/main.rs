//! Random requests to a real Redis and to one of our servers: is every byte of the replies the same?
//!
//! `cargo run --example against_redis -- ../target/debug/server-reactor [SCRIPTS [SEED]]`
//!
//! What our servers mean to do otherwise is either never asked (see [`script`]) or excused by name (see [`excuse`]); anything
//! else that differs is printed, and the exit code is 1.

mod redis;
mod script;

use std::collections::BTreeMap;
use std::env;
use std::net::SocketAddr;
use std::process::ExitCode;

use conformance::server::Server;
use fastrand::Rng;
use testkit::{Client, start_of};

use redis::Redis;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let program = arguments
        .next()
        .unwrap_or_else(|| "../target/debug/server-reactor".into());
    let scripts = arguments
        .next()
        .map_or(20_000, |text| text.parse().expect("SCRIPTS is a number"));
    let seed = arguments
        .next()
        .map_or(1, |text| text.parse().expect("SEED is a number"));

    let redis = Redis::start();
    let server = Server::start(&program, &[]);
    let mut random = Rng::with_seed(seed);
    let (mut equal, mut excused, mut different) = (0, BTreeMap::new(), 0);
    for number in 0..scripts {
        let script = script::random(&mut random);
        let theirs = answer(redis.address, &script);
        let ours = answer(server.address(), &script);
        if ours == theirs {
            equal += 1;
        } else if let Some(why) = excuse(&script, &ours, &theirs) {
            *excused.entry(why).or_insert(0) += 1;
        } else {
            different += 1;
            let shown = [&script, &theirs, &ours].map(|bytes| start_of(bytes));
            println!(
                "script {number} differs\n  sent:  {}\n  Redis: {}\n  ours:  {}",
                shown[0], shown[1], shown[2]
            );
        }
    }
    println!("{program}: {scripts} scripts, {equal} answered alike, {different} not");
    for (why, times) in excused {
        println!("{times:>7} excused: {why}");
    }
    if different == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Everything a server without counters says to a client that then finishes.
fn answer(server: SocketAddr, script: &[u8]) -> Vec<u8> {
    let mut client = Client::connect(server);
    client.ask("FLUSHALL\r\n", "+OK\r\n");
    client.send(script);
    client.finish();
    client.receive_to_end()
}

/// Why our servers answer otherwise, where they mean to: told by our line at which the answers part, and by what can make it so.
fn excuse(script: &[u8], ours: &[u8], theirs: &[u8]) -> Option<&'static str> {
    let line = parting_line(ours, theirs);
    let says = |text: &str| line.starts_with(format!("-ERR {text}").as_bytes());
    let has = |bytes: &[u8]| script.windows(bytes.len()).any(|window| window == bytes);
    let is_odd = |pair: &[u8]| (pair[0] == b'\r') != (pair[1] == b'\n');
    if says("Protocol error: expected CRLF after bulk") {
        Some("Redis skips the two bytes behind an argument unchecked")
    } else if says("Protocol error: expected '$', got '\\") {
        Some("a byte that does not print is shown by its escape, and by Redis as it is")
    } else if says("Protocol error: expected '$'") && ours.starts_with(theirs) {
        Some("Redis waits for an argument's whole header before it looks at the first byte")
    } else if says("Protocol error: invalid") && script.windows(2).any(is_odd) {
        Some("Redis ends a header at any CR and skips the byte behind unchecked")
    } else if says("unknown command") && (has(b"\0") || has(b"\\x00")) {
        Some("Redis repeats an argument up to its first NUL")
    } else if has(b"\0") && ours.starts_with(theirs) {
        Some("Redis reads a line up to its first NUL, and then waits for the rest")
    } else if theirs.windows(14).any(|window| window == b"SYNC and PSYNC") {
        Some("Redis has a command SYNC, for its replicas")
    } else {
        None
    }
}

/// The line of `ours` with the first byte that is not the same.
fn parting_line<'a>(ours: &'a [u8], theirs: &[u8]) -> &'a [u8] {
    let same = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
    let start = ours[..same]
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    &ours[start..]
}

//! What is refused whoever asks: pages in a browser, other machines, too many counters and too long names.

use crate::health_check::HealthCheck;
use crate::server::run_to_end;
use crate::target::Target;
use testkit::array;
use testkit::assert_same;

const FULL: &str =
    "-ERR too many counters: delete some, or start the server with a greater --max-counters\r\n";

/// A page can make a browser send this to a loopback port. None of it is executed.
pub fn http_drives_nothing(target: &Target) {
    let server = target.start_limited(&[]);
    let mut health = HealthCheck::start(&server);
    for head in [
        "POST / HTTP/1.1\r\nHost: localhost\r\n",
        "GET / HTTP/1.1\r\n",
        "OPTIONS * HTTP/1.1\r\n",
        "Host: localhost\r\n",
    ] {
        let mut client = server.connect();
        client.send_piece(
            format!("{head}\r\n*2\r\n$4\r\nINCR\r\n$7\r\nhealthy\r\nINCR healthy\r\n").as_bytes(),
        );
        assert_same(&client.receive_to_end(), b"", head);
    }
    health.until("all are counted", |info| info.number("closed_http") == 4);
    health.finish(server);
}

/// Another address than loopback takes two flags, so that nobody is exposed by one.
pub fn other_machines_need_two_flags(target: &Target) {
    for address in ["0.0.0.0", "::", "192.0.2.1"] {
        let ended = run_to_end(target.command().args(["--port", "0", "--bind", address]));
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert_eq!(
            ended.stderr.lines().count(),
            1,
            "{:?} is one line",
            ended.stderr
        );
        assert!(
            ended.stderr.contains(address) && ended.stderr.contains("--expose"),
            "{:?} names the address and the flag",
            ended.stderr
        );
    }
    let server = target.start_limited(&["--bind", "127.0.0.2"]);
    assert_eq!(server.address().ip().to_string(), "127.0.0.2");
    HealthCheck::start(&server).finish(server);
}

/// Names come from clients, and so their number has a limit. Those that are there go on counting.
pub fn counters_have_a_limit(target: &Target) {
    let unlimited = target.start_limited(&[]);
    assert_eq!(
        HealthCheck::start(&unlimited).info().number("maxcounters"),
        1_000_000,
        "the default"
    );
    let server = target.start_limited(&["--max-counters", "3"]);
    let health = HealthCheck::start(&server);
    let mut client = server.connect();
    client.ask("INCR a\r\nSET b 7\r\n", ":1\r\n+OK\r\n");
    client.ask("INCR c\r\n", FULL);
    client.ask("SET c 1\r\n", FULL);
    client.ask("INCR a\r\nGET c\r\nDBSIZE\r\n", ":2\r\n$-1\r\n:3\r\n");
    client.ask(
        "DEL b\r\nINCR c\r\nINCR d\r\n",
        format!(":1\r\n:1\r\n{FULL}"),
    );
    health.finish(server);
}

/// As many as were allowed, to the last one. All of them are summed at the end, though not all are listed.
pub fn a_hundred_thousand_counters(target: &Target) {
    let server = target.start_limited(&["--max-counters", "100000"]);
    let mut client = server.connect();
    for thousand in 0..100 {
        let name = |n: usize| array(&[b"INCR", format!("{thousand}:{n}").as_bytes()]);
        let requests: Vec<u8> = (0..1000).flat_map(name).collect();
        client.exchange(&requests, ":1\r\n".repeat(1000).as_bytes());
    }
    client.ask("DBSIZE\r\nINCR 0:0\r\n", ":100000\r\n:2\r\n");
    client.ask("INCR one-more\r\n", FULL);

    let last = server.terminate();
    assert!(last.status.success(), "{}", last.status);
    let sum = last.lines.last().map(String::as_str);
    assert_eq!(sum, Some("100000 counters, sum 100001"));
}

/// A name has at most 512 bytes.
pub fn names_have_a_limit(target: &Target) {
    const TOO_LONG: &[u8] = b"-ERR the name of a counter is longer than 512 bytes\r\n";
    let server = target.start_limited(&[]);
    let health = HealthCheck::start(&server);
    let (longest, too_long) = ([b'n'; 512], [b'n'; 513]);
    let mut client = server.connect();
    client.ask(array(&[b"INCR", &longest]), ":1\r\n");
    client.ask(array(&[b"INCR", &too_long]), TOO_LONG);
    client.ask(array(&[b"SET", &too_long, b"5"]), TOO_LONG);
    client.ask(array(&[b"GET", &too_long]), "$-1\r\n");
    client.ask("DBSIZE\r\n", ":2\r\n");
    health.finish(server);
}

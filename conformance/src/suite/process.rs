//! The process around the service: how it ends, and how it refuses to start.

use std::net::TcpListener;

use crate::server::run_to_end;
use crate::target::Target;

/// The final report of a server is its counters, sorted, each on a line that no name can break.
pub fn sigterm_prints_the_final_counters(target: &Target) {
    for discipline in target.disciplines() {
        let server = target.start_with(discipline);
        let mut client = server.connect();
        client.ask(
            "INCRBY b 40\r\nINCR a\r\nDECRBY c 4\r\nINCR a\r\nINCR gone\r\nDEL gone\r\n",
            ":40\r\n:1\r\n:-4\r\n:2\r\n:1\r\n:1\r\n",
        );
        client.ask("INCR \"\\x00\\r\\n\\\"\\xff\"\r\n", ":1\r\n");

        let last = server.terminate();
        assert!(last.status.success(), "{}", last.status);
        let expected = [
            r#"counter "\x00\r\n\"\xff" = 1"#,
            "counter a = 2",
            "counter b = 40",
            "counter c = -4",
            "4 counters, sum 39",
        ];
        assert_eq!(last.lines, expected, "--counter {discipline}");
        assert_eq!(
            client.receive_to_end(),
            b"",
            "the client is told by a close"
        );
    }
}

/// A server without counters says so.
pub fn sigterm_of_an_echo_server(target: &Target) {
    let last = target.start_echo().terminate();
    assert!(last.status.success(), "{}", last.status);
    assert_eq!(last.lines, ["0 counters, sum 0"]);
}

/// A mistake on the command line: one line names the flag and the value, and nothing is started.
pub fn a_bad_flag_is_named(target: &Target) {
    for (flag, value) in [
        ("--counter", "quantum"),
        ("--protocol", "smtp"),
        ("--port", "70000"),
        ("--port", "seven"),
        ("--bind", "nowhere"),
        ("--idle-timeout", "soon"),
        ("--max-bulk", "1GiB"),
        ("--max-memory", "lots"),
        ("--max-connections", "few"),
        ("--nonsense", "--nonsense"),
    ] {
        let ended = run_to_end(target.command().args([flag, value]));
        assert_eq!(ended.status.code(), Some(2), "{flag} {value}: {ended:?}");
        assert_eq!(ended.stdout, "", "{flag} {value}");
        let said = ended.stderr.trim_end();
        assert!(
            said.contains(value) && said.contains(flag) && said.lines().count() == 1,
            "{flag} {value} is answered by {said:?}"
        );
    }
}

/// A port in use: one line that names it and the flag that helps.
pub fn a_busy_port_is_named(target: &Target) {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = run_to_end(target.command().args(["--port", &port]));
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert_eq!(ended.stdout, "");
    assert_eq!(
        ended.stderr.lines().count(),
        1,
        "{:?} is one line",
        ended.stderr
    );
    assert!(
        ended.stderr.contains(&port) && ended.stderr.contains("--port"),
        "{:?} names the port and the flag",
        ended.stderr
    );
}

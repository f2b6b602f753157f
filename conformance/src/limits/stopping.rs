//! The signal to stop: nothing that was acknowledged is lost, and no client can delay the end.

use std::net::TcpStream;
use std::process::Command;

use rustix::process::Signal;

use crate::health_check::HealthCheck;
use crate::server::{Server, run_to_end};
use crate::target::Target;
use testkit::array;
use testkit::procfs::wait_until_idle;
use testkit::sock_diag::server_end;
use testkit::until;
use testkit::{Client, assert_same};

/// SIGTERM while eight clients pipeline without end: every increment that was answered is in the counter that is printed.
pub fn acknowledged_increments_are_in_the_final_report(target: &Target) {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let server = start_under(target, "--default-signal=HUP");
        let mut health = HealthCheck::start(&server);
        let clients: Vec<Client> = (0..8).map(|_| server.connect()).collect();
        let acknowledged: u64 = std::thread::scope(|scope| {
            let clients: Vec<_> = clients
                .into_iter()
                .map(|client| scope.spawn(|| increment_until_the_end(client)))
                .collect();
            health.until("they are at it", |info| {
                info.number("total_commands_processed") > 20_000
            });
            server.signal(signal);
            clients
                .into_iter()
                .map(|client| client.join().unwrap())
                .sum()
        });
        let counted = counted(server, "k");
        assert!(
            counted >= acknowledged,
            "{acknowledged} increments were acknowledged, {counted} are printed"
        );
    }
}

/// nohup lets a server ignore SIGHUP: it goes on when its terminal is closed.
pub fn an_ignored_hang_up_stays_ignored(target: &Target) {
    let server = start_under(target, "--ignore-signal=HUP");
    server.signal(Signal::HUP);
    wait_until_idle(server.pid());
    server.connect().ask("INCR k\r\n", ":1\r\n");
    server.signal(Signal::TERM);
    assert_eq!(counted(server, "k"), 1);
}

/// A client that does not take its replies holds a stop up no longer than `--shutdown-timeout`.
pub fn a_stop_has_a_deadline(target: &Target) {
    let server = target.start_limited(&["--shutdown-timeout", "200ms"]);
    let health = HealthCheck::start(&server);
    let _stalled = stalled(&server);
    health.finish(server);
}

/// GNU timeout sends two signals within a millisecond. They are one request to end in good order.
pub fn two_signals_at_once_are_one(target: &Target) {
    let server = target.start_limited(&[]);
    server.connect().ask("INCR k\r\n", ":1\r\n");
    server.signal(Signal::TERM);
    server.signal(Signal::TERM);
    assert_eq!(counted(server, "k"), 1);
}

/// A closed stdout changes nothing but where the counters are printed.
pub fn a_closed_stdout_does_not_change_the_end(target: &Target) {
    let mut server = target.start_limited(&[]);
    server.connect().ask("INCR k\r\n", ":1\r\n");
    server.close_stdout();
    server.signal(Signal::TERM);
    let status = server.final_report().status;
    assert!(status.success(), "{status}");
    assert!(server.log().contains("counter k = 1"), "{}", server.log());
}

/// Limits and addresses with which no client could be served are refused at the start, in one line that names the value.
pub fn useless_limits_are_refused(target: &Target) {
    for (flag, value, code) in [
        ("--max-connections", "0", 2),
        ("--max-bulk", "0", 2),
        ("--max-memory", "0", 2),
        ("--shutdown-timeout", "18446744073709551615s", 2),
        ("--idle-timeout", "8761h", 2),
        ("--bind", "224.0.0.1", 1),
    ] {
        let ended = run_to_end(
            target
                .command()
                .args(["--port", "0", "--expose", flag, value]),
        );
        let stderr = &ended.stderr;
        assert_eq!(ended.status.code(), Some(code), "{flag}: {ended:?}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(flag) && stderr.contains(value), "{stderr}");
    }
}

/// Who cannot wait so long sends another signal half a second later.
pub fn a_second_signal_ends_it_at_once(target: &Target) {
    let mut server = target.start_limited(&["--shutdown-timeout", "1h"]);
    let _stalled = stalled(&server);
    let address = server.address();
    server.signal(Signal::TERM);
    until("nobody is let in", || TcpStream::connect(address).is_err());
    assert!(
        server.is_running(),
        "it waits for the client that does not read"
    );
    until("a later signal ends it", || {
        server.signal(Signal::TERM);
        !server.is_running()
    });
    assert_eq!(server.final_report().status.code(), Some(1));
}

/// Requests that lie in the kernel when the order comes are executed, answered and counted.
pub fn what_has_arrived_is_answered(target: &Target) {
    let server = target.start_limited(&[]);
    let mut client = server.connect();
    client.ask("PING\r\n", "+PONG\r\n");
    server.signal(Signal::STOP);
    client.send(array(&[b"INCR", b"k"]).repeat(1000));
    server.signal(Signal::TERM);
    server.signal(Signal::CONT);
    let replies: String = (1..=1000).map(|value| format!(":{value}\r\n")).collect();
    assert_same(
        &client.receive_to_end(),
        replies.as_bytes(),
        "the replies after the signal to stop",
    );
    assert_eq!(counted(server, "k"), 1000);
}

/// Stopped by the shell and continued: what came meanwhile is answered.
pub fn stopped_and_continued(target: &Target) {
    let server = target.start_limited(&[]);
    let health = HealthCheck::start(&server);
    let mut before = server.connect();
    before.ask("PING\r\n", "+PONG\r\n");
    server.signal(Signal::STOP);
    before.send("PING before\r\n");
    let mut meanwhile: Vec<Client> = (0..20).map(|_| server.connect()).collect();
    for client in &mut meanwhile {
        client.send("PING meanwhile\r\n");
    }
    server.signal(Signal::CONT);
    before.expect("$6\r\nbefore\r\n");
    for client in &mut meanwhile {
        client.expect("$9\r\nmeanwhile\r\n");
    }
    health.finish(server);
}

/// A server that env(1) starts with this disposition of a signal; otherwise it would have that of the tests.
fn start_under(target: &Target, disposition: &str) -> Server {
    let mut command = Command::new("env");
    command.arg(disposition).arg(target.program);
    command.args(target.flags).args(["--port", "0"]);
    Server::spawn(command)
}

/// Sends increments as fast as they are taken until the server closes; how many were answered.
fn increment_until_the_end(mut client: Client) -> u64 {
    let mut writing = client.duplicate();
    let requests = array(&[b"INCR", b"k"]).repeat(16);
    std::thread::scope(|scope| {
        scope.spawn(|| while writing.try_send(&requests).is_ok() {});
        let replies = client.receive_to_end();
        client.hang_up();
        // The last may be cut off: it was not acknowledged.
        replies.iter().filter(|&&byte| byte == b'\n').count() as u64
    })
}

/// A client that has asked for more than all buffers hold and takes nothing, so that the server cannot be done with it.
fn stalled(server: &Server) -> Client {
    let client = server.connect();
    let mut writing = client.duplicate();
    let request = array(&[b"ECHO", &vec![b'x'; 1 << 20]]);
    // Ends when the server does.
    std::thread::spawn(move || while writing.try_send(&request).is_ok() {});
    until("its replies wait", || {
        server_end(client.stream()).is_some_and(|record| record.unread > 0)
    });
    wait_until_idle(server.pid());
    client
}

fn counted(mut server: Server, name: &str) -> u64 {
    let last = server.final_report();
    assert!(last.status.success(), "{}", last.status);
    let start = format!("counter {name} = ");
    let value = last.lines.iter().find_map(|line| line.strip_prefix(&start));
    value
        .and_then(|value| value.parse().ok())
        .unwrap_or_else(|| panic!("no counter {name}: {:?}", last.lines))
}

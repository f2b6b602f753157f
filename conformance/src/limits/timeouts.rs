//! How long a server waits for a client: for its next request, for the rest of one, and for it to read its replies.

use std::io::ErrorKind;
use std::time::Duration;

use crate::health_check::HealthCheck;
use crate::target::Target;
use testkit::array;
use testkit::assert_same;
use testkit::procfs::peak_resident_bytes;

/// A client that sends nothing, from the start or after a request, is closed without a reply.
pub fn idle_clients_are_closed(target: &Target) {
    // Long enough that the health check, which pauses as well, does not become idle on a busy machine.
    let server = target.start_limited(&["--idle-timeout", "1s"]);
    let mut silent = server.connect();
    let mut served = server.connect();
    served.ask("PING\r\n", "+PONG\r\n");
    assert_same(&silent.receive_to_end(), b"", "what the silent one hears");
    assert_same(&served.receive_to_end(), b"", "what the other one hears");
    let mut health = HealthCheck::start(&server);
    health.until("both are counted", |info| info.number("closed_idle") == 2);
    health.finish(server);
}

/// A request sent byte by byte has the same deadline as one that stalls: new bytes do not extend it.
pub fn dripped_requests_are_closed(target: &Target) {
    let server = target.start_limited(&["--request-timeout", "200ms"]);
    let mut health = HealthCheck::start(&server);
    let mut idle = server.connect();
    let mut stalled = server.connect();
    stalled.send("*2\r\n$4\r\nINCR\r\n$7\r\nhea");

    let mut dripping = server.connect();
    // The read timeout is the pause between two bytes.
    dripping
        .stream()
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let mut drips = b"*2\r\n$4\r\nECHO\r\n$1000\r\n"
        .iter()
        .chain(std::iter::repeat(&b'x'));
    while dripping
        .stream()
        .peek(&mut [0])
        .is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    {
        dripping.send_piece(&[*drips.next().unwrap()]);
        health.count();
    }
    assert_same(
        &dripping.receive_to_end(),
        b"",
        "what the dripping one hears",
    );
    assert_same(&stalled.receive_to_end(), b"", "what the stalled one hears");
    health.until("both are counted", |info| {
        info.number("closed_request_deadline") == 2
    });
    // The request deadline does not apply between two requests.
    idle.ask("PING\r\n", "+PONG\r\n");
    health.finish(server);
}

/// A client requests a thousand megabytes and reads nothing: the server stops reading from it, holds little, and closes it.
pub fn a_client_that_never_reads_is_closed(target: &Target) {
    let server = target.start_limited(&["--stall-timeout", "300ms"]);
    let mut health = HealthCheck::start(&server);
    let mut client = server.connect();
    let request = array(&[b"ECHO", &vec![b'x'; 1 << 20]]);
    let taken = std::thread::scope(|scope| {
        // It stops first when the server no longer reads, and then when the connection closes.
        let writer = scope.spawn(|| {
            (0..1000)
                .take_while(|_| client.try_send(&request).is_ok())
                .count()
        });
        health.until("it is closed", |info| info.number("closed_stalled") == 1);
        writer.join().unwrap()
    });
    assert!(
        taken < 100,
        "{taken} MiB were taken from a client that reads nothing"
    );
    let peak = peak_resident_bytes(server.pid());
    assert!(
        peak < 32 << 20,
        "{peak} bytes resident for one client that does not read"
    );
    health.until("it holds nothing", |info| {
        info.number("buffered_bytes") == 0
    });
    health.finish(server);
}

/// The same at an echo server, which has no requests to stop at.
pub fn an_echo_client_that_never_reads_is_closed(target: &Target) {
    let server = target.start_limited(&["--protocol", "echo", "--stall-timeout", "300ms"]);
    let mut client = server.connect();
    let chunk = vec![b'x'; 1 << 20];
    let taken = (0..1000)
        .take_while(|_| client.try_send(&chunk).is_ok())
        .count();
    assert!(
        taken < 100,
        "{taken} MiB were taken from a client that reads nothing"
    );
    let peak = peak_resident_bytes(server.pid());
    assert!(
        peak < 32 << 20,
        "{peak} bytes resident for one client that does not read"
    );
    server.connect().ask("hello", "hello");
}

/// A timeout of `0` never expires.
pub fn zero_is_never(target: &Target) {
    let never = [
        "--idle-timeout",
        "0",
        "--request-timeout",
        "0",
        "--stall-timeout",
        "0",
    ];
    let server = target.start_limited(&never);
    let health = HealthCheck::start(&server);
    let mut client = server.connect();
    client.send_piece(b"*2\r\n$4\r\nECHO\r\n$2\r\nh");
    client.ask("i\r\n", "$2\r\nhi\r\n");
    health.finish(server);
}

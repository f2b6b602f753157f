//! How long a server waits for a peer: for its next request, for the rest of one, and for it to take its replies.

use std::io::ErrorKind;
use std::time::Duration;

use crate::health_check::Witness;
use crate::target::Target;
use testkit::array;
use testkit::assert_same;
use testkit::procfs::peak_resident_bytes;

/// A peer that says nothing, from the start or after a request, is closed without a word.
pub fn idle_peers_are_closed(target: &Target) {
    // Long enough that the witness, who has pauses as well, is not taken for idle on a busy machine.
    let server = target.start_limited(&["--idle-timeout", "1s"]);
    let mut silent = server.connect();
    let mut served = server.connect();
    served.ask("PING\r\n", "+PONG\r\n");
    assert_same(&silent.receive_to_end(), b"", "what the silent one hears");
    assert_same(&served.receive_to_end(), b"", "what the other one hears");
    let mut witness = Witness::of(&server);
    witness.until("both are counted", |info| info.number("closed_idle") == 2);
    witness.testify(server);
}

/// A request that is dripped, a byte now and a byte then, has as long as one that stalls: the bytes do not buy time.
pub fn dripped_requests_are_closed(target: &Target) {
    let server = target.start_limited(&["--request-timeout", "200ms"]);
    let mut witness = Witness::of(&server);
    let mut idle = server.connect();
    let mut stalled = server.connect();
    stalled.send("*2\r\n$4\r\nINCR\r\n$7\r\nwit");

    let mut dripping = server.connect();
    // A read in vain is the pause between two bytes.
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
        witness.count();
    }
    assert_same(
        &dripping.receive_to_end(),
        b"",
        "what the dripping one hears",
    );
    assert_same(&stalled.receive_to_end(), b"", "what the stalled one hears");
    witness.until("both are counted", |info| {
        info.number("closed_request_deadline") == 2
    });
    // Between two requests there is no hurry.
    idle.ask("PING\r\n", "+PONG\r\n");
    witness.testify(server);
}

/// A peer that asks for a thousand megabytes and reads none: it is not read from, holds little, and is closed.
pub fn a_peer_that_never_reads_is_closed(target: &Target) {
    let server = target.start_limited(&["--stall-timeout", "300ms"]);
    let mut witness = Witness::of(&server);
    let mut peer = server.connect();
    let request = array(&[b"ECHO", &vec![b'x'; 1 << 20]]);
    let taken = std::thread::scope(|scope| {
        // The server's silence stops it first, and then the end of the connection.
        let writer = scope.spawn(|| {
            (0..1000)
                .take_while(|_| peer.try_send(&request).is_ok())
                .count()
        });
        witness.until("it is closed", |info| info.number("closed_stalled") == 1);
        writer.join().unwrap()
    });
    assert!(
        taken < 100,
        "{taken} MiB were taken from a peer that reads nothing"
    );
    let peak = peak_resident_bytes(server.pid());
    assert!(
        peak < 32 << 20,
        "{peak} bytes resident for one peer that does not read"
    );
    witness.until("it holds nothing", |info| {
        info.number("buffered_bytes") == 0
    });
    witness.testify(server);
}

/// The same at an echo server, which has no requests to stop at.
pub fn an_echo_peer_that_never_reads_is_closed(target: &Target) {
    let server = target.start_limited(&["--protocol", "echo", "--stall-timeout", "300ms"]);
    let mut peer = server.connect();
    let chunk = vec![b'x'; 1 << 20];
    let taken = (0..1000)
        .take_while(|_| peer.try_send(&chunk).is_ok())
        .count();
    assert!(
        taken < 100,
        "{taken} MiB were taken from a peer that reads nothing"
    );
    let peak = peak_resident_bytes(server.pid());
    assert!(
        peak < 32 << 20,
        "{peak} bytes resident for one peer that does not read"
    );
    server.connect().ask("hello", "hello");
}

/// `0` is for ever, as the flags' help says.
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
    let witness = Witness::of(&server);
    let mut peer = server.connect();
    peer.send_piece(b"*2\r\n$4\r\nECHO\r\n$2\r\nh");
    peer.ask("i\r\n", "$2\r\nhi\r\n");
    witness.testify(server);
}

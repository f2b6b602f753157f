//! What clients can make a server hold: bounded for each, and for all together.

use crate::health_check::HealthCheck;
use crate::target::Target;
use testkit::array;
use testkit::procfs::peak_resident_bytes;
use testkit::{Client, assert_same};

const MIB: u64 = 1 << 20;

/// Lengths that a client announces and does not send cost nothing.
pub fn memory_is_reserved_as_bytes_arrive(target: &Target) {
    let server = target.start_limited(&["--max-bulk", "512MiB"]);
    let mut health = HealthCheck::start(&server);
    let mut clients: Vec<Client> = (0..50).map(|_| server.connect()).collect();
    for client in &mut clients {
        client.send_piece(b"*1048576\r\n$4\r\nECHO\r\n$536870912\r\nx");
    }
    health.until("all have announced", |info| {
        info.number("connected_clients") == 51
    });
    let peak = peak_resident_bytes(server.pid());
    assert!(
        peak < 64 * MIB,
        "{peak} bytes resident for 50 announcements of 512 MiB"
    );
    health.finish(server);
}

/// Arguments that are each within their limit and together are not.
pub fn a_request_has_a_limit_as_a_whole(target: &Target) {
    let server = target.start_limited(&[]);
    let health = HealthCheck::start(&server);
    let mut client = server.connect();
    let argument = [&b"$1048576\r\n"[..], &vec![b'x'; 1 << 20], b"\r\n"].concat();
    client.send("*18\r\n$4\r\nECHO\r\n");
    for _ in 0..15 {
        client.send(&argument);
    }
    client.send_piece(&argument[..argument.len() / 2]);
    client.send_piece(&argument[argument.len() / 2..]);
    assert_same(
        &client.receive_to_end(),
        b"-ERR Protocol error: too big request\r\n",
        "the sixteenth argument",
    );
    let peak = peak_resident_bytes(server.pid());
    assert!(
        peak < 64 * MIB,
        "{peak} bytes resident for a request of 16 MiB"
    );
    health.finish(server);
}

/// Over nine tenths of `--max-memory` nobody is let in; over the whole the biggest has to go; then all is well again.
pub fn all_clients_together_have_a_limit(target: &Target) {
    let server = target.start_limited(&["--max-memory", "8MiB"]);
    let mut health = HealthCheck::start(&server);
    let mut hoarders: Vec<Client> = (0..9).map(|_| server.connect()).collect();
    for hoarder in &mut hoarders {
        hoarder.ask("PING\r\n", "+PONG\r\n");
    }
    let unfinished = &array(&[b"ECHO", &vec![b'x'; 1 << 20]])[..1 << 20];
    let (last, others) = hoarders.split_last_mut().unwrap();
    for hoarder in others {
        hoarder.send_piece(&unfinished[..1_000_000]);
    }
    health.until("nine tenths are full", |info| {
        info.number("buffered_bytes") > 8 * MIB / 10 * 9
    });
    let refusal = server.connect().receive_to_end();
    assert_same(
        &refusal,
        b"-ERR out of memory for clients, try again later\r\n",
        "a newcomer",
    );

    last.send_piece(unfinished);
    health.until("the biggest has gone", |info| {
        info.number("closed_memory") > 0
    });
    health.until("the rest is within", |info| {
        info.number("buffered_bytes") <= 8 * MIB
    });
    assert_eq!(health.info().number("refused_memory"), 1);

    drop(hoarders);
    health.until("all has been given back", |info| {
        info.number("buffered_bytes") == 0
    });
    server.connect().ask("PING\r\n", "+PONG\r\n");
    health.finish(server);
}

/// `--max-bulk` moves the limit of one argument in both directions.
pub fn an_argument_has_the_limit_that_was_set(target: &Target) {
    for (flag, most) in [("1000", 1000), ("512KiB", 512 << 10), ("4MiB", 4 << 20)] {
        let server = target.start_limited(&["--max-bulk", flag]);
        let health = HealthCheck::start(&server);
        let word = vec![b'x'; most];
        let mut client = server.connect();
        client.exchange(
            &array(&[b"ECHO", &word]),
            &[format!("${most}\r\n").as_bytes(), &word, b"\r\n"].concat(),
        );
        client.send(format!("*2\r\n$4\r\nECHO\r\n${}\r\n", most + 1));
        assert_same(
            &client.receive_to_end(),
            b"-ERR Protocol error: invalid bulk length\r\n",
            flag,
        );
        health.finish(server);
    }
}

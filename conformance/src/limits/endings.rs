//! How conversations end: each for a reason that INFO counts, and none leaves anything behind.

use crate::health_check::HealthCheck;
use crate::target::Target;
use testkit::Client;
use testkit::Info;
use testkit::array;
use testkit::procfs::Footprint;
use testkit::until;

/// Each reason that a client can give, and the line of INFO that counts it.
pub fn each_reason_is_counted(target: &Target) {
    let server = target.start_limited(&[]);
    let mut health = HealthCheck::start(&server);
    let reasons: [(&str, &[u8]); 5] = [
        ("closed_peer", b"PING\r\n"),
        ("closed_peer", b"*2\r\n$4\r\nINCR\r\n"),
        ("closed_quit", b"QUIT\r\n"),
        ("closed_protocol_error", b"*x\r\n"),
        ("closed_http", b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ];
    for (reason, bytes) in reasons {
        let counted = health.info().number(reason);
        let mut client = server.connect();
        client.send_piece(bytes);
        client.finish();
        client.receive_to_end();
        health.until(reason, |info| info.number(reason) == counted + 1);
    }
    let mut client = server.connect();
    client.send_piece(b"*2\r\n$4\r\nINCR\r\n");
    client.reset();
    health.until("the reset is counted", |info| {
        info.number("closed_reset") == 1
    });
    health.finish(server);
}

/// Resets at every moment of a request: no descriptor, no thread and no place is lost.
pub fn resets_leave_nothing_behind(target: &Target) {
    let server = target.start_limited(&[]);
    let mut health = HealthCheck::start(&server);
    let before = Footprint::of(server.pid());
    let large = array(&[b"ECHO", &vec![b'x'; 1 << 20]]);

    let before_a_word = |_: &mut Client| {};
    let mid_request = |client: &mut Client| {
        client.send_piece(b"*2\r\n$4\r\nINCR\r\n$7\r\nhea");
    };
    let before_the_replies = |client: &mut Client| client.send("*1\r\n$4\r\nPING\r\n".repeat(1000));
    // The first byte of a reply that fills all buffers says that the server is in the middle of it.
    let mid_reply = |client: &mut Client| {
        client.send(&large);
        client.send(&large);
        assert_eq!(client.receive(1), b"$");
    };
    let moments: [&dyn Fn(&mut Client); 4] = [
        &before_a_word,
        &mid_request,
        &before_the_replies,
        &mid_reply,
    ];
    for _ in 0..10 {
        for moment in moments {
            let mut client = server.connect();
            moment(&mut client);
            client.reset();
            health.count();
        }
    }

    health.until("all have come and gone", |info| {
        info.number("total_connections_received") == 41 && info.number("connected_clients") == 1
    });
    until("they have left nothing behind", || {
        Footprint::of(server.pid()) == before
    });
    let info = health.info();
    assert_eq!(connections_accounted_for(&info), 41);
    health.finish(server);
}

/// A client that pipelines and does not wait for a single reply: the server writes to a closed client.
pub fn writing_to_a_closed_client(target: &Target) {
    let server = target.start_limited(&[]);
    let mut health = HealthCheck::start(&server);
    let before = Footprint::of(server.pid());
    for _ in 0..20 {
        let mut client = server.connect();
        client.send("*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n".repeat(1000));
        drop(client);
        health.count();
    }
    health.until("all have come and gone", |info| {
        info.number("total_connections_received") == 21 && info.number("connected_clients") == 1
    });
    until("they have left nothing behind", || {
        Footprint::of(server.pid()) == before
    });
    assert_eq!(connections_accounted_for(&health.info()), 21);
    health.finish(server);
}

/// Every connection is served still, was closed for a reason, or was refused for one.
fn connections_accounted_for(info: &Info) -> u64 {
    info.number("connected_clients") + info.sum_of("closed_") + info.sum_of("refused_")
}

//! How conversations end: each for a reason that INFO counts, and none leaves anything behind.

use crate::health_check::Witness;
use crate::target::Target;
use testkit::Client;
use testkit::Info;
use testkit::array;
use testkit::procfs::Footprint;
use testkit::until;

/// Each reason that a peer can give, and the line of INFO that counts it.
pub fn each_reason_is_counted(target: &Target) {
    let server = target.start_limited(&[]);
    let mut witness = Witness::of(&server);
    let reasons: [(&str, &[u8]); 5] = [
        ("closed_peer", b"PING\r\n"),
        ("closed_peer", b"*2\r\n$4\r\nINCR\r\n"),
        ("closed_quit", b"QUIT\r\n"),
        ("closed_protocol_error", b"*x\r\n"),
        ("closed_http", b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ];
    for (reason, bytes) in reasons {
        let counted = witness.info().number(reason);
        let mut peer = server.connect();
        peer.send_piece(bytes);
        peer.finish();
        peer.receive_to_end();
        witness.until(reason, |info| info.number(reason) == counted + 1);
    }
    let mut peer = server.connect();
    peer.send_piece(b"*2\r\n$4\r\nINCR\r\n");
    peer.reset();
    witness.until("the reset is counted", |info| {
        info.number("closed_reset") == 1
    });
    witness.testify(server);
}

/// Resets at every moment of a request: no descriptor, no thread and no place is lost.
pub fn resets_leave_nothing_behind(target: &Target) {
    let server = target.start_limited(&[]);
    let mut witness = Witness::of(&server);
    let before = Footprint::of(server.pid());
    let large = array(&[b"ECHO", &vec![b'x'; 1 << 20]]);

    let before_a_word = |_: &mut Client| {};
    let mid_request = |peer: &mut Client| {
        peer.send_piece(b"*2\r\n$4\r\nINCR\r\n$7\r\nwit");
    };
    let before_the_replies = |peer: &mut Client| peer.send("*1\r\n$4\r\nPING\r\n".repeat(1000));
    // The first byte of a reply that fills all buffers says that the server is in the middle of it.
    let mid_reply = |peer: &mut Client| {
        peer.send(&large);
        peer.send(&large);
        assert_eq!(peer.receive(1), b"$");
    };
    let moments: [&dyn Fn(&mut Client); 4] = [
        &before_a_word,
        &mid_request,
        &before_the_replies,
        &mid_reply,
    ];
    for _ in 0..10 {
        for moment in moments {
            let mut peer = server.connect();
            moment(&mut peer);
            peer.reset();
            witness.count();
        }
    }

    witness.until("all have come and gone", |info| {
        info.number("total_connections_received") == 41 && info.number("connected_clients") == 1
    });
    until("they have left nothing behind", || {
        Footprint::of(server.pid()) == before
    });
    let info = witness.info();
    assert_eq!(connections_accounted_for(&info), 41);
    witness.testify(server);
}

/// A client that pipelines and does not wait for a single reply: the server writes to a closed peer.
pub fn writing_to_a_closed_peer(target: &Target) {
    let server = target.start_limited(&[]);
    let mut witness = Witness::of(&server);
    let before = Footprint::of(server.pid());
    for _ in 0..20 {
        let mut peer = server.connect();
        peer.send("*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n".repeat(1000));
        drop(peer);
        witness.count();
    }
    witness.until("all have come and gone", |info| {
        info.number("total_connections_received") == 21 && info.number("connected_clients") == 1
    });
    until("they have left nothing behind", || {
        Footprint::of(server.pid()) == before
    });
    assert_eq!(connections_accounted_for(&witness.info()), 21);
    witness.testify(server);
}

/// Every connection is served still, was closed for a reason, or was refused for one.
fn connections_accounted_for(info: &Info) -> u64 {
    info.number("connected_clients") + info.sum_of("closed_") + info.sum_of("refused_")
}

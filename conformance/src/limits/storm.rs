//! Thousands of connects at once.

use crate::peer::Peer;
use crate::target::Target;
use crate::witness::Witness;

/// All are served, and whoever was there before goes on being served.
pub fn thousands_connect_at_once(target: &Target) {
    const PEERS: usize = 5_000;
    let server = target.start_limited(&[]);
    let mut witness = Witness::of(&server);
    let mut peers = std::thread::scope(|scope| {
        let storm = scope.spawn(|| (0..PEERS).map(|_| server.connect()).collect::<Vec<Peer>>());
        while !storm.is_finished() {
            witness.count();
        }
        storm.join().unwrap()
    });
    for peer in &mut peers {
        peer.send("PING\r\n");
    }
    for peer in &mut peers {
        peer.expect("+PONG\r\n");
    }
    assert_eq!(witness.info().number("connected_clients"), PEERS as u64 + 1);
    drop(peers);
    witness.until("all have gone", |info| {
        info.number("connected_clients") == 1
    });
    witness.testify(server);
}

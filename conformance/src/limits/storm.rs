//! Thousands of connects at once.

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::health_check::HealthCheck;
use crate::target::Target;
use testkit::Client;

/// What else this process may have open, the servers and clients of tests beside this one.
const OTHER_DESCRIPTORS: u64 = 1000;

/// All are served, and whoever was there before goes on being served. With the health check they are as many as the default
/// of `--max-connections`, or as this process may have descriptors for.
pub fn thousands_connect_at_once(target: &Target) {
    let mut own = getrlimit(Resource::Nofile);
    own.current = own.maximum;
    setrlimit(Resource::Nofile, own).unwrap();
    let room = own
        .maximum
        .map_or(u64::MAX, |most| most.saturating_sub(OTHER_DESCRIPTORS));
    let many = usize::try_from(room.min(9_999)).unwrap();

    let server = target.start_limited(&[]);
    let mut health = HealthCheck::start(&server);
    let mut clients = std::thread::scope(|scope| {
        let storm = scope.spawn(|| (0..many).map(|_| server.connect()).collect::<Vec<Client>>());
        while !storm.is_finished() {
            health.count();
        }
        storm.join().unwrap()
    });
    for client in &mut clients {
        client.send("PING\r\n");
    }
    for client in &mut clients {
        client.expect("+PONG\r\n");
    }
    assert_eq!(health.info().number("connected_clients"), many as u64 + 1);
    drop(clients);
    health.until("all have gone", |info| {
        info.number("connected_clients") == 1
    });
    health.finish(server);
}

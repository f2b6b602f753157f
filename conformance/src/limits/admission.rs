//! Who is let in: as many as there is room, descriptors and threads for. One more is told so, and a place that is free is free.

use std::process::Command;

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, prlimit};

use crate::health_check::HealthCheck;
use crate::server::Server;
use crate::target::Target;
use testkit::procfs::{
    Footprint, address_space_bytes, descriptor_limit_with_spare, wait_until_idle,
};
use testkit::sock_diag::listener;
use testkit::until;
use testkit::{Client, assert_same};

const NO_PLACE: &str = "-ERR max number of clients reached\r\n";

/// The one over the maximum hears why, also when it has spoken first, as clients do.
pub fn one_too_many_is_refused(target: &Target) {
    let server = target.start_limited(&["--max-connections", "3"]);
    let mut health = HealthCheck::start(&server);
    let _others = [served(&server), served(&server)];

    let mut silent = server.connect();
    assert_same(
        &silent.receive_to_end(),
        NO_PLACE.as_bytes(),
        "what the fourth hears",
    );
    let mut eager = server.connect();
    eager.send_piece(b"PING\r\nINCR healthy\r\n");
    assert_same(
        &eager.receive_to_end(),
        NO_PLACE.as_bytes(),
        "what the fifth hears",
    );

    let info = health.info();
    assert_eq!(
        (info.number("connected_clients"), info.number("maxclients")),
        (3, 3)
    );
    assert_eq!(
        (
            info.number("rejected_connections"),
            info.number("refused_max_clients")
        ),
        (2, 2)
    );
    health.finish(server);
}

/// A place is free as soon as the one who had it has gone.
pub fn a_place_is_usable_again(target: &Target) {
    let server = target.start_limited(&["--max-connections", "2"]);
    let mut health = HealthCheck::start(&server);
    for _ in 0..20 {
        let other = served(&server);
        assert_same(
            &server.connect().receive_to_end(),
            NO_PLACE.as_bytes(),
            "what the third hears",
        );
        drop(other);
        health.until("a place is free", |info| {
            info.number("connected_clients") == 1
        });
    }
    health.finish(server);
}

/// An echo server has no words of its own: it closes.
pub fn one_too_many_at_an_echo_server(target: &Target) {
    let server = target.start_limited(&["--protocol", "echo", "--max-connections", "1"]);
    let mut first = server.connect();
    first.ask("hello", "hello");
    assert_same(
        &server.connect().receive_to_end(),
        b"",
        "what the second hears",
    );
    first.ask("still here", "still here");
}

/// Out of descriptors with 200 at the door: each is served or told, the server rests, and it recovers.
pub fn no_descriptors(target: &Target) {
    let server = target.start_limited(&[]);
    let mut health = HealthCheck::start(&server);
    // Lowered from outside while it runs: a server that saw the limit at its start would never get so far.
    let descriptors = descriptor_limit_with_spare(server.pid(), 10);
    limit(&server, Resource::Nofile, Some(descriptors));

    let mut clients: Vec<Client> = (0..200).map(|_| server.connect()).collect();
    let served = clients
        .iter_mut()
        .filter_map(|client| is_served(client).then_some(()))
        .count();
    assert!(
        (1..=10).contains(&served),
        "{served} of 200 are served with ten descriptors to spare"
    );
    let refused = health.info().number("refused_no_descriptors");
    assert_eq!(refused, 200 - served as u64);
    wait_until_idle(server.pid());

    drop(clients);
    until("somebody is served again", || {
        is_served(&mut server.connect())
    });
    health.finish(server);
}

/// A server that lost even its spare descriptor gets one back: that is for refusing, not for serving the next and leaving the rest
/// to wait without a word.
pub fn the_last_descriptor_is_the_spare(target: &Target) {
    let server = target.start_limited(&[]);
    let mut health = HealthCheck::start(&server);
    let open = || {
        let waiting = listener(server.address()).unwrap().unread as usize;
        Footprint::of(server.pid()).descriptors + waiting
    };
    let with_spare = open();
    limit(&server, Resource::Nofile, Some(0));
    let mut clients: Vec<Client> = (0..3).map(|_| server.connect()).collect();
    until("the spare descriptor is given up in vain", || {
        open() == with_spare + clients.len() - 1
    });

    let descriptors = descriptor_limit_with_spare(server.pid(), 1);
    limit(&server, Resource::Nofile, Some(descriptors));
    let served: Vec<bool> = clients.iter_mut().map(is_served).collect();
    // An accept that waited already had its descriptor.
    assert_eq!(served[1..], [false, false]);

    limit(&server, Resource::Nofile, None);
    assert!(is_served(&mut server.connect()));
    let refused = served.iter().filter(|served| !**served).count() as u64;
    assert_eq!(health.info().number("refused_no_descriptors"), refused);
    health.finish(server);
}

/// A low limit on descriptors that is there from the start lowers the number of connections, in one line that says why.
pub fn few_descriptors_from_the_start(target: &Target) {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "ulimit -n 100; exec \"$0\" --port 0 \"$@\"",
        target.program,
    ]);
    command.args(target.flags);
    let server = Server::spawn(command);
    let mut health = HealthCheck::start(&server);
    assert_eq!(health.info().number("maxclients"), 100 - 32);
    let log = server.log();
    assert!(
        log.lines().count() == 1 && log.contains("ulimit -n"),
        "{log:?}"
    );

    let mut clients: Vec<Client> = (0..200).map(|_| server.connect()).collect();
    let served = clients
        .iter_mut()
        .filter_map(|client| is_served(client).then_some(()))
        .count();
    assert_eq!(served, 67, "the health check has the last place");
    let info = health.info();
    assert_eq!(
        (
            info.number("refused_max_clients"),
            info.number("refused_no_descriptors")
        ),
        (133, 0)
    );
    health.finish(server);
}

/// No thread to be had: a server that needs one for each connection says so and goes on; one that does not needs none.
pub fn no_threads(target: &Target) {
    let server = target.start_limited(&[]);
    let mut health = HealthCheck::start(&server);
    let without = Footprint::of(server.pid()).threads;
    let first = served(&server);
    let threads_each = Footprint::of(server.pid()).threads - without;

    // Root may have any number of threads; but nobody has one without an address for its stack of 256 KiB. A buffer needs less.
    let no_room_for_a_stack = address_space_bytes(server.pid()) + 240 * 1024;
    limit(&server, Resource::As, Some(no_room_for_a_stack));
    assert_eq!(is_served(&mut server.connect()), threads_each == 0);
    assert_eq!(
        health.info().number("refused_no_thread"),
        threads_each as u64
    );

    drop(first);
    limit(&server, Resource::As, None);
    until("somebody is served again", || {
        is_served(&mut server.connect())
    });
    health.finish(server);
}

/// Connections that are gone before they are accepted harm nobody.
pub fn gone_before_they_are_accepted(target: &Target) {
    let server = target.start_limited(&[]);
    let mut health = HealthCheck::start(&server);
    let before = Footprint::of(server.pid());
    server.signal(Signal::STOP);
    for number in 0..100 {
        let client = server.connect();
        if number % 2 == 0 {
            client.reset();
        }
    }
    server.signal(Signal::CONT);
    health.until("all have been seen to be gone", |info| {
        info.number("total_connections_received") == 101 && info.number("connected_clients") == 1
    });
    until("they have left nothing behind", || {
        Footprint::of(server.pid()) == before
    });
    health.finish(server);
}

/// A connection that is certainly accepted.
fn served(server: &Server) -> Client {
    let mut client = server.connect();
    client.ask("PING\r\n", "+PONG\r\n");
    client
}

/// Whether it is served; if not, it must have been told why.
fn is_served(client: &mut Client) -> bool {
    client.send_piece(b"PING\r\n");
    match &client.receive(7)[..] {
        b"+PONG\r\n" => true,
        start => {
            let whole = [start, &client.receive_to_end()].concat();
            assert_same(&whole, NO_PLACE.as_bytes(), "the refusal");
            false
        }
    }
}

/// Lowers what a running server may have, or raises it again to the hard limit, which it has inherited from this process.
fn limit(server: &Server, resource: Resource, most: Option<u64>) {
    let hard = getrlimit(resource).maximum;
    let pid = Pid::from_raw(server.pid().cast_signed());
    prlimit(
        pid,
        resource,
        Rlimit {
            current: most.or(hard),
            maximum: hard,
        },
    )
    .unwrap();
}

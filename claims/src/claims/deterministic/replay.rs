//! Turns executed again, without sockets: in their order by one thread, or each peer's by a thread of its own.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

use service::counter::{Mutex, Plain};
use service::keyspace::{Local, Shared};
use service::{Keyspace, Limits, Next, Process, Protocol, Service, Session};

use super::record::{Turn, peers};

/// Every reply that every peer gets.
pub(super) type Outcome = BTreeMap<u64, Vec<u8>>;

/// More names than any conversation here has.
const COUNTERS: usize = 100;

/// A process that has nothing to say about itself.
#[derive(Debug)]
struct Nobody;

impl Process for Nobody {
    fn executed(&self, _: u64, _: u64) {}

    fn info(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

fn service<K>(keyspace: K) -> Service<'static, K> {
    Service {
        keyspace,
        limits: Limits::default(),
        protocol: Protocol::Resp,
        process: &Nobody,
    }
}

/// One peer's side.
struct Seat {
    session: Session,
    input: Vec<u8>,
    replies: Vec<u8>,
}

impl Seat {
    fn new(peer: u64) -> Self {
        Self {
            session: Session::new(peer),
            input: Vec::new(),
            replies: Vec::new(),
        }
    }

    fn turn<K: Keyspace>(&mut self, service: &Service<'_, K>, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        while self
            .session
            .receive(service, &mut self.input, &mut self.replies)
            == Next::Again
        {}
    }
}

/// The turns in their order, by one thread.
pub(super) fn in_turns(turns: &[Turn]) -> Outcome {
    let service = service(Local::<Plain>::holding(COUNTERS));
    let mut seats: BTreeMap<u64, Seat> = BTreeMap::new();
    for turn in turns {
        let seat = seats
            .entry(turn.peer)
            .or_insert_with(|| Seat::new(turn.peer));
        seat.turn(&service, &turn.bytes);
    }
    replies(seats)
}

/// Each peer's turns in their order, by a thread of its own: which of two peers is first, the scheduler decides.
pub(super) fn in_threads(turns: &[Turn]) -> Outcome {
    let service = service(Shared::<Mutex>::holding(COUNTERS));
    let peers = peers(turns);
    let together = Barrier::new(peers.len());
    let seats = thread::scope(|scope| {
        let talk = |peer: u64| {
            let (service, together) = (&service, &together);
            move || {
                let mut seat = Seat::new(peer);
                together.wait();
                for turn in turns.iter().filter(|turn| turn.peer == peer) {
                    seat.turn(service, &turn.bytes);
                }
                (peer, seat)
            }
        };
        let threads: Vec<_> = peers.iter().map(|peer| scope.spawn(talk(*peer))).collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .collect()
    });
    replies(seats)
}

fn replies(seats: BTreeMap<u64, Seat>) -> Outcome {
    let of = |(peer, seat): (u64, Seat)| (!seat.replies.is_empty()).then_some((peer, seat.replies));
    seats.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(peer: u64) -> Turn {
        Turn {
            peer,
            began_ns: 0,
            ended_ns: None,
            bytes: b"INCR a\r\n".to_vec(),
        }
    }

    #[test]
    fn the_order_of_the_turns_is_the_outcome() {
        let (first, second) = (in_turns(&[turn(1), turn(2)]), in_turns(&[turn(2), turn(1)]));
        assert_eq!(first[&1], b":1\r\n");
        assert_eq!(second[&1], b":2\r\n");
        assert_eq!(in_turns(&[turn(1), turn(2)]), first);
    }

    #[test]
    fn threads_execute_every_turn() {
        let outcome = in_threads(&[turn(1), turn(2), turn(1)]);
        assert_eq!(outcome[&1].len() + outcome[&2].len(), 12);
    }
}

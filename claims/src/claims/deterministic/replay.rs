//! Turns executed again, without sockets: in their order by one thread, or each client's by a thread of its own.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

use service::counter::{Mutex, Plain};
use service::keyspace::{Local, Shared};
use service::{Environment, Keyspace, Limits, Next, Protocol, Service, Session};

use super::record::{Turn, clients};

/// Every reply that every client gets.
pub(super) type Outcome = BTreeMap<u64, Vec<u8>>;

/// More counters than any conversation here has.
const COUNTERS: usize = 100;

/// A process without statistics.
#[derive(Debug)]
struct NoStatistics;

impl Environment for NoStatistics {
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
        environment: &NoStatistics,
    }
}

/// The server's side of one client.
struct Replay {
    session: Session,
    input: Vec<u8>,
    replies: Vec<u8>,
}

impl Replay {
    fn of(client: u64) -> Self {
        Self {
            session: Session::new(client),
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
    let service = service(Local::<Plain>::bounded(COUNTERS));
    let mut replays: BTreeMap<u64, Replay> = BTreeMap::new();
    for turn in turns {
        let replay = replays.entry(turn.client);
        let replay = replay.or_insert_with(|| Replay::of(turn.client));
        replay.turn(&service, &turn.bytes);
    }
    replies(replays)
}

/// Each client's turns in their order, by a thread of its own: the scheduler decides which of two clients is first.
pub(super) fn in_threads(turns: &[Turn]) -> Outcome {
    let service = service(Shared::<Mutex>::bounded(COUNTERS));
    let clients = clients(turns);
    let together = Barrier::new(clients.len());
    let replays = thread::scope(|scope| {
        let run = |client: u64| {
            let (service, together) = (&service, &together);
            move || {
                let mut replay = Replay::of(client);
                together.wait();
                for turn in turns.iter().filter(|turn| turn.client == client) {
                    replay.turn(service, &turn.bytes);
                }
                (client, replay)
            }
        };
        let threads: Vec<_> = clients
            .iter()
            .map(|client| scope.spawn(run(*client)))
            .collect();
        let replays = threads.into_iter();
        replays.filter_map(|thread| thread.join().ok()).collect()
    });
    replies(replays)
}

fn replies(replays: BTreeMap<u64, Replay>) -> Outcome {
    let replays = replays.into_iter();
    let replies = replays.map(|(client, replay)| (client, replay.replies));
    replies.filter(|(_, replies)| !replies.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(client: u64) -> Turn {
        Turn {
            client,
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

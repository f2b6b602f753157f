//! Requests of an open loop that are due, in a queue for each connection of a worker.

use std::collections::VecDeque;
use std::task::Waker;

/// Requests that are due on each connection of a worker.
#[derive(Debug)]
pub(super) struct DueQueue {
    queues: Vec<Queue>,
    depth: u32,
    /// Requests that the pacer has queued so far.
    queued: u64,
    max_in_flight: u64,
    /// Whether nothing more will become due.
    pub(super) over: bool,
    /// The pacer's waker, while it waits for replies to make room.
    pub(super) held_pacer: Option<Waker>,
}

#[derive(Debug)]
struct Queue {
    waiting: VecDeque<DueRequest>,
    /// The number of requests ever put into `waiting`: the next request's number.
    queued: u64,
    /// Requests with lower numbers waited because the connection was full.
    held_below: u64,
    alive: bool,
}

/// A request to send now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DueRequest {
    /// Its intended start.
    pub(super) intended_ns: u64,
    /// Why it is sent late, if it is.
    pub(super) lateness: Lateness,
}

/// Why a request is sent late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lateness {
    /// The load generator was late: recorded as lag.
    Lag,
    /// Too many requests were in flight: counted as delayed.
    HeldBack,
    /// Already recorded.
    Recorded,
}

impl DueQueue {
    /// Empty queues for this many connections.
    pub(super) fn new(connections: usize, depth: u32, max_in_flight: u64) -> Self {
        let queue = || Queue {
            waiting: VecDeque::new(),
            queued: 0,
            held_below: 0,
            alive: true,
        };
        Self {
            queues: (0..connections).map(|_| queue()).collect(),
            depth,
            queued: 0,
            max_in_flight,
            over: false,
            held_pacer: None,
        }
    }

    /// Whether another request may be queued, when `settled` requests have been answered or given up.
    pub(super) fn has_room(&self, settled: u64) -> bool {
        self.queued - settled < self.max_in_flight
    }

    /// Queues a request for the connection at `slot`, or for the next connection if that one is lost. Returns the slot
    /// used; `None` if all connections are lost.
    pub(super) fn push(&mut self, slot: usize, order: DueRequest) -> Option<usize> {
        let count = self.queues.len();
        let slot = (slot..slot + count)
            .map(|slot| slot % count)
            .find(|slot| self.queues[*slot].alive)?;
        let queue = &mut self.queues[slot];
        queue.waiting.push_back(order);
        queue.queued += 1;
        self.queued += 1;
        Some(slot)
    }

    /// Takes the next request for the connection at `slot`, unless its pipeline is full.
    #[inline]
    pub(super) fn next(&mut self, slot: usize, in_flight: u32) -> Option<DueRequest> {
        let queue = &mut self.queues[slot];
        if in_flight >= self.depth {
            // Whatever waits here now waits for a reply.
            queue.held_below = queue.queued;
            return None;
        }
        let number = queue.queued - queue.waiting.len() as u64;
        let order = queue.waiting.pop_front()?;
        Some(match number < queue.held_below {
            true => DueRequest {
                lateness: Lateness::HeldBack,
                ..order
            },
            false => order,
        })
    }

    /// Whether the connection at `slot` has nothing more to send, now or later.
    pub(super) fn is_over(&self, slot: usize) -> bool {
        self.over && self.queues[slot].waiting.is_empty()
    }

    /// Gives up the connection at `slot`; returns the number of requests that waited for it.
    pub(super) fn lose(&mut self, slot: usize) -> u64 {
        let queue = &mut self.queues[slot];
        queue.alive = false;
        std::mem::take(&mut queue.waiting).len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(intended_ns: u64) -> DueRequest {
        DueRequest {
            intended_ns,
            lateness: Lateness::Lag,
        }
    }

    #[test]
    fn a_lost_connection_hands_over_to_the_next() {
        let mut queue = DueQueue::new(3, 10, 100);
        assert_eq!(queue.push(1, request(1)), Some(1));
        assert_eq!(queue.lose(1), 1);
        assert_eq!(queue.push(1, request(2)), Some(2));
        assert_eq!((queue.lose(0), queue.lose(2)), (0, 1));
        assert_eq!(queue.push(1, request(3)), None);
    }

    #[test]
    fn room_is_what_has_not_been_settled() {
        let mut queue = DueQueue::new(1, 10, 2);
        assert!(queue.has_room(0));
        queue.push(0, request(1));
        queue.push(0, request(2));
        assert!(!queue.has_room(0) && queue.has_room(1));
    }

    #[test]
    fn what_waits_for_a_reply_is_held_back() {
        let mut queue = DueQueue::new(1, 1, 10);
        queue.push(0, request(1));
        queue.push(0, request(2));
        assert_eq!(queue.next(0, 0), Some(request(1)));
        assert_eq!(queue.next(0, 1), None);
        assert_eq!(
            queue.next(0, 0),
            Some(DueRequest {
                intended_ns: 2,
                lateness: Lateness::HeldBack
            })
        );
        queue.over = true;
        assert!(queue.is_over(0));
    }
}

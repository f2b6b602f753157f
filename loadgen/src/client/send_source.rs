//! What a thread's connections are to send next: as much as there is room for, or what the schedule has made due.

use std::collections::VecDeque;
use std::task::Waker;

use super::request_budget::RequestBudget;
use super::slots::Slots;

/// Where requests come from.
#[derive(Debug)]
pub(crate) enum SendSource {
    /// A closed loop: replies make room, and room is filled.
    Closed {
        /// What may still be sent.
        allowance: RequestBudget,
        /// Requests in flight on each connection.
        depth: u32,
    },
    /// An open loop: the pacer puts what is due into the queue of a connection.
    Open(DueQueue),
    /// Clients that come, ask one request after the other, and leave.
    Sessions(Slots),
}

impl SendSource {
    /// Nothing more is to be sent.
    pub(crate) fn stop(&mut self) {
        match self {
            Self::Closed { allowance, .. } => allowance.stop(),
            Self::Open(dues) => dues.over = true,
            Self::Sessions(places) => places.over = true,
        }
    }

    /// Tells the time, as a read has just brought it.
    #[inline]
    pub(crate) fn time_is(&mut self, now_ns: u64) {
        if let Self::Closed { allowance, .. } = self {
            allowance.time_is(now_ns);
        }
    }

    /// Whether the connection at `slot`, which has nothing in flight, will never have anything more to send.
    pub(crate) fn are_over(&self, slot: usize) -> bool {
        match self {
            Self::Closed { .. } => true,
            Self::Open(dues) => dues.is_over(slot),
            Self::Sessions(places) => places.is_over(slot),
        }
    }

    /// The connection at `slot` is lost; returns how many requests waited for it and were never sent.
    pub(crate) fn lose(&mut self, slot: usize) -> u64 {
        match self {
            Self::Closed { .. } => 0,
            Self::Open(dues) => dues.lose(slot),
            Self::Sessions(places) => places.lose(slot),
        }
    }

    /// The pacer waits for room.
    pub(crate) fn hold_pacer(&mut self, waker: Waker) {
        if let Self::Open(dues) = self {
            dues.held_pacer = Some(waker);
        }
    }

    /// There may be room: a pacer that waits for it is to look again.
    #[inline]
    pub(crate) fn wake_pacer(&mut self) {
        if let Self::Open(DueQueue {
            held_pacer: Some(_),
            ..
        }) = self
        {
            self.wake_held_pacer();
        }
    }

    #[cold]
    fn wake_held_pacer(&mut self) {
        if let Self::Open(dues) = self
            && let Some(pacer) = dues.held_pacer.take()
        {
            pacer.wake();
        }
    }
}

/// Requests that are due, or overdue, on each connection of a thread.
#[derive(Debug)]
pub(crate) struct DueQueue {
    queues: Vec<Queue>,
    depth: u32,
    /// Requests that the pacer has handed out.
    handed_out: u64,
    most_in_flight: u64,
    /// Whether nothing more will become due.
    pub(crate) over: bool,
    /// The pacer, while it waits for replies to make room.
    held_pacer: Option<Waker>,
}

#[derive(Debug)]
struct Queue {
    orders: VecDeque<DueRequest>,
    /// Requests that were ever put into `orders`: so they are numbered.
    handed_out: u64,
    /// Requests with lower numbers had to wait because the connection was full.
    held_below: u64,
    alive: bool,
}

/// A request to be sent at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DueRequest {
    /// When it was to be sent.
    pub(crate) intended_ns: u64,
    /// Whose fault it is when it is sent later.
    pub(crate) lateness: Lateness,
}

/// Whose fault it is when a request is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lateness {
    /// The load generator's: it is booked as lag.
    Ours,
    /// That of the bound on what may be in flight: it is counted.
    HeldBack,
    /// It has been booked already.
    Booked,
}

impl DueQueue {
    /// Nothing due yet on so many connections.
    pub(crate) fn new(connections: usize, depth: u32, most_in_flight: u64) -> Self {
        let queue = || Queue {
            orders: VecDeque::new(),
            handed_out: 0,
            held_below: 0,
            alive: true,
        };
        Self {
            queues: (0..connections).map(|_| queue()).collect(),
            depth,
            handed_out: 0,
            most_in_flight,
            over: false,
            held_pacer: None,
        }
    }

    /// Whether another request may be handed out, `settled` of those before having been answered or given up.
    pub(crate) fn has_room(&self, settled: u64) -> bool {
        self.handed_out - settled < self.most_in_flight
    }

    /// Hands a request to the connection at `slot`, or, if that one is lost, to the next that is not; says to which, and
    /// `None` if all are lost.
    pub(crate) fn hand_out(&mut self, slot: usize, order: DueRequest) -> Option<usize> {
        let count = self.queues.len();
        let slot = (slot..slot + count)
            .map(|slot| slot % count)
            .find(|slot| self.queues[*slot].alive)?;
        let queue = &mut self.queues[slot];
        queue.orders.push_back(order);
        queue.handed_out += 1;
        self.handed_out += 1;
        Some(slot)
    }

    /// The next request for the connection at `slot`, which has so many in flight.
    #[inline]
    pub(crate) fn next(&mut self, slot: usize, in_flight: u32) -> Option<DueRequest> {
        let queue = &mut self.queues[slot];
        if in_flight >= self.depth {
            // Whatever waits here now waits for a reply.
            queue.held_below = queue.handed_out;
            return None;
        }
        let number = queue.handed_out - queue.orders.len() as u64;
        let order = queue.orders.pop_front()?;
        Some(match number < queue.held_below {
            true => DueRequest {
                lateness: Lateness::HeldBack,
                ..order
            },
            false => order,
        })
    }

    /// Whether the connection at `slot` will never have anything more to send.
    fn is_over(&self, slot: usize) -> bool {
        self.over && self.queues[slot].orders.is_empty()
    }

    /// The connection at `slot` is lost; returns how many requests waited for it.
    fn lose(&mut self, slot: usize) -> u64 {
        let queue = &mut self.queues[slot];
        queue.alive = false;
        std::mem::take(&mut queue.orders).len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(intended_ns: u64) -> DueRequest {
        DueRequest {
            intended_ns,
            lateness: Lateness::Ours,
        }
    }

    #[test]
    fn a_lost_connection_hands_over_to_the_next() {
        let mut dues = DueQueue::new(3, 10, 100);
        assert_eq!(dues.hand_out(1, order(1)), Some(1));
        assert_eq!(dues.lose(1), 1);
        assert_eq!(dues.hand_out(1, order(2)), Some(2));
        assert_eq!((dues.lose(0), dues.lose(2)), (0, 1));
        assert_eq!(dues.hand_out(1, order(3)), None);
    }

    #[test]
    fn room_is_what_has_not_been_settled() {
        let mut dues = DueQueue::new(1, 10, 2);
        assert!(dues.has_room(0));
        dues.hand_out(0, order(1));
        dues.hand_out(0, order(2));
        assert!(!dues.has_room(0) && dues.has_room(1));
    }

    #[test]
    fn what_waits_for_a_reply_is_held_back() {
        let mut dues = DueQueue::new(1, 1, 10);
        dues.hand_out(0, order(1));
        dues.hand_out(0, order(2));
        assert_eq!(dues.next(0, 0), Some(order(1)));
        assert_eq!(dues.next(0, 1), None);
        assert_eq!(
            dues.next(0, 0),
            Some(DueRequest {
                intended_ns: 2,
                lateness: Lateness::HeldBack
            })
        );
        dues.over = true;
        assert!(dues.is_over(0));
    }
}

//! Clients that come, ask, and leave: connects each when the schedule says so, and gives it one of the thread's places.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::connect::connect_one;
use super::connection::Connection;
use super::schedule::{Due, Schedule};
use super::send_source::{DueRequest, Lateness, SendSource};
use super::timer::Timer;
use super::worker::drive;
use super::worker_input::Share;
use super::worker_state::WorkerState;
use crate::config::Open;
use crate::protocol::exchange::Exchange;

/// How often an order to stop is looked for while nobody comes or goes.
const LOOK: Duration = Duration::from_millis(50);

/// Follows a thread's part of a schedule whose arrivals are clients.
pub(super) struct Arrivals {
    share: Rc<Share>,
    bench: Rc<RefCell<WorkerState>>,
    timer: Timer,
    schedule: Schedule,
    start_ns: u64,
    next: Due,
    /// Clients that are still to come, and before when.
    clients: u64,
    until_ns: u64,
    /// Requests of each.
    requests: u32,
    /// How many came, so that they are numbered.
    came: u32,
    /// Slots that nobody takes.
    free: Vec<usize>,
    visits: JoinSet<usize>,
    held_back: bool,
}

/// What the reception waits for.
enum Wait {
    /// The next client, at this time.
    Until(u64),
    /// A place.
    Place,
    /// Nobody more comes.
    Nothing,
}

impl Arrivals {
    /// A reception with the thread's places, for its part of a schedule that starts at `start_ns`.
    ///
    /// # Errors
    /// When the kernel has no timer for it.
    pub(super) fn new(
        share: Rc<Share>,
        bench: Rc<RefCell<WorkerState>>,
        start_ns: u64,
        (open, requests): (Open, u32),
    ) -> io::Result<Self> {
        let mut schedule = share.schedule(open);
        let (clients, until_ns) = share.part(requests);
        Ok(Self {
            timer: Timer::new()?,
            next: schedule.next(),
            schedule,
            start_ns,
            clients,
            until_ns,
            requests,
            came: 0,
            free: (0..share.plan.connections_of(share.thread).len()).collect(),
            visits: JoinSet::new(),
            held_back: false,
            share,
            bench,
        })
    }

    /// Receives until the schedule is over and the last client has left.
    pub(super) async fn receive(mut self) -> io::Result<()> {
        loop {
            let now_ns = self.share.clock.now_ns();
            let wait_ns = match self.let_in(now_ns) {
                Wait::Until(at_ns) => at_ns - now_ns,
                Wait::Place => u64::MAX,
                Wait::Nothing => break,
            };
            let left = tokio::select! {
                left = self.visits.join_next(), if !self.visits.is_empty() => left,
                waited = self.timer.wait(wait_ns.min(LOOK.as_nanos() as u64)) => {
                    waited?;
                    None
                }
            };
            self.take_back(left);
        }
        while let Some(left) = self.visits.join_next().await {
            self.take_back(Some(left));
        }
        Ok(())
    }

    /// Lets in all who have come.
    fn let_in(&mut self, now_ns: u64) -> Wait {
        while self.clients > 0 && self.next.at_ns < self.until_ns && !self.is_over() {
            let intended_ns = self.start_ns + self.next.at_ns;
            if intended_ns > now_ns {
                self.held_back = false;
                return Wait::Until(intended_ns);
            }
            let Some(place) = self.free.pop() else {
                self.held_back = true;
                return Wait::Place;
            };
            let recorder = &mut self.bench.borrow_mut().recorder;
            match self.held_back {
                true => recorder.totals.delayed += 1,
                false => recorder.lagged(now_ns - intended_ns),
            }
            // The connection itself is part of what the client waits for, and no lag of ours.
            let begins = DueRequest {
                intended_ns,
                lateness: Lateness::Booked,
            };
            self.visits.spawn_local(visit(
                Visit::new(&self.share, place, self.came, self.requests),
                begins,
                self.bench.clone(),
            ));
            self.came += 1;
            self.clients -= 1;
            self.next = self.schedule.next();
        }
        Wait::Nothing
    }

    fn is_over(&self) -> bool {
        matches!(&self.bench.borrow().orders, SendSource::Sessions(places) if places.over)
    }

    /// A client has left its place.
    fn take_back(&mut self, left: Option<Result<usize, tokio::task::JoinError>>) {
        match left {
            Some(Ok(place)) => self.free.push(place),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => {}
        }
    }
}

/// All that a client needs to know.
struct Visit {
    place: usize,
    number: u32,
    requests: u32,
    address: crate::target::endpoint::Endpoint,
    timeout: Duration,
    conversation: Exchange,
}

impl Visit {
    fn new(share: &Share, place: usize, came: u32, requests: u32) -> Self {
        // Numbers of different threads must not meet: each thread counts in steps of all threads.
        let number = came
            .wrapping_mul(share.plan.threads)
            .wrapping_add(share.thread);
        let first = share.plan.connections_of(share.thread).start;
        Self {
            place,
            number,
            requests,
            address: share.address.clone(),
            timeout: share.plan.timeout,
            conversation: Exchange::new(&share.plan, number, first + place as u32, share.run),
        }
    }
}

/// One client: connects, asks, and leaves. Returns the place that is free again.
async fn visit(visit: Visit, begins: DueRequest, bench: Rc<RefCell<WorkerState>>) -> usize {
    let place = visit.place;
    // By its number and not its place: the port of a client that has left is not free again for a minute.
    match connect_one(visit.address, visit.number, visit.timeout).await {
        Ok(socket) => {
            if let SendSource::Sessions(places) = &mut bench.borrow_mut().orders {
                places.begin(place, begins, visit.requests);
            }
            let connection = Connection::new(place, socket, visit.conversation);
            drop(drive(connection, bench).await);
        }
        Err(broken) => {
            let bench = &mut *bench.borrow_mut();
            bench.lost_connections += 1;
            bench.recorder.losses.add(&broken.text);
            bench
                .recorder
                .failed_many(broken.reason, u64::from(visit.requests));
        }
    }
    place
}

//! Sessions: each connects at its scheduled time, takes one of the worker's slots, sends its requests and leaves.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};

use super::connection::Connection;
use super::due_queue::{DueRequest, Lateness};
use super::request_source::RequestSource;
use super::schedule::{Due, Schedule};
use super::timer::Timer;
use super::worker_input::WorkerInput;
use super::worker_state::WorkerState;
use crate::machine::time::nanoseconds;
use crate::protocol::exchange::Exchange;

/// Interval between reads of the stop flag while no session arrives or leaves.
const TICK: Duration = Duration::from_millis(50);

/// Follows a worker's part of a schedule whose arrivals are sessions.
pub(super) struct Arrivals {
    input: Rc<WorkerInput>,
    state: Rc<RefCell<WorkerState>>,
    timer: Timer,
    schedule: Schedule,
    start_ns: u64,
    next: Due,
    /// The number of sessions still to arrive, and the end of the arrivals.
    left: u64,
    until_ns: u64,
    /// Requests per session.
    requests: u32,
    /// The number of sessions so far: the next session's number.
    arrived: u32,
    free_slots: Vec<usize>,
    /// The running sessions. Each returns its slot.
    sessions: JoinSet<usize>,
    held_back: bool,
}

/// What the arrivals wait for.
enum Next {
    /// The time of the next session.
    Until(u64),
    /// A free slot.
    Slot,
    /// Nothing: no more sessions arrive.
    Nothing,
}

impl Arrivals {
    /// The arrivals of one worker. Its schedule starts at `start_ns`.
    ///
    /// # Errors
    /// When the kernel cannot create a timer.
    pub(super) fn new(
        input: Rc<WorkerInput>,
        state: Rc<RefCell<WorkerState>>,
        mut schedule: Schedule,
        start_ns: u64,
        requests: u32,
    ) -> io::Result<Self> {
        let (left, until_ns) = input.arrivals(requests);
        Ok(Self {
            timer: Timer::new()?,
            next: schedule.next(),
            schedule,
            start_ns,
            left,
            until_ns,
            requests,
            arrived: 0,
            free_slots: (0..input.config.connections_of(input.worker).len()).collect(),
            sessions: JoinSet::new(),
            held_back: false,
            input,
            state,
        })
    }

    /// Runs sessions until the schedule ends and the last session has left.
    pub(super) async fn run(mut self) -> io::Result<()> {
        loop {
            let now_ns = self.input.clock.now_ns();
            let wait_ns = match self.start_due(now_ns) {
                Next::Until(at_ns) => at_ns - now_ns,
                Next::Slot => u64::MAX,
                Next::Nothing => break,
            };
            let left = tokio::select! {
                left = self.sessions.join_next(), if !self.sessions.is_empty() => left,
                waited = self.timer.wait(wait_ns.min(nanoseconds(TICK))) => {
                    waited?;
                    None
                }
            };
            self.free(left);
        }
        while let Some(left) = self.sessions.join_next().await {
            self.free(Some(left));
        }
        Ok(())
    }

    /// Starts all sessions that are due.
    fn start_due(&mut self, now_ns: u64) -> Next {
        while self.left > 0 && self.next.at_ns < self.until_ns && !self.is_over() {
            let intended_ns = self.start_ns + self.next.at_ns;
            if intended_ns > now_ns {
                self.held_back = false;
                return Next::Until(intended_ns);
            }
            let Some(slot) = self.free_slots.pop() else {
                self.held_back = true;
                return Next::Slot;
            };
            let recorder = &mut self.state.borrow_mut().recorder;
            match self.held_back {
                true => recorder.counts.delayed += 1,
                false => recorder.lagged(now_ns - intended_ns),
            }
            let session = self.session(slot, intended_ns);
            let state = self.state.clone();
            self.sessions
                .spawn_local(session.run(self.input.clone(), state));
            self.arrived += 1;
            self.left -= 1;
            self.next = self.schedule.next();
        }
        Next::Nothing
    }

    fn session(&self, slot: usize, intended_ns: u64) -> Session {
        let config = &self.input.config;
        Session {
            slot,
            // Numbers of different workers must not meet: each worker counts in steps of all workers.
            number: self
                .arrived
                .wrapping_mul(config.workload.threads)
                .wrapping_add(self.input.worker),
            requests: self.requests,
            // The connection itself is part of the first request's response time, and no lag of ours.
            first: DueRequest {
                intended_ns,
                lateness: Lateness::Recorded,
            },
        }
    }

    fn is_over(&self) -> bool {
        matches!(&self.state.borrow().source, RequestSource::Sessions(slots) if slots.over)
    }

    /// Frees the slot of a session that has left.
    fn free(&mut self, left: Option<Result<usize, JoinError>>) {
        match left {
            Some(Ok(slot)) => self.free_slots.push(slot),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => {}
        }
    }
}

/// One session.
struct Session {
    slot: usize,
    number: u32,
    requests: u32,
    first: DueRequest,
}

impl Session {
    /// Connects, sends the requests and leaves. Returns the free slot.
    async fn run(self, input: Rc<WorkerInput>, state: Rc<RefCell<WorkerState>>) -> usize {
        let (slot, number) = (self.slot, self.number);
        // By its number and not its slot: the port of a session that has left is not free again for a minute.
        match input.endpoint.connect(number, input.config.timeout).await {
            Ok(socket) => {
                if let RequestSource::Sessions(slots) = &mut state.borrow_mut().source {
                    slots.begin(slot, self.first, self.requests);
                }
                let exchange = Exchange::new(&input.config, number, input.run);
                let id = input.config.connections_of(input.worker).start + slot as u32;
                let connection = Connection::new(slot, socket, exchange, number, id);
                drop(connection.run(state).await);
            }
            Err(error) => {
                let recorder = &mut state.borrow_mut().recorder;
                recorder.lost(&error.text);
                recorder.failed(error.reason, u64::from(self.requests));
            }
        }
        slot
    }
}

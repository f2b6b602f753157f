//! Makes the requests of an open loop due when the schedule says so, to the microsecond and without spinning.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::{io, mem};

use results::FailureReason;

use super::due_queue::{DueRequest, Lateness};
use super::schedule::{Due, Schedule};
use super::send_source::SendSource;
use super::timer::Timer;
use super::worker_state::WorkerState;

/// The shortest sleep. Waking up costs more than sending a request, so at more than 20,000 requests/s on a thread those that
/// are due within a grain leave together, by this much late at most; the lag says so.
const GRAIN_NS: u64 = 50_000;

/// Follows a worker's part of the schedule.
pub(super) struct Pacer {
    state: Rc<RefCell<WorkerState>>,
    timer: Timer,
    schedule: Schedule,
    start_ns: u64,
    /// The request to become due next.
    next: Due,
    /// How many requests of the schedule are still to come, and before when they must be intended.
    requests: u64,
    until_ns: u64,
    /// Whether there was no room for a request that was due, and some of those that became due since still wait.
    held_back: bool,
}

/// What the pacer has to wait for.
enum Next {
    /// The next request is due at this time.
    Until(u64),
    /// Too many requests are in flight.
    Room,
    /// Nothing more will become due.
    Nothing,
}

impl Pacer {
    /// A pacer for a schedule that starts at `start_ns`, with so many requests, or with those of so much time.
    ///
    /// # Errors
    /// When the kernel has no timer for it.
    pub(super) fn new(
        state: Rc<RefCell<WorkerState>>,
        mut schedule: Schedule,
        start_ns: u64,
        (requests, until_ns): (u64, u64),
    ) -> io::Result<Self> {
        let next = schedule.next();
        Ok(Self {
            state,
            timer: Timer::new()?,
            schedule,
            start_ns,
            next,
            requests,
            until_ns,
            held_back: false,
        })
    }

    /// Paces until the schedule is over; then it tells the connections that nothing more comes.
    pub(super) async fn pace(mut self) {
        loop {
            let now_ns = self.state.borrow().clock.now_ns();
            match self.queue_due(now_ns) {
                Next::Until(at_ns) => {
                    if self
                        .timer
                        .wait((at_ns - now_ns).max(GRAIN_NS))
                        .await
                        .is_err()
                    {
                        break;
                    }
                }
                Next::Room => self.room().await,
                Next::Nothing => break,
            }
        }
        let state = &mut *self.state.borrow_mut();
        state.source.stop();
        state.timeouts.wake_all();
    }

    /// Queues all that is due.
    fn queue_due(&mut self, now_ns: u64) -> Next {
        let WorkerState {
            source,
            recorder,
            timeouts,
            ..
        } = &mut *self.state.borrow_mut();
        let SendSource::Open(queue) = source else {
            return Next::Nothing;
        };
        while self.requests > 0 && self.next.at_ns < self.until_ns && !queue.over {
            let intended_ns = self.start_ns + self.next.at_ns;
            if intended_ns > now_ns {
                self.held_back = false;
                return Next::Until(intended_ns);
            }
            if !queue.has_room(recorder.settled()) {
                if now_ns < self.start_ns.saturating_add(self.until_ns) {
                    self.held_back = true;
                    return Next::Room;
                }
                recorder.failed(
                    FailureReason::Unanswered,
                    rest(&mut self.schedule, self.until_ns),
                );
                break;
            }
            let order = DueRequest {
                intended_ns,
                lateness: match self.held_back {
                    true => Lateness::HeldBack,
                    false => Lateness::Lag,
                },
            };
            let Some(slot) = queue.push(self.next.slot as usize, order) else {
                break;
            };
            timeouts.wake(slot);
            self.next = self.schedule.next();
            self.requests -= 1;
        }
        Next::Nothing
    }

    /// Until replies have made room, or somebody wants the pacer to look again.
    async fn room(&self) {
        let mut asked = false;
        poll_fn(|cx| {
            if mem::replace(&mut asked, true) {
                return Poll::Ready(());
            }
            self.state
                .borrow_mut()
                .source
                .hold_pacer(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// How many requests of a schedule, the one before it included, were intended before that time and never sent, because the
/// server was overloaded. They are counted.
fn rest(schedule: &mut Schedule, until_ns: u64) -> u64 {
    1 + std::iter::repeat_with(|| schedule.next())
        .take_while(|due| due.at_ns < until_ns)
        .count() as u64
}

//! Makes each request of an open loop due at its scheduled time, within microseconds and without spinning.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::{io, mem};

use results::FailureReason;

use super::due_queue::{DueRequest, Lateness};
use super::request_source::RequestSource;
use super::schedule::{Due, Schedule};
use super::timer::Timer;
use super::worker_state::WorkerState;

/// The shortest sleep. A wake-up costs more than a request. Above 20,000 requests/s on a thread, requests due within this
/// time leave together, at most this much late; the lag shows it.
const GRAIN_NS: u64 = 50_000;

/// Follows a worker's part of the schedule.
pub(super) struct Pacer {
    state: Rc<RefCell<WorkerState>>,
    timer: Timer,
    schedule: Schedule,
    start_ns: u64,
    /// The request to become due next.
    next: Due,
    /// The number of requests still to come, and the end of the schedule.
    requests: u64,
    until_ns: u64,
    /// Whether a due request found no room, and requests that became due since then still wait.
    held_back: bool,
}

/// What the pacer waits for.
enum Next {
    /// The time at which the next request is due.
    Until(u64),
    /// Too many requests are in flight.
    Room,
    /// Nothing: the schedule is over.
    Nothing,
}

impl Pacer {
    /// A pacer for a schedule that starts at `start_ns` and ends after a number of requests or a time.
    ///
    /// # Errors
    /// When the kernel cannot create a timer.
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

    /// Paces until the schedule ends; then marks the queue as complete.
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

    /// Queues all requests that are due.
    fn queue_due(&mut self, now_ns: u64) -> Next {
        let WorkerState {
            source,
            recorder,
            timeouts,
            ..
        } = &mut *self.state.borrow_mut();
        let RequestSource::Open(queue) = source else {
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

    /// Waits until replies have made room, or until the pacer is woken for another reason.
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

/// Counts the requests of a schedule, the one before it included, that were intended before this time and never sent
/// because the server was overloaded.
fn rest(schedule: &mut Schedule, until_ns: u64) -> u64 {
    1 + std::iter::repeat_with(|| schedule.next())
        .take_while(|due| due.at_ns < until_ns)
        .count() as u64
}

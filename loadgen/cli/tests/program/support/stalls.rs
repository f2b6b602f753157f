//! A server that stops for a while now and then, and remembers exactly when: what its users waited follows by arithmetic.

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::servers::{Counter, converse, correct_reply, serve};

/// When a server stopped, and for how long it really did.
#[derive(Default)]
pub struct Stalls {
    /// Requests are answered under it; who holds it stops them all.
    turn: Mutex<()>,
    began: (Mutex<bool>, Condvar),
    lengths: Mutex<Vec<Duration>>,
}

impl Stalls {
    /// A server that stands still for `length` in the middle of every `period`, from its first increment on, this many times.
    pub fn serve(length: Duration, period: Duration, times: u32) -> (SocketAddr, Arc<Self>) {
        let (stalls, counter) = (Arc::new(Self::default()), Arc::new(Counter::default()));
        let server = serve({
            let stalls = stalls.clone();
            move |peer| {
                converse(peer, |words| {
                    if words[0] == b"INCR" {
                        stalls.begin();
                    }
                    let _turn = stalls.turn.lock().unwrap_or_else(PoisonError::into_inner);
                    Some(correct_reply(words, &counter))
                });
            }
        });
        thread::spawn({
            let stalls = stalls.clone();
            move || stalls.stand_still(length, period, times)
        });
        (server, stalls)
    }

    /// The wait that this part of all arrivals exceeded, if they were even over `run`: an arrival waits for what is left of its stall, so
    /// of a stall of length `L` the part `(L − t) / run` of all arrivals waits longer than `t`.
    pub fn exceeded_by(&self, part: f64, run: Duration) -> Duration {
        let lengths = self.lengths.lock().unwrap();
        let exceeding = |wait: f64| -> f64 {
            lengths
                .iter()
                .map(|length| (length.as_secs_f64() - wait).max(0.0) / run.as_secs_f64())
                .sum()
        };
        let (mut less, mut more) = (0.0, 3600.0);
        for _ in 0..60 {
            let middle = (less + more) / 2.0;
            match exceeding(middle) > part {
                true => less = middle,
                false => more = middle,
            }
        }
        Duration::from_secs_f64(less)
    }

    fn begin(&self) {
        let mut began = self.began.0.lock().unwrap();
        if !*began {
            *began = true;
            self.began.1.notify_all();
        }
    }

    fn stand_still(&self, length: Duration, period: Duration, times: u32) {
        let began = self.began.0.lock().unwrap();
        drop(self.began.1.wait_while(began, |began| !*began).unwrap());
        let start = Instant::now();
        for number in 0..times {
            let at = start + period * number + (period - length) / 2;
            thread::sleep(at.saturating_duration_since(Instant::now()));
            let turn = self.turn.lock().unwrap();
            let stopped = Instant::now();
            thread::sleep(length);
            drop(turn);
            self.lengths.lock().unwrap().push(stopped.elapsed());
        }
    }
}

//! The slices of all threads, put together in time and kept few, however long the run is.

use std::collections::VecDeque;

use results::{Interval, Latency, Packed};

use crate::books::recorder::{Slice, merge_latency};

/// More intervals than this say no more to anybody: two neighbours become one, and what follows is as long.
const MOST: usize = 600;

/// Collects what the threads cut, in the order of time.
#[derive(Debug)]
pub(crate) struct Slices {
    /// For each thread the slices that wait for those of the others; `None` once the thread has ended.
    waiting: Vec<VecDeque<Timed>>,
    open: Option<Timed>,
    open_slices: u32,
    /// Slices that make an interval: doubled whenever there are too many intervals.
    per_interval: u32,
    most: usize,
    intervals: Vec<Interval>,
    latency: Option<Latency>,
}

/// A slice and when it was.
#[derive(Debug)]
pub(crate) struct Timed {
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
    pub(crate) slice: Slice,
}

impl Timed {
    fn merge(&mut self, other: &Self) {
        self.start_ns = self.start_ns.min(other.start_ns);
        self.end_ns = self.end_ns.max(other.end_ns);
        self.slice.merge(&other.slice);
    }
}

impl Slices {
    /// Nothing yet of so many threads.
    pub(crate) fn new(threads: u32) -> Self {
        Self::with_most(threads, MOST)
    }

    fn with_most(threads: u32, most: usize) -> Self {
        Self {
            most,
            waiting: (0..threads).map(|_| VecDeque::new()).collect(),
            open: None,
            open_slices: 0,
            per_interval: 1,
            intervals: Vec::new(),
            latency: None,
        }
    }

    /// A thread's next slice.
    pub(crate) fn add(&mut self, thread: u32, timed: Timed) {
        match &mut self.latency {
            Some(latency) => merge_latency(latency, &timed.slice.latency),
            None => self.latency = Some(timed.slice.latency.clone()),
        }
        self.waiting[thread as usize].push_back(timed);
        while self.waiting.iter().all(|queue| !queue.is_empty()) {
            self.advance();
        }
    }

    /// All intervals and all latencies, once every thread has ended.
    pub(crate) fn finish(mut self, start_ns: u64) -> (Vec<Interval>, Latency) {
        while self.waiting.iter().any(|queue| !queue.is_empty()) {
            self.advance();
        }
        if let Some(open) = self.open.take() {
            self.intervals.push(interval(&open));
        }
        for interval in &mut self.intervals {
            interval.start_ns = interval.start_ns.saturating_sub(start_ns);
        }
        let none = || Slice::new(false).latency;
        (self.intervals, self.latency.unwrap_or_else(none))
    }

    /// Puts the oldest slice of each thread together.
    fn advance(&mut self) {
        for timed in self.waiting.iter_mut().filter_map(VecDeque::pop_front) {
            match &mut self.open {
                Some(open) => open.merge(&timed),
                None => self.open = Some(timed),
            }
        }
        self.open_slices += 1;
        if self.open_slices < self.per_interval {
            return;
        }
        self.open_slices = 0;
        self.intervals
            .extend(self.open.take().as_ref().map(interval));
        if self.intervals.len() > self.most {
            self.per_interval *= 2;
            self.intervals = self.intervals.chunks(2).map(joined).collect();
        }
    }
}

fn interval(timed: &Timed) -> Interval {
    let latency = &timed.slice.latency;
    Interval {
        start_ns: timed.start_ns,
        length_ns: timed.end_ns - timed.start_ns,
        completed: timed.slice.completed,
        failed: timed.slice.failed,
        response: Packed::from(&latency.response),
        service: latency.service.as_ref().map(Packed::from),
        lag: latency.lag.as_ref().map(Packed::from),
        server: None,
    }
}

/// Neighbours as one; there is always at least one.
fn joined(neighbours: &[Interval]) -> Interval {
    let mut whole: Option<Timed> = None;
    for timed in neighbours.iter().map(unpacked) {
        match &mut whole {
            Some(whole) => whole.merge(&timed),
            None => whole = Some(timed),
        }
    }
    let nothing = || Timed {
        start_ns: 0,
        end_ns: 0,
        slice: Slice::new(false),
    };
    interval(&whole.unwrap_or_else(nothing))
}

/// What this program packed a moment ago, it can unpack.
fn unpacked(interval: &Interval) -> Timed {
    let unpack = |packed: &Packed| packed.unpack().unwrap_or_default();
    Timed {
        start_ns: interval.start_ns,
        end_ns: interval.start_ns + interval.length_ns,
        slice: Slice {
            completed: interval.completed,
            failed: interval.failed,
            latency: Latency {
                response: unpack(&interval.response),
                service: interval.service.as_ref().map(unpack),
                lag: interval.lag.as_ref().map(unpack),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(start_ns: u64, end_ns: u64, latencies_ns: &[u64]) -> Timed {
        let mut slice = Slice::new(false);
        slice.completed = latencies_ns.len() as u64;
        latencies_ns
            .iter()
            .for_each(|ns| slice.latency.response.record(*ns));
        Timed {
            start_ns,
            end_ns,
            slice,
        }
    }

    #[test]
    fn threads_are_put_together_in_time() {
        let mut slices = Slices::new(2);
        slices.add(0, timed(100, 200, &[5]));
        slices.add(0, timed(200, 300, &[6]));
        slices.add(1, timed(101, 205, &[7, 8]));
        let (intervals, latency) = slices.finish(100);
        let shape: Vec<_> = intervals
            .iter()
            .map(|i| (i.start_ns, i.length_ns, i.completed))
            .collect();
        assert_eq!(shape, [(0, 105, 3), (100, 100, 1)]);
        assert_eq!(latency.response.count(), 4);
    }

    #[test]
    fn a_long_run_has_no_more_intervals_than_a_short_one() {
        let mut slices = Slices::with_most(1, 8);
        for number in 0..100 {
            slices.add(0, timed(number * 10, number * 10 + 10, &[number + 1]));
        }
        let (intervals, latency) = slices.finish(0);
        assert!((4..=9).contains(&intervals.len()), "{}", intervals.len());
        assert_eq!(intervals.iter().map(|i| i.completed).sum::<u64>(), 100);
        assert_eq!(intervals.iter().map(|i| i.response.count).sum::<u64>(), 100);
        assert_eq!(latency.response.count(), 100);
        assert!(
            intervals
                .windows(2)
                .all(|pair| pair[0].start_ns + pair[0].length_ns == pair[1].start_ns)
        );
    }
}

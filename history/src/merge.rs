//! Several client threads, one history: each thread records for itself, and their batches are merged in time order.
//!
//! No lock and no shared word is touched per request. A thread pushes events into its own [`EventBuffer`]; now and then
//! (every few milliseconds or thousand events) it hands the [`Batch`] over, by whatever channel the caller likes, to the
//! one place that owns the [`Merge`]. A batch says through which instant it is complete. What lies before the earliest such
//! instant of all threads is final: it is sorted and checked. The rest waits for the slowest thread.

use crate::event::{Event, EventSink};

/// One thread's events since it last handed over.
#[derive(Debug, Default)]
pub struct EventBuffer {
    events: Vec<Event>,
    latest_ns: u64,
    /// Just after the latest end.
    beginnings_from_ns: u64,
}

/// Events of one thread, in its order.
#[derive(Debug)]
pub struct Batch {
    events: Vec<Event>,
    /// No later event of this thread is earlier than this.
    through_ns: u64,
}

impl EventBuffer {
    /// How many events wait to be handed over.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Hands over what was recorded. `now_ns` is a reading of the clock that stamps the events, taken here and now.
    /// `spare` is an empty buffer to go on with, such as [`Merge::accept`] gives back.
    pub fn hand_over(&mut self, now_ns: u64, spare: Vec<Event>) -> Batch {
        // What is recorded from here on happens from here on, whatever stamp it comes with.
        self.latest_ns = self.latest_ns.max(now_ns);
        Batch {
            events: std::mem::replace(&mut self.events, spare),
            through_ns: self.latest_ns,
        }
    }
}

impl EventSink for EventBuffer {
    /// Within a thread the order of the calls is the truth, also where two stamps are equal (one reading of the clock that
    /// serves as the end of one request and the beginning of the next). One nanosecond more for the beginning says so to
    /// the sort. It is still earlier than the write(2) that follows.
    #[inline]
    fn observe(&mut self, mut event: Event) {
        event.at_ns = event.at_ns.max(self.latest_ns);
        if event.begins() {
            event.at_ns = event.at_ns.max(self.beginnings_from_ns);
        } else {
            self.beginnings_from_ns = event.at_ns.saturating_add(1);
        }
        self.latest_ns = event.at_ns;
        self.events.push(event);
    }
}

/// Puts the threads' events into one order: by time, beginnings before ends at the same instant.
#[derive(Debug)]
pub struct Merge {
    lanes: Vec<Lane>,
}

/// One thread's events that are not passed on yet.
#[derive(Debug, Default)]
struct Lane {
    waiting: Vec<Event>,
    /// How many of them have been passed on.
    passed: usize,
    through_ns: u64,
}

/// Where an event stands in the merged stream.
type Place = (u64, bool);

fn place(event: &Event) -> Place {
    (event.at_ns, !event.begins())
}

impl Merge {
    /// A merge of this many threads.
    pub fn new(threads: usize) -> Self {
        let lanes = (0..threads).map(|_| Lane::default());
        Self {
            lanes: lanes.collect(),
        }
    }

    /// Takes a thread's next batch and passes on everything that is now final. Returns an empty buffer to record into.
    ///
    /// A thread that has nothing to report must hand over as well, or it holds up the others; one that is done is
    /// [finished](Self::finish_thread).
    ///
    /// # Panics
    /// If `thread` is not below the number of threads.
    pub fn accept(&mut self, thread: usize, batch: Batch, into: &mut impl EventSink) -> Vec<Event> {
        let spare = self.lanes[thread].append(batch);
        self.pass_on(into);
        spare
    }

    /// This thread will hand over no more.
    ///
    /// # Panics
    /// If `thread` is not below the number of threads.
    pub fn finish_thread(&mut self, thread: usize, into: &mut impl EventSink) {
        self.lanes[thread].through_ns = u64::MAX;
        self.pass_on(into);
    }

    /// Passes on what no thread can precede any more. An event at the very instant through which a thread has reported must
    /// wait: that thread may yet begin something at this instant, unless it is finished.
    fn pass_on(&mut self, into: &mut impl EventSink) {
        let through_ns = self.lanes.iter().map(|lane| lane.through_ns).min();
        let end = match through_ns {
            Some(0) => return,
            None | Some(u64::MAX) => (u64::MAX, true),
            Some(through_ns) => (through_ns - 1, true),
        };
        while let Some((first, until)) = self.first_lane(end) {
            self.lanes[first].pass(until, into);
        }
    }

    /// The lane whose next event comes first, and how far it may go until another's comes.
    fn first_lane(&self, end: Place) -> Option<(usize, Place)> {
        let (mut first, mut until) = (None, end);
        for (number, lane) in self.lanes.iter().enumerate() {
            let Some(next) = lane.next().filter(|next| *next <= end) else {
                continue;
            };
            match first {
                Some((_, earliest)) if earliest <= next => until = until.min(next),
                Some((_, earliest)) => (first, until) = (Some((number, next)), earliest),
                None => first = Some((number, next)),
            }
        }
        first.map(|(number, _)| (number, until))
    }
}

impl Lane {
    /// Takes a batch; gives an empty buffer for it.
    fn append(&mut self, batch: Batch) -> Vec<Event> {
        let Batch {
            mut events,
            through_ns,
        } = batch;
        self.through_ns = through_ns;
        self.waiting.drain(..self.passed);
        self.passed = 0;
        if self.waiting.is_empty() {
            std::mem::swap(&mut self.waiting, &mut events);
        } else {
            self.waiting.append(&mut events);
        }
        events
    }

    fn next(&self) -> Option<Place> {
        self.waiting.get(self.passed).map(place)
    }

    /// Passes on the events up to and including this place.
    fn pass(&mut self, until: Place, into: &mut impl EventSink) {
        let waiting = &self.waiting[self.passed..];
        for event in waiting.iter().take_while(|event| place(event) <= until) {
            into.observe(*event);
            self.passed += 1;
        }
    }
}

//! What judging costs: operations per second on one core, bytes per operation on disk and in memory.
//!
//! `cargo run --release -p history --example throughput [OPERATIONS]` checks histories that lie in memory. The last column
//! compares with one reading of the clock, which a client needs for every request anyway.

#![allow(
    clippy::expect_used,
    reason = "an example that measures may stop at the first surprise"
)]

use std::hint::black_box;
use std::time::Instant;

use history::{
    Call, Checker, Conclusion, ConnectionId, Event, EventBuffer, EventSink, Key, Level, LogWriter,
    Merge, replay,
};

/// A workload: a closed loop, as a load generator makes it.
struct Load {
    name: &'static str,
    connections: u32,
    depth: u32,
    keys: u32,
    reads_percent: u64,
    /// Whether replies are read in another order than the server executed the requests.
    shuffled: bool,
}

const LOADS: [Load; 6] = [
    load("INCR, depth 1, in order", 50, 1),
    Load {
        shuffled: true,
        ..load("INCR, depth 1, out of order", 50, 1)
    },
    load("INCR, depth 64, in order", 50, 64),
    Load {
        shuffled: true,
        ..load("INCR, depth 64, out of order", 50, 64)
    },
    Load {
        reads_percent: 20,
        shuffled: true,
        ..load("INCR:GET 8:2, depth 16", 50, 16)
    },
    Load {
        keys: 1_000,
        shuffled: true,
        ..load("INCR, depth 16, 1,000 keys", 50, 16)
    },
];

const fn load(name: &'static str, connections: u32, depth: u32) -> Load {
    Load {
        name,
        connections,
        depth,
        keys: 1,
        reads_percent: 0,
        shuffled: false,
    }
}

fn main() {
    let operations = std::env::args()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(2_000_000);
    let clock_ns = nanoseconds(1_000_000, || {
        for _ in 0..1_000_000 {
            black_box(Instant::now());
        }
    });
    println!("{operations} operations each; one reading of the clock takes {clock_ns:.1} ns\n");
    let heading = [
        "M ops/s", "ns/op", "clocks", "replies", "merged", "log ns", "log B", "read ns",
    ];
    println!(
        "{:<30}{}",
        "",
        heading.map(|word| format!("{word:>9}")).concat()
    );
    for load in &LOADS {
        let events = load.events(operations);
        let operations = events
            .iter()
            .filter(|event| matches!(event.kind, history::EventKind::Invoke(_)))
            .count();
        let checked = nanoseconds(operations, || checker(&events, Checker::default()));
        let replies = nanoseconds(operations, || {
            checker(&events, Checker::new(Level::Replies));
        });
        let merged = nanoseconds(operations, || merge(&events));
        let mut file = Vec::new();
        let logged = nanoseconds(operations, || log(&events, &mut file));
        let read = nanoseconds(operations, || check(&file));
        println!(
            "{:<30}{:>9.1}{checked:>9.1}{:>9.2}{replies:>9.1}{merged:>9.1}{logged:>9.1}{:>9.1}{read:>9.1}",
            load.name,
            1e3 / checked,
            checked / clock_ns,
            file.len() as f64 / operations as f64,
        );
    }
    println!();
    memory();
}

/// Time on the processor per operation, the best of five: other programs' turns are not counted.
fn nanoseconds(operations: usize, mut work: impl FnMut()) -> f64 {
    let run = |_| {
        let begun_ns = on_cpu_ns();
        work();
        (on_cpu_ns() - begun_ns) as f64 / operations as f64
    };
    (0..5).map(run).fold(f64::INFINITY, f64::min)
}

/// How long this thread has run (the first number of Linux's schedstat).
fn on_cpu_ns() -> u64 {
    let schedstat =
        std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux with schedstat");
    let first = schedstat.split_whitespace().next();
    first
        .and_then(|number| number.parse().ok())
        .expect("schedstat begins with a number")
}

fn checker(events: &[Event], mut checker: Checker) {
    for &event in events {
        checker.observe(event);
    }
    assert_eq!(checker.verdict().conclusion(), Conclusion::Ok);
}

/// Two client threads record, a third place merges and checks: all the work together.
fn merge(events: &[Event]) {
    let (mut checker, mut merge) = (Checker::default(), Merge::new(2));
    let mut recorders = [EventBuffer::default(), EventBuffer::default()];
    let mut spares = [Vec::new(), Vec::new()];
    for part in events.chunks(8192) {
        for &event in part {
            recorders[(event.connection.number() % 2) as usize].observe(event);
        }
        for (thread, recorder) in recorders.iter_mut().enumerate() {
            let batch = recorder.hand_over(
                part[part.len() - 1].at_ns,
                std::mem::take(&mut spares[thread]),
            );
            spares[thread] = merge.accept(thread, batch, &mut checker);
        }
    }
    for thread in 0..2 {
        merge.finish_thread(thread, &mut checker);
    }
    assert_eq!(checker.verdict().conclusion(), Conclusion::Ok);
}

fn log(events: &[Event], file: &mut Vec<u8>) {
    file.clear();
    let mut log = LogWriter::new(file, "throughput").expect("memory does not run full");
    for &event in events {
        log.observe(event);
    }
    log.finish().expect("memory does not run full");
}

fn check(file: &[u8]) {
    let mut checker = Checker::default();
    replay(file, &mut checker).expect("what was written can be read");
    assert_eq!(checker.verdict().conclusion(), Conclusion::Ok);
}

/// Bytes per operation in flight, from two depths, so that what a connection and the run need falls out.
fn memory() {
    let bytes_at = |depth| {
        let mut checker = Checker::default();
        for event in (Load {
            shuffled: true,
            ..load("", 100, depth)
        })
        .events(100_000)
        {
            checker.observe(event);
        }
        checker.memory_bytes()
    };
    let (one, many) = (bytes_at(1), bytes_at(128));
    let operation = (many - one) as f64 / (100.0 * 127.0);
    println!(
        "memory: {operation:.1} bytes per operation in flight; {one} bytes in all for 100 connections at depth 1"
    );
}

impl Load {
    /// A history of this load: connections send a batch, the server executes batch by batch, the client reads replies.
    fn events(&self, operations: u32) -> Vec<Event> {
        let mut random = Random(42);
        let mut clock_ns = 1_000_000_000;
        let mut values = vec![0i64; self.keys as usize];
        let mut executed = vec![Vec::<i64>::new(); self.connections as usize];
        let mut events = Vec::new();
        let mut sent: Vec<Vec<Call>> = (0..self.connections)
            .map(|on| self.send(on, clock_ns, &mut events, &mut random))
            .collect();
        let mut order: Vec<u32> = (0..self.connections).collect();
        for _ in 0..operations / (self.connections * self.depth) {
            // The server takes the connections in a random order …
            random.shuffle(&mut order);
            for &on in &order {
                let calls = sent[on as usize].drain(..);
                executed[on as usize].extend(calls.map(|call| execute(call, &mut values)));
            }
            // … and the client reads the replies in the same or in another.
            if self.shuffled {
                random.shuffle(&mut order);
            }
            for &on in &order {
                clock_ns += 200 + random.below(u64::from(self.depth) * 600);
                let replies = executed[on as usize].drain(..);
                events.extend(replies.map(|value| Event::ok(connection(on), clock_ns, value)));
                clock_ns += 300;
                sent[on as usize] = self.send(on, clock_ns, &mut events, &mut random);
            }
        }
        events
    }

    /// A connection sends a batch.
    fn send(&self, on: u32, at_ns: u64, events: &mut Vec<Event>, random: &mut Random) -> Vec<Call> {
        let call = |_| {
            let key =
                Key::new(random.below(u64::from(self.keys)) as u32).expect("far below the limit");
            match random.below(100) < self.reads_percent {
                true => Call::get(key),
                false => Call::incr(key),
            }
        };
        let calls: Vec<Call> = (0..self.depth).map(call).collect();
        events.extend(
            calls
                .iter()
                .map(|&call| Event::invoke(connection(on), at_ns, call)),
        );
        calls
    }
}

fn execute(call: Call, values: &mut [i64]) -> i64 {
    let (key, adds) = match call {
        Call::Add { key, amount } => (key, amount.get()),
        Call::Get { key } | Call::Write { key } => (key, 0),
    };
    let value = &mut values[key.number() as usize];
    *value += adds;
    *value
}

fn connection(number: u32) -> ConnectionId {
    ConnectionId::new(number).expect("far below the limit")
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ z >> 31) % limit
    }

    /// Fisher and Yates.
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

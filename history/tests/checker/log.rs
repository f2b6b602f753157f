//! The history file: what goes in comes out, in few bytes, and a torn tail is cut and said.

use std::io::{self, Write};

use history::{
    Anomaly, Call, Checker, Conclusion, Event, EventKind, EventSink, Key, LogWriter, Replayed,
    replay,
};

use crate::random::{Amounts, Plan, Rng, simulate, tamper};
use crate::timeline::{Timeline, connection, key};

fn write(events: &[Event]) -> Vec<u8> {
    let mut log = LogWriter::new(Vec::new(), "a note").unwrap();
    for &event in events {
        log.observe(event);
    }
    log.finish().unwrap()
}

fn read(file: &[u8]) -> (Vec<Event>, Replayed) {
    let mut events = Vec::new();
    let replayed = replay(file, &mut events).unwrap();
    assert_eq!(replayed.events, events.len() as u64);
    (events, replayed)
}

/// A closed loop: requests of many connections and keys, with the clock moving on a little at every turn.
fn closed_loop(connections: u32, keys: u32, depth: u32, turns: u32) -> Vec<Event> {
    let mut rng = Rng(6);
    let mut events = Vec::new();
    let mut values = vec![0; keys as usize];
    let mut at_ns = 1_000_000_000;
    for turn in 0..turns {
        let on = connection((turn * 7 + rng.below(3) as u32) % connections);
        let asked: Vec<u32> = (0..depth)
            .map(|_| rng.below(keys as usize) as u32)
            .collect();
        events.extend(
            asked
                .iter()
                .map(|&asked| Event::invoke(on, at_ns, Call::incr(key(asked)))),
        );
        at_ns += 500 + rng.below(20_000) as u64;
        for asked in asked {
            values[asked as usize] += 1;
            events.push(Event::ok(on, at_ns, values[asked as usize]));
        }
    }
    events
}

#[test]
fn every_event_comes_back_as_it_was() {
    let mut timeline = Timeline::default();
    timeline
        .declare(9, -77)
        .incr(3)
        .add(3, 9, -5)
        .get(0)
        .ok(3, i64::MAX)
        .ok(3, i64::MIN)
        .fail(0);
    timeline
        .incr(1_000)
        .incr(1_000)
        .info(1_000, 1)
        .push(2, EventKind::Invoke(Call::Write { key: key(1 << 23) }));
    for anomaly in Anomaly::ALL {
        timeline.reported(70, anomaly);
    }
    timeline.push(0, EventKind::Info { whole: u32::MAX });
    timeline
        .events
        .push(Event::new(connection(5), u64::MAX, EventKind::Ok(0)));
    let (events, replayed) = read(&write(&timeline.events));
    assert_eq!(events, timeline.events);
    assert_eq!((replayed.note.as_str(), replayed.torn), ("a note", None));
}

#[test]
fn a_file_gets_the_verdict_of_its_run() {
    let mut rng = Rng(7);
    for number in 0..500 {
        let mut events = simulate(&Plan::random(&mut rng, Amounts::One), &mut rng);
        if number % 2 == 1 {
            tamper(&mut events, &mut rng);
        }
        let mut live = (Checker::default(), LogWriter::new(Vec::new(), "").unwrap());
        events.iter().for_each(|&event| live.observe(event));
        let (checker, log) = live;
        let mut again = Checker::default();
        replay(log.finish().unwrap().as_slice(), &mut again).unwrap();
        let (live, again) = (checker.verdict(), again.verdict());
        assert_eq!((live.keys, live.examples), (again.keys, again.examples));
    }
}

#[test]
fn an_operation_takes_at_most_twelve_bytes() {
    for (connections, keys, depth) in [
        (50, 1, 1),
        (50, 1, 64),
        (1_000, 100, 1),
        (10_000, 1, 1),
        (50, 1_000, 16),
    ] {
        let events = closed_loop(connections, keys, depth, 100_000 / depth);
        let operations = events.len() as f64 / 2.0;
        let bytes = write(&events).len() as f64 / operations;
        println!(
            "{connections} connections, {keys} keys, depth {depth}: {bytes:.1} bytes per operation"
        );
        assert!(
            bytes <= 12.0,
            "{bytes} bytes with {connections} connections, {keys} keys, depth {depth}"
        );
    }
}

#[test]
fn a_file_torn_anywhere_is_cut_at_its_last_whole_block_and_says_so() {
    let events = closed_loop(50, 1, 1, 20_000);
    let file = write(&events);
    let mut rng = Rng(8);
    let mut cuts: Vec<usize> = (0..100).map(|_| rng.below(file.len())).collect();
    cuts.extend([8, 9, 15, 16, 21, 22, 23, 29, 30, file.len() - 1]);
    for cut in cuts.into_iter().filter(|&cut| cut >= 8) {
        let (whole, replayed) = read(&file[..cut]);
        assert_eq!(whole, events[..whole.len()]);
        let at_byte = match replayed.torn {
            Some(torn) => {
                assert_eq!(torn.at_byte + torn.cut_bytes, cut as u64);
                torn.at_byte
            }
            None => cut as u64,
        };
        assert!(cut as u64 - at_byte < 70_000, "at most a block is lost");
        // What is left is checked, and what was in flight at the cut is not held against the server.
        let mut checker = Checker::default();
        replay(&file[..cut], &mut checker).unwrap();
        assert_eq!(checker.verdict().conclusion(), Conclusion::Ok);
    }
}

#[test]
fn a_flipped_bit_or_a_tail_of_zeros_is_not_believed() {
    let events = closed_loop(50, 1, 1, 20_000);
    let mut file = write(&events);
    let whole = file.len();
    file.extend([0; 4096]);
    let (read_events, replayed) = read(&file);
    assert_eq!(
        (read_events.len(), replayed.torn.unwrap().cut_bytes),
        (events.len(), 4096)
    );
    assert!(
        replayed.torn.unwrap().to_string().contains("4096"),
        "{}",
        replayed.torn.unwrap()
    );
    file.truncate(whole);
    let mut rng = Rng(9);
    for _ in 0..50 {
        let at = 22 + rng.below(whole - 22);
        file[at] ^= 1 << rng.below(8);
        let (read_events, replayed) = read(&file);
        assert_eq!(read_events, events[..read_events.len()]);
        assert!(replayed.torn.is_some());
        file[at] = write(&events)[at];
    }
}

#[test]
fn a_flush_saves_what_there_is() {
    let events = closed_loop(3, 1, 1, 10);
    let mut log = LogWriter::new(Vec::new(), "").unwrap();
    events[..12].iter().for_each(|&event| log.observe(event));
    log.flush();
    events[12..].iter().for_each(|&event| log.observe(event));
    let bytes = log.bytes();
    let file = log.finish().unwrap();
    assert_eq!(file.len() as u64, bytes);
    assert_eq!(read(&file).0, events);
    assert_eq!(read(&file[..file.len() - 1]).0, events[..12]);
}

#[test]
fn what_is_no_history_is_refused_with_a_reason() {
    for bytes in [&b""[..], b"BATON", b"PNG-----------"] {
        let error = replay(bytes, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("not a history file"), "{error}");
    }
    let error = LogWriter::new(Vec::new(), &"x".repeat(2 << 20)).unwrap_err();
    assert!(
        error.to_string().contains("at most 1048576 bytes"),
        "{error}"
    );
}

/// A file that takes this many bytes and then reports that the disk is full.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.0.checked_sub(bytes.len());
        self.0 = left.ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_ends_the_log_and_is_reported_at_the_end() {
    let mut log = LogWriter::new(Full(100_000), "").unwrap();
    for event in closed_loop(50, 1, 1, 50_000) {
        log.observe(event);
    }
    assert_eq!(
        log.finish().err().unwrap().kind(),
        io::ErrorKind::StorageFull
    );
}

#[test]
fn times_that_run_backwards_keep_their_order() {
    let call = Call::incr(Key::FIRST);
    let events = [
        Event::invoke(connection(0), 50, call),
        Event::ok(connection(0), 40, 1),
    ];
    let (read_events, _) = read(&write(&events));
    assert_eq!(
        (read_events[1].kind, read_events[1].at_ns),
        (events[1].kind, 50)
    );
}

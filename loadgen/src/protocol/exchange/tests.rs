//! The exchange with right, cut and wrong replies, without a socket.

use results::{Anomaly, FailureReason};

use crate::protocol::event::Event;
use fixture::{Fixture, PLAIN_ECHO, RESP, at, counter_replies, echo_replies};

mod echoes;
mod fixture;

/// What is wrong after these replies to four INCRs.
fn wrong_with(replies: &[u8]) -> Vec<(Anomaly, u64)> {
    let mut fixture = Fixture::resp("incr");
    fixture.send(4, 0);
    let _ = fixture.read(replies);
    fixture.anomalies()
}

#[test]
fn an_exchange_emits_an_event_for_each_request_reply_and_batch() {
    let mut fixture = Fixture::resp("incr");
    fixture.send(2, 100);
    fixture.send(1, 400);
    assert_eq!(fixture.read(b":1\r\n:2\r\n:3\r\n"), Ok(12));
    let events: Vec<_> = fixture.events.all.iter().map(|(_, event)| event).collect();
    let [
        Event::Invoked(first),
        Event::Invoked(_),
        Event::Invoked(third),
        Event::Value(1),
        Event::Value(2),
        Event::Value(3),
        Event::Completed {
            replies: 2,
            stamps: earlier,
        },
        Event::Completed {
            replies: 1,
            stamps: later,
        },
    ] = events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!((first.sequence, third.sequence), (0, 2));
    assert_eq!((*earlier, *later), (at(100), at(400)));
}

#[test]
fn right_replies_are_recorded_with_the_latency_of_their_batch() {
    let mut fixture = Fixture::resp("incr");
    assert!(!fixture.exchange.has_asked());
    fixture.send(2, 100);
    fixture.send(1, 400);
    assert!(fixture.exchange.has_asked());
    assert_eq!(fixture.exchange.waiting_since_ns(), Some(100));
    assert_eq!(fixture.read(b":1\r\n:2\r\n:3\r\n"), Ok(12));
    assert_eq!(fixture.exchange.in_flight(), 0);
    let (counts, latency) = fixture.metrics().cut();
    assert_eq!(counts.completed, 3);
    assert_eq!(
        latency.response.ranges().collect::<Vec<_>>(),
        [(600, 1), (900, 2)]
    );
    assert!(fixture.anomalies().is_empty());
}

#[test]
fn replies_may_be_cut_anywhere() {
    for target in [RESP, PLAIN_ECHO] {
        for payload_bytes in [1, 31, 40, 500] {
            let sent = Fixture::new("echo", target, payload_bytes).send(3, 0);
            let replies = echo_replies(&sent, target);
            for cut in 0..replies.len() {
                let mut fixture = Fixture::new("echo", target, payload_bytes);
                fixture.send(3, 0);
                let taken = fixture.read(&replies[..cut]).unwrap();
                let rest = fixture.read(&replies[taken..]).unwrap();
                assert_eq!(taken + rest, replies.len(), "cut at {cut}");
                assert_eq!(fixture.exchange.in_flight(), 0);
                assert_eq!(fixture.metrics().counts.completed, 3);
                assert!(fixture.anomalies().is_empty(), "cut at {cut}");
            }
        }
    }
}

#[test]
fn a_mixed_pipeline_is_answered_in_order() {
    let mut fixture = Fixture::resp("mix:incr=1,ping=1,get=1,echo=1");
    let sent = fixture.send(40, 0);
    let (replies, counter) = counter_replies(&sent);
    assert_eq!(fixture.read(&replies), Ok(replies.len()));
    assert_eq!(fixture.metrics().counts.completed, 40);
    let correctness = fixture.correctness();
    assert_eq!(correctness.operations_checked, 40);
    assert_eq!(correctness.counters[0].acknowledged, counter as u64);
    assert!(correctness.anomalies.is_empty());
}

#[test]
fn a_refusal_before_the_first_request_is_no_wrong_reply() {
    let mut fixture = Fixture::resp("incr");
    let refusal = fixture.read(b"-ERR max number of clients reached\r\n");
    assert_eq!(refusal.unwrap_err().reason, FailureReason::ConnectFailed);
    assert_eq!(fixture.anomalies(), []);

    let mut fixture = Fixture::resp("incr");
    fixture.send(1, 0);
    let _ = fixture.read(b":1\r\n-ERR max number of clients reached\r\n");
    assert_eq!(fixture.anomalies(), [(Anomaly::ReplyUnsolicited, 1)]);
}

#[test]
fn wrong_replies_of_a_counter_are_named() {
    use Anomaly as Kind;
    let cases: [(&[u8], Kind); 7] = [
        (b":1\r\n:2\r\n:2\r\n:3\r\n", Kind::LostUpdate),
        (b":1\r\n:3\r\n:2\r\n:4\r\n", Kind::ReplyOutOfOrder),
        (b":1\r\n:2\r\n:2\r\n:3\r\n:4\r\n", Kind::ReplyDuplicate),
        (b":0\r\n:1\r\n", Kind::CounterRegression),
        (b":1\r\n+PONG\r\n", Kind::ProtocolError),
        (b":1\r\n:2\r\n:3\r\n:4\r\n:5\r\n", Kind::ReplyUnsolicited),
        (b":1\r\nHTTP/1.1 400\r\n", Kind::ProtocolError),
    ];
    for (replies, expected) in cases {
        let shown = replies.escape_ascii();
        assert_eq!(wrong_with(replies), [(expected, 1)], "{shown}");
    }
}

#[test]
fn an_error_reply_is_a_failure_and_not_wrong() {
    let mut fixture = Fixture::resp("incr");
    fixture.send(3, 0);
    assert_eq!(fixture.read(b":1\r\n-ERR busy\r\n:2\r\n"), Ok(19));
    assert_eq!(fixture.exchange.in_flight(), 0);
    let metrics = fixture.metrics();
    let failures = &metrics.counts.failures;
    assert_eq!(failures.get(&FailureReason::ErrorReply), Some(&1));
    assert_eq!(metrics.counts.completed, 2);
    let most_frequent = metrics.error_replies.most_frequent();
    assert_eq!(most_frequent.as_deref(), Some("ERR busy"));
    assert!(fixture.anomalies().is_empty());
}

#[test]
fn a_request_that_was_not_sent_whole_failed_and_the_others_may_have_been_executed() {
    let mut fixture = Fixture::resp("incr");
    let one = fixture.send(1, 0).len();
    fixture.send(3, 0);
    // The last request and a byte of the one before never reached the kernel.
    fixture.reset(one + 1);
    let (_, last) = fixture.events.all.last().unwrap();
    assert!(
        matches!(
            last,
            Event::Disconnected {
                reason: FailureReason::Reset,
                requests: 4,
                unwritten: 2,
                unknown: 2
            }
        ),
        "{last:?}"
    );
    let metrics = fixture.metrics();
    let failures = &metrics.counts.failures;
    assert_eq!(failures.get(&FailureReason::Reset), Some(&4));
    assert_eq!(metrics.counts.sent, 2);
    assert_eq!(fixture.exchange.in_flight(), 0);
    assert_eq!(fixture.correctness().operations_ambiguous, 2);
}

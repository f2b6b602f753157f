//! Echoes that are missing, repeated, swapped, changed or of another connection.

use history::Anomaly;
use results::FailureReason;

use super::super::{ConnectionError, Exchange};
use super::fixture::{Fixture, PLAIN_ECHO, RESP, RUN, config, echo_replies};
use crate::protocol::encode::Encoder;

/// Echoes `requests` payloads of this many bytes after `change`, cut into pieces of `piece_bytes`; then the connection is reset.
fn echoed(
    (target, payload_bytes, requests): (&str, u32, u32),
    piece_bytes: usize,
    change: impl Fn(&mut Vec<u8>),
) -> Fixture {
    let mut fixture = Fixture::new("echo", target, payload_bytes);
    let mut replies = echo_replies(&fixture.send(requests, 0), target);
    change(&mut replies);
    let mut waiting = Vec::new();
    let outcome = replies.chunks(piece_bytes).try_for_each(|piece| {
        waiting.extend_from_slice(piece);
        let taken = fixture.read(&waiting)?;
        drop(waiting.drain(..taken));
        Ok::<(), ConnectionError>(())
    });
    if outcome.is_ok() && fixture.exchange.in_flight() > 0 {
        fixture.reset(0);
    }
    fixture
}

#[test]
fn a_changed_payload_is_reported_once_and_the_exchange_goes_on() {
    for (target, byte) in [(RESP, 54), (PLAIN_ECHO, 60)] {
        for piece_bytes in [1, 33, 1_000] {
            let flip = |replies: &mut Vec<u8>| {
                replies[60..70].iter_mut().for_each(|byte| *byte ^= 1);
            };
            let fixture = echoed((target, 100, 2), piece_bytes, flip);
            assert_eq!(fixture.metrics().counts.completed, 2);
            let expected = fixture.exchange.payloads.byte(0, byte);
            let text = format!(
                "connection 4, request 0: byte {byte} differs: expected {expected:#04x}, got {:#04x}",
                expected ^ 1
            );
            assert_eq!(
                fixture.wrong(),
                [(Anomaly::PayloadCorruption, text.as_str())]
            );
            assert_eq!(fixture.anomalies(), [(Anomaly::PayloadCorruption, 1)]);
        }
    }
}

#[test]
fn the_payload_of_another_connection_or_run_is_cross_talk() {
    for (connection, run) in [(9, RUN), (4, RUN + 1)] {
        for target in [RESP, PLAIN_ECHO] {
            let config = config("echo", target, 40);
            let mut other = Vec::new();
            Exchange::new(&config, connection, run).write(&Encoder::new(&config, run), &mut other);
            let mut fixture = Fixture::new("echo", target, 40);
            fixture.send(1, 0);
            fixture.read(&echo_replies(&other, target)).unwrap();
            assert_eq!(fixture.metrics().counts.completed, 1);
            let text = format!(
                "connection 4, request 0: the payload of connection {connection}, request 0, run {run:016x} came"
            );
            assert_eq!(fixture.wrong(), [(Anomaly::CrossTalk, text.as_str())]);
            assert_eq!(fixture.anomalies(), [(Anomaly::CrossTalk, 1)]);
        }
    }
}

#[test]
fn swapped_echoes_say_whose_payload_came() {
    for target in [RESP, PLAIN_ECHO] {
        let swap = |replies: &mut Vec<u8>| {
            let half = replies.len() / 2;
            replies.rotate_left(half);
        };
        let fixture = echoed((target, 40, 2), 1_000, swap);
        assert_eq!(fixture.metrics().counts.completed, 2);
        let corrupt = Anomaly::PayloadCorruption;
        assert_eq!(
            fixture.wrong(),
            [
                (
                    corrupt,
                    "connection 4, request 0: the payload of request 1 came"
                ),
                (
                    corrupt,
                    "connection 4, request 1: the payload of request 0 came"
                ),
            ]
        );
    }
}

#[test]
fn missing_repeated_and_swapped_echoes_are_wrong() {
    let corrupt = |count| (Anomaly::PayloadCorruption, count);
    let duplicate = (Anomaly::ReplyDuplicate, 1);
    for target in [RESP, PLAIN_ECHO] {
        // Of eight echoed payloads these come, in this order, and then nothing more.
        let wrong = |order: &[usize]| {
            let reorder = |replies: &mut Vec<u8>| {
                let bytes = replies.len() / 8;
                let of = |number: &usize| replies[number * bytes..][..bytes].to_vec();
                *replies = order.iter().flat_map(of).collect();
            };
            echoed((target, 40, 8), 100_000, reorder).anomalies()
        };
        assert_eq!(wrong(&[0, 1, 2, 3, 4, 5, 6, 7]), []);
        assert_eq!(wrong(&[0, 1, 2]), [], "the rest may yet have come");
        assert_eq!(wrong(&[0, 1, 3, 4, 5, 6, 7]), [corrupt(5)]);
        let twice = wrong(&[0, 1, 2, 2, 3, 4, 5, 6, 7]);
        assert_eq!(twice, [duplicate, corrupt(5)]);
        assert_eq!(wrong(&[0, 1, 2, 3, 4, 5, 6, 7, 7]), [duplicate]);
        assert_eq!(wrong(&[0, 1, 3, 2, 4, 5, 6, 7]), [corrupt(2)]);
        assert_eq!(wrong(&[1, 2, 3, 4, 5, 6, 7, 0]), [corrupt(8)]);
    }
}

/// What is wrong with a plain echo of a hundred payloads after `change`, the same however the stream is cut.
fn wrong_with_stream(payload_bytes: u32, change: impl Fn(&mut Vec<u8>)) -> Vec<(Anomaly, u64)> {
    let found = [1, 97, 100_000].map(|piece_bytes| {
        let fixture = echoed((PLAIN_ECHO, payload_bytes, 100), piece_bytes, &change);
        fixture.anomalies()
    });
    assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
    found[0].clone()
}

#[test]
fn bytes_that_a_stream_lost_repeated_moved_or_changed_are_wrong() {
    for payload_bytes in [5, 31, 64, 1_000] {
        let wrong = |change: &dyn Fn(&mut Vec<u8>)| wrong_with_stream(payload_bytes, change);
        let kinds = |change: &dyn Fn(&mut Vec<u8>)| {
            let kinds = wrong(change).into_iter().map(|(kind, _)| kind);
            kinds.collect::<Vec<_>>()
        };
        assert_eq!(wrong(&|_| ()), []);
        let changed = wrong(&|came| came[203] ^= 1);
        assert_eq!(changed, [(Anomaly::PayloadCorruption, 1)]);
        let lost = kinds(&|came| drop(came.drain(203..220)));
        assert_eq!(lost, [Anomaly::PayloadCorruption]);
        let too_long = wrong(&|came| came.extend_from_within(came.len() - 17..));
        assert_eq!(too_long, [(Anomaly::ReplyUnsolicited, 1)]);
        let twice = kinds(&|came| {
            let more = came[203..223].to_vec();
            drop(came.splice(223..223, more));
        });
        let expected = [Anomaly::ReplyUnsolicited, Anomaly::PayloadCorruption];
        assert_eq!(twice, expected);
        let moved = kinds(&|came| came[203..250].rotate_left(20));
        assert_eq!(moved, [Anomaly::PayloadCorruption]);
    }
}

#[test]
fn a_payload_of_another_length_breaks_the_connection() {
    let cases: [(&[u8], _); 2] = [
        (b"$3\r\nabc\r\n", Anomaly::PayloadTruncation),
        (b"$41\r\n", Anomaly::PayloadCorruption),
    ];
    for (reply, expected) in cases {
        let mut fixture = Fixture::resp("echo");
        fixture.send(1, 0);
        let reason = fixture.read(reply).unwrap_err().reason;
        assert_eq!(reason, FailureReason::Garbage);
        assert_eq!(fixture.anomalies(), [(expected, 1)]);
    }
}

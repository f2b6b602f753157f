//! Echoes that are late, missing, repeated, changed or somebody else's.

use super::*;

#[test]
fn a_changed_payload_is_reported_once_and_the_talk_goes_on() {
    for target in ["resp://h:1", "echo://h:1"] {
        let mut talk = Talk::new("echo", target, 100);
        let sent = talk.ask(2, 0);
        let mut replies = replies_of_a_truthful_echo(&sent, target);
        for byte in &mut replies[60..70] {
            *byte ^= 1;
        }
        assert_eq!(talk.hear(&replies), Ok(replies.len()));
        assert_eq!(talk.recorder.totals.completed, 2);
        assert_eq!(talk.anomalies(), [(AnomalyKind::PayloadCorruption, 1)]);
    }
}

#[test]
fn payloads_of_others_are_called_by_their_names() {
    let plan = Config {
        mix: "echo".parse().unwrap(),
        payload_bytes: 40,
        ..plan()
    };
    let mut stranger = Vec::new();
    Exchange::new(&plan, 9, 9, RUN).write(&Requests::new(&plan, RUN), &mut stranger);
    let mut talk = Talk::resp("echo");
    let sent = talk.ask(2, 0);
    let own = replies_of_a_truthful_echo(&sent, "resp");
    let swapped = [&own[own.len() / 2..], &own[..own.len() / 2]].concat();

    let mut of_a_stranger = Talk::resp("echo");
    of_a_stranger.ask(1, 0);
    of_a_stranger
        .hear(&replies_of_a_truthful_echo(&stranger, "resp"))
        .unwrap();
    assert_eq!(of_a_stranger.anomalies(), [(AnomalyKind::CrossTalk, 1)]);

    talk.hear(&swapped).unwrap();
    assert_eq!(talk.recorder.totals.completed, 2);
    assert_eq!(talk.anomalies(), [(AnomalyKind::ReplyOutOfOrder, 1)]);
}

/// What is wrong when these of eight echoed payloads come, in this order, and then nothing more.
fn wrong_with_echoes(target: &str, order: &[usize]) -> Vec<(AnomalyKind, u64)> {
    let mut talk = Talk::new("echo", target, 40);
    let sent = talk.ask(8, 0);
    let all = replies_of_a_truthful_echo(&sent, target);
    let one = all.len() / 8;
    let came: Vec<u8> = order
        .iter()
        .flat_map(|number| &all[number * one..][..one])
        .copied()
        .collect();
    if talk.hear(&came).is_ok() {
        talk.lose();
    }
    talk.anomalies()
}

#[test]
fn echoes_say_which_of_them_are_missing_late_or_twice() {
    for target in ["resp://h:1", "echo://h:1"] {
        let wrong = |order: &[usize]| wrong_with_echoes(target, order);
        assert_eq!(wrong(&[0, 1, 2, 3, 4, 5, 6, 7]), []);
        assert_eq!(wrong(&[0, 1, 2]), [], "the rest may yet have come");
        let missing = [(AnomalyKind::ReplyMissing, 1)];
        assert_eq!(wrong(&[0, 1, 3, 4, 5, 6, 7]), missing);
        let twice = [(AnomalyKind::ReplyDuplicate, 1)];
        assert_eq!(wrong(&[0, 1, 2, 2, 3, 4, 5, 6, 7]), twice);
        assert_eq!(wrong(&[0, 1, 2, 3, 4, 5, 6, 7, 7]), twice);
        let late = [(AnomalyKind::ReplyOutOfOrder, 1)];
        assert_eq!(wrong(&[0, 1, 3, 2, 4, 5, 6, 7]), late);
        assert_eq!(wrong(&[1, 2, 3, 4, 5, 6, 7, 0]), late);
    }
}

/// What is wrong with a plain echo of a hundred payloads of any length after `accident`, however it is cut.
fn wrong_with_stream(bytes: u32, accident: impl Fn(&mut Vec<u8>)) -> Vec<(AnomalyKind, u64)> {
    let mut found = Vec::new();
    for piece in [1, 97, 100_000] {
        let mut talk = Talk::new("echo", "echo://h:1", bytes);
        let mut came = talk.ask(100, 0);
        accident(&mut came);
        let mut heard = Vec::new();
        let outcome = came.chunks(piece).try_for_each(|chunk| {
            heard.extend_from_slice(chunk);
            talk.hear(&heard.clone())
                .map(|taken| drop(heard.drain(..taken)))
        });
        if outcome.is_ok() && talk.conversation.in_flight() > 0 {
            talk.lose();
        }
        found.push(talk.anomalies());
    }
    assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
    found.remove(0)
}

#[test]
fn a_stream_says_whether_bytes_were_lost_repeated_moved_or_changed() {
    for bytes in [5, 31, 64, 1_000] {
        assert_eq!(wrong_with_stream(bytes, |_| ()), []);
        let changed = wrong_with_stream(bytes, |came| came[203] ^= 1);
        assert_eq!(changed, [(AnomalyKind::PayloadCorruption, 1)]);
        let lost = wrong_with_stream(bytes, |came| drop(came.drain(203..220)));
        assert_eq!(lost, [(AnomalyKind::PayloadTruncation, 1)], "{bytes}");
        let twice = wrong_with_stream(bytes, |came| came.extend_from_within(came.len() - 17..));
        assert_eq!(twice.len(), 1);
        let again = wrong_with_stream(bytes, |came| {
            let more = came[203..223].to_vec();
            drop(came.splice(223..223, more));
        });
        assert_eq!(again, [(AnomalyKind::ReplyDuplicate, 1)], "{bytes}");
        let moved = wrong_with_stream(bytes, |came| came[203..250].rotate_left(20));
        assert_eq!(moved, [(AnomalyKind::ReplyOutOfOrder, 1)], "{bytes}");
    }
}

#[test]
fn a_payload_of_another_length_breaks_the_connection() {
    let mut talk = Talk::resp("echo");
    talk.ask(1, 0);
    assert_eq!(
        talk.hear(b"$3\r\nabc\r\n").unwrap_err().reason,
        FailureReason::Garbage
    );
    assert_eq!(talk.anomalies(), [(AnomalyKind::PayloadTruncation, 1)]);
}

//! The conversation with truthful, cut-up and lying replies, without a socket.

use results::{AnomalyKind, CheckLevel, Correctness, FailureReason};

use super::{Broken, Conversation, Lost, Stamps};
use crate::books::accounts::{self, Closing, Values};
use crate::books::court;
use crate::books::recorder::Recorder;
use crate::plan::tests::plan;
use crate::plan::{Keys, Plan};
use crate::talk::requests::Requests;

const RUN: u64 = 0xABCD;

/// A conversation of connection 4 with what surrounds it in a run.
struct Talk {
    conversation: Conversation,
    requests: Requests,
    recorder: Recorder,
}

impl Talk {
    fn new(operations: &str, target: &str, payload_bytes: u32) -> Self {
        let plan = Plan {
            mix: operations.parse().unwrap(),
            target: target.parse().unwrap(),
            payload_bytes,
            keys: Keys::Named("k".to_owned()),
            ..plan()
        };
        let mut session = court::convene(&plan, RUN, &Values::Known(vec![0])).unwrap();
        Self {
            conversation: Conversation::new(&plan, 4, 4, RUN),
            requests: Requests::new(&plan, RUN),
            recorder: Recorder::new(session.reporters.remove(0), false),
        }
    }

    fn resp(operations: &str) -> Self {
        Self::new(operations, "resp://h:1", 40)
    }

    /// Sends so many requests as one batch, and returns their bytes.
    fn ask(&mut self, requests: u32, at_ns: u64) -> Vec<u8> {
        let mut out = Vec::new();
        (0..requests).for_each(|_| self.conversation.write(&self.requests, &mut out));
        self.conversation.sent(
            requests,
            Stamps {
                intended_ns: at_ns,
                sent_ns: at_ns,
            },
            &mut self.recorder,
        );
        self.recorder.sent(requests);
        out
    }

    fn hear(&mut self, bytes: &[u8]) -> Result<usize, Broken> {
        self.conversation.read(bytes, 1_000, &mut self.recorder)
    }

    /// The connection is reset.
    fn lose(&mut self) {
        let lost = Lost {
            reason: FailureReason::Reset,
            at_ns: 2_000,
            unsent_bytes: 0,
        };
        self.conversation
            .abandon(&lost, &self.requests, &mut self.recorder);
    }

    /// What was said of the counter, and what was wrong with any answer.
    fn close(self) -> Correctness {
        let told = self.recorder.reporter.finish(2_000);
        accounts::close(Closing {
            level: CheckLevel::Full,
            counts: true,
            shared: false,
            checked: told.checked,
            findings: told.findings,
            verdict: told.court.map(|court| court.close().verdict),
            names: &["k".to_owned()],
            before: &Values::Known(vec![0]),
            after: &Values::NotAsked,
        })
    }

    fn anomalies(self) -> Vec<(AnomalyKind, u64)> {
        let anomalies = self.close().anomalies;
        anomalies
            .iter()
            .map(|anomaly| (anomaly.kind, anomaly.count))
            .collect()
    }
}

/// The one thing that is wrong after these replies to four INCRs.
fn wrong_with(replies: &[u8]) -> Vec<(AnomalyKind, u64)> {
    let mut talk = Talk::resp("incr");
    talk.ask(4, 0);
    let _ = talk.hear(replies);
    talk.anomalies()
}

#[test]
fn right_answers_are_booked_with_the_latency_of_their_batch() {
    let mut talk = Talk::resp("incr");
    talk.ask(2, 100);
    talk.ask(1, 400);
    assert_eq!(talk.conversation.waiting_since_ns(), Some(100));
    assert_eq!(talk.hear(b":1\r\n:2\r\n:3\r\n"), Ok(12));
    assert_eq!(
        (
            talk.conversation.in_flight(),
            talk.conversation.served.completed
        ),
        (0, 3)
    );
    let slice = talk.recorder.cut();
    assert_eq!(
        slice.latency.response.ranges().collect::<Vec<_>>(),
        [(600, 1), (900, 2)]
    );
    assert!(talk.anomalies().is_empty());
}

#[test]
fn replies_may_be_cut_anywhere() {
    for target in ["resp://h:1", "echo://h:1"] {
        for payload_bytes in [1, 31, 40, 500] {
            let mut talk = Talk::new("echo", target, payload_bytes);
            let sent = talk.ask(3, 0);
            let replies = replies_of_a_truthful_echo(&sent, target);
            for cut in 0..replies.len() {
                let mut talk = Talk::new("echo", target, payload_bytes);
                talk.ask(3, 0);
                let understood = talk.hear(&replies[..cut]).unwrap();
                let rest = talk.hear(&replies[understood..]).unwrap();
                assert_eq!(understood + rest, replies.len(), "cut at {cut}");
                assert_eq!(
                    (
                        talk.conversation.in_flight(),
                        talk.recorder.totals.completed
                    ),
                    (0, 3)
                );
                assert!(talk.anomalies().is_empty(), "cut at {cut}");
            }
        }
    }
}

/// What a server sends back for `*2 ECHO payload` or for a bare payload.
fn replies_of_a_truthful_echo(sent: &[u8], target: &str) -> Vec<u8> {
    if target.starts_with("echo") {
        return sent.to_vec();
    }
    let head = b"*2\r\n$4\r\nECHO\r\n";
    let mut replies = Vec::new();
    let mut rest = sent;
    while let Some(after) = rest.strip_prefix(head) {
        let (_, bytes) = service::resp::read_reply(after).unwrap().unwrap();
        replies.extend_from_slice(&after[..bytes]);
        rest = &after[bytes..];
    }
    assert!(rest.is_empty());
    replies
}

#[test]
fn a_mixed_pipeline_is_answered_in_order() {
    let mut talk = Talk::resp("mix:incr=1,ping=1,get=1,echo=1");
    let sent = talk.ask(40, 0);
    let mut counter = 0;
    let mut replies = Vec::new();
    let (mut parser, mut args, limits) = (
        service::resp::Parser::default(),
        service::resp::Args::default(),
        service::Limits::default(),
    );
    let mut rest = &sent[..];
    while let Some(length) = parser.next(rest, &limits, &mut args).unwrap() {
        let words = args.of(rest);
        match &words[0] {
            b"INCR" => {
                counter += 1;
                service::resp::write::integer(&mut replies, counter);
            }
            b"GET" => service::resp::write::bulk(&mut replies, counter.to_string().as_bytes()),
            b"ECHO" => service::resp::write::bulk(&mut replies, &words[1]),
            _ => service::resp::write::simple(&mut replies, "PONG"),
        }
        rest = &rest[length..];
    }
    assert_eq!(talk.hear(&replies), Ok(replies.len()));
    assert_eq!(talk.recorder.totals.completed, 40);
    let correctness = talk.close();
    assert_eq!(correctness.counters[0].acknowledged, counter as u64);
    assert!(correctness.anomalies.is_empty());
}

#[test]
fn lies_about_a_counter_are_named() {
    assert_eq!(
        wrong_with(b":1\r\n:2\r\n:2\r\n:3\r\n"),
        [(AnomalyKind::LostUpdate, 1)]
    );
    assert_eq!(
        wrong_with(b":1\r\n:3\r\n:2\r\n:4\r\n"),
        [(AnomalyKind::ReplyOutOfOrder, 1)]
    );
    assert_eq!(
        wrong_with(b":1\r\n:2\r\n:2\r\n:3\r\n:4\r\n"),
        [(AnomalyKind::ReplyDuplicate, 1)]
    );
    assert_eq!(
        wrong_with(b":0\r\n:1\r\n"),
        [(AnomalyKind::CounterRegression, 1)]
    );
    assert_eq!(
        wrong_with(b":1\r\n+PONG\r\n"),
        [(AnomalyKind::ProtocolError, 1)]
    );
    assert_eq!(
        wrong_with(b":1\r\n:2\r\n:3\r\n:4\r\n:5\r\n"),
        [(AnomalyKind::ReplyUnsolicited, 1)]
    );
    assert_eq!(
        wrong_with(b":1\r\nHTTP/1.1 400\r\n"),
        [(AnomalyKind::ProtocolError, 1)]
    );
}

#[test]
fn an_error_reply_is_a_failure_and_no_lie() {
    let mut talk = Talk::resp("incr");
    talk.ask(3, 0);
    assert_eq!(talk.hear(b":1\r\n-ERR busy\r\n:2\r\n"), Ok(19));
    assert_eq!(
        talk.recorder
            .totals
            .failures
            .get(&FailureReason::ErrorReply),
        Some(&1)
    );
    assert_eq!(
        (
            talk.recorder.totals.completed,
            talk.conversation.in_flight()
        ),
        (2, 0)
    );
    assert_eq!(talk.recorder.errors.foremost(), Some("ERR busy"));
    assert!(talk.anomalies().is_empty());
}

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
    let plan = Plan {
        mix: "echo".parse().unwrap(),
        payload_bytes: 40,
        ..plan()
    };
    let mut stranger = Vec::new();
    Conversation::new(&plan, 9, 9, RUN).write(&Requests::new(&plan, RUN), &mut stranger);
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

#[test]
fn what_was_not_sent_whole_failed_and_the_rest_is_ambiguous() {
    let mut talk = Talk::resp("incr");
    let one = talk.ask(1, 0).len();
    talk.ask(3, 0);
    // The last request and a byte of the one before never reached the kernel.
    let lost = Lost {
        reason: FailureReason::Reset,
        at_ns: 1_000,
        unsent_bytes: one + 1,
    };
    talk.conversation
        .abandon(&lost, &talk.requests, &mut talk.recorder);
    assert_eq!(
        talk.recorder.totals.failures.get(&FailureReason::Reset),
        Some(&4)
    );
    assert_eq!(
        (talk.recorder.totals.sent, talk.recorder.totals.ambiguous),
        (2, 2)
    );
    assert_eq!(talk.conversation.in_flight(), 0);
    assert_eq!(talk.close().operations_ambiguous, 2);
}

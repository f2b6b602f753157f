//! The conversation with truthful, cut-up and lying replies, without a socket.

use results::{AnomalyKind, CheckLevel, Correctness, FailureReason};

use super::{ConnectionError, Exchange, Lost, Stamps};
use crate::check::checker_thread;
use crate::check::reconciliation::{self, Closing, Values};
use crate::config::tests::plan;
use crate::config::{Config, Keys};
use crate::metrics::recorder::Recorder;
use crate::protocol::encode::Requests;

mod echoes;

const RUN: u64 = 0xABCD;

/// A conversation of connection 4 with what surrounds it in a run.
struct Talk {
    conversation: Exchange,
    requests: Requests,
    recorder: Recorder,
}

impl Talk {
    fn new(operations: &str, target: &str, payload_bytes: u32) -> Self {
        let plan = Config {
            mix: operations.parse().unwrap(),
            target: target.parse().unwrap(),
            payload_bytes,
            keys: Keys::Named("k".to_owned()),
            ..plan()
        };
        let mut session = checker_thread::convene(&plan, RUN, &Values::Known(vec![0])).unwrap();
        Self {
            conversation: Exchange::new(&plan, 4, 4, RUN),
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

    fn hear(&mut self, bytes: &[u8]) -> Result<usize, ConnectionError> {
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
        reconciliation::close(Closing {
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
fn a_client_that_is_refused_before_it_asked_was_told_nothing_wrong() {
    let mut talk = Talk::resp("incr");
    let refusal = talk.hear(b"-ERR max number of clients reached\r\n");
    assert_eq!(refusal.unwrap_err().reason, FailureReason::ConnectFailed);
    assert_eq!(talk.anomalies(), []);

    let mut talk = Talk::resp("incr");
    talk.ask(1, 0);
    let _ = talk.hear(b":1\r\n-ERR max number of clients reached\r\n");
    assert_eq!(talk.anomalies(), [(AnomalyKind::ReplyUnsolicited, 1)]);
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

//! An exchange whose events are kept, and what metrics and check make of them.

use history::Anomaly;
use results::{CheckLevel, Correctness, FailureReason, parse_mix};
use service::resp::{Args, Parser, read_reply, write};

use super::super::{ConnectionError, Exchange, Stamps};
use crate::check::{self, Reconciliation, connection_id, reconcile};
use crate::config::Config;
use crate::config::tests::builder;
use crate::metrics::Recorder;
use crate::protocol::encode::Encoder;
use crate::protocol::event::{Event, EventHandler};
use crate::target::CounterValues;

pub(super) const RUN: u64 = 0xABCD;
pub(super) const RESP: &str = "resp://h:1";
pub(super) const PLAIN_ECHO: &str = "echo://h:1";

/// When the replies come, and when a connection breaks.
const REPLIES_NS: u64 = 1_000;
const BREAK_NS: u64 = 2_000;

/// The exchange of connection 4, and the events that it has emitted.
pub(super) struct Fixture {
    config: Config,
    encoder: Encoder,
    pub(super) exchange: Exchange,
    pub(super) events: Events,
}

/// Events with the time at which they came to light.
#[derive(Default)]
pub(super) struct Events {
    now_ns: u64,
    pub(super) all: Vec<(u64, Event)>,
}

impl EventHandler for Events {
    fn on(&mut self, event: Event) {
        self.all.push((self.now_ns, event));
    }
}

/// The operations `mix` on the server at `target`.
pub(super) fn config(mix: &str, target: &str, payload_bytes: u32) -> Config {
    let builder = builder().operations(parse_mix(mix).unwrap());
    let builder = builder.target(target.parse().unwrap()).key("k".to_owned());
    builder.payload_bytes(payload_bytes).build().unwrap()
}

impl Fixture {
    pub(super) fn new(mix: &str, target: &str, payload_bytes: u32) -> Self {
        let config = config(mix, target, payload_bytes);
        Self {
            encoder: Encoder::new(&config, RUN),
            exchange: Exchange::new(&config, 4, RUN),
            events: Events::default(),
            config,
        }
    }

    pub(super) fn resp(mix: &str) -> Self {
        Self::new(mix, RESP, 40)
    }

    /// Sends this many requests as one batch, and returns their bytes.
    pub(super) fn send(&mut self, requests: u32, at_ns: u64) -> Vec<u8> {
        let mut out = Vec::new();
        (0..requests).for_each(|_| self.exchange.write(&self.encoder, &mut out));
        self.events.now_ns = at_ns;
        self.exchange.sent(requests, at(at_ns), &mut self.events);
        out
    }

    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<usize, ConnectionError> {
        self.events.now_ns = REPLIES_NS;
        self.exchange.read(bytes, &mut self.events)
    }

    /// The connection is reset, the last `unsent_bytes` still in this process.
    pub(super) fn reset(&mut self, unsent_bytes: usize) {
        self.events.now_ns = BREAK_NS;
        let reason = FailureReason::Reset;
        self.exchange
            .abandon(reason, unsent_bytes, &self.encoder, &mut self.events);
    }

    /// What was wrong, as the exchange says it.
    pub(super) fn wrong(&self) -> Vec<(Anomaly, &str)> {
        let events = self.events.all.iter();
        let wrong = events.filter_map(|(_, event)| match event {
            Event::Wrong { anomaly, text, .. } => Some((*anomaly, text.as_str())),
            _ => None,
        });
        wrong.collect()
    }

    /// The metrics that follow from the events.
    pub(super) fn metrics(&self) -> Recorder {
        let mut recorder = Recorder::new(false);
        for (at_ns, event) in &self.events.all {
            if matches!(event, Event::Invoked(_)) {
                recorder.sent(1);
            }
            recorder.on(event, *at_ns);
        }
        recorder
    }

    /// The verdict that follows from the events.
    pub(super) fn correctness(self) -> Correctness {
        let before = CounterValues::Known(vec![0]);
        let mut feeds = check::start(&self.config, RUN, &before).unwrap().feeds;
        let mut feed = feeds.remove(0);
        for (at_ns, event) in self.events.all {
            feed.on(connection_id(4), at_ns, event);
        }
        let totals = feed.finish(BREAK_NS);
        reconcile(Reconciliation {
            level: CheckLevel::Full,
            of_counters: true,
            shared: false,
            checked: totals.checked,
            anomalies: totals.anomalies,
            history: totals.check.map(|check| check.finish().0),
            names: self.encoder.names(),
            before: &before,
            after: &CounterValues::NotAsked,
        })
    }

    pub(super) fn anomalies(self) -> Vec<(Anomaly, u64)> {
        let anomalies = self.correctness().anomalies.into_iter();
        anomalies.map(|found| (found.kind, found.count)).collect()
    }
}

/// The stamps of a request that is sent when it was to start.
pub(super) fn at(at_ns: u64) -> Stamps {
    Stamps {
        intended_ns: at_ns,
        sent_ns: at_ns,
    }
}

/// What an echo server returns for these requests.
pub(super) fn echo_replies(sent: &[u8], target: &str) -> Vec<u8> {
    if target == PLAIN_ECHO {
        return sent.to_vec();
    }
    let head = b"*2\r\n$4\r\nECHO\r\n";
    let mut replies = Vec::new();
    let mut rest = sent;
    while let Some(after) = rest.strip_prefix(head) {
        let (_, bytes) = read_reply(after).unwrap().unwrap();
        replies.extend_from_slice(&after[..bytes]);
        rest = &after[bytes..];
    }
    assert!(rest.is_empty());
    replies
}

/// What a server with one counter returns for these requests, and what the counter holds then.
pub(super) fn counter_replies(sent: &[u8]) -> (Vec<u8>, i64) {
    let (mut parser, mut args) = (Parser::default(), Args::default());
    let limits = service::Limits::default();
    let (mut counter, mut replies) = (0, Vec::new());
    let mut rest = sent;
    while let Some(length) = parser.next(rest, &limits, &mut args).unwrap() {
        let words = args.of(rest);
        match &words[0] {
            b"INCR" => {
                counter += 1;
                write::integer(&mut replies, counter);
            }
            b"GET" => write::bulk(&mut replies, counter.to_string().as_bytes()),
            b"ECHO" => write::bulk(&mut replies, &words[1]),
            _ => write::simple(&mut replies, "PONG"),
        }
        rest = &rest[length..];
    }
    (replies, counter)
}

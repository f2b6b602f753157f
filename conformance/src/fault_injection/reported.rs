//! Each lie about a counter is called by its name, and the operation that was told it is accused.

use std::ops::RangeInclusive;

use results::Anomaly;

use super::fault::{AT, Act};
use super::proxy::{Framing, Proxy};
use super::{only, run};
use crate::target::Target;

/// Eight requests of one connection in flight.
const PIPELINE: &str = "-c 1 -P 8 -n 400";

/// Tells every exact server's load one lie about INCR; the operation that was told it must be accused.
fn told_of_incr(target: &Target, act: Act, load: &str, kind: Anomaly) {
    for discipline in target.exact {
        let server = target.start_with(discipline);
        let proxy = Proxy::before(server.address(), Framing::Resp, act);
        let correctness = run(&format!("{} {load} --timeout 3s", proxy.address)).correctness;
        let accused = only(&correctness, kind).unwrap();
        let bent = proxy.bent();
        assert_eq!(accused.sequence, bent.sequence as u64, "{correctness:#?}");
        assert_eq!(accused.value, Some(bent.value()), "{correctness:#?}");
    }
}

/// The later request was told less than the one before it.
pub fn two_replies_exchanged(target: &Target) {
    told_of_incr(target, Act::Swap, PIPELINE, Anomaly::ReplyOutOfOrder);
}

/// Each reply from there on answers the request before, and one is left over.
pub fn a_reply_sent_twice(target: &Target) {
    told_of_incr(target, Act::Duplicate, PIPELINE, Anomaly::ReplyDuplicate);
}

/// Nothing is in flight when the second comes: it is left over at once, and the one that it repeats is shown.
pub fn a_reply_sent_twice_to_one_request(target: &Target) {
    let server = target.start();
    let proxy = Proxy::before(server.address(), Framing::Resp, Act::Duplicate);
    let correctness = run(&format!("{} -c 1 -P 1 -n 400", proxy.address)).correctness;
    let repeated = only(&correctness, Anomaly::ReplyDuplicate).unwrap();
    assert_eq!(repeated.sequence, AT as u64, "{correctness:#?}");
    assert_eq!(repeated.value, Some(proxy.bent().value()));
}

/// A value that nobody was told, and a last request without an answer that cannot have made it.
pub fn a_reply_lost(target: &Target) {
    for discipline in target.exact {
        let server = target.start_with(discipline);
        let proxy = Proxy::before(server.address(), Framing::Resp, Act::Drop);
        let correctness = run(&format!("{} {PIPELINE} --timeout 2s", proxy.address)).correctness;
        let passed_by = only(&correctness, Anomaly::ReplyMissing).unwrap();
        let bent = proxy.bent();
        // Whose reply was lost took the next one for its own.
        assert_eq!(passed_by.sequence, bent.sequence as u64, "{correctness:#?}");
        assert_eq!(passed_by.value, Some(bent.value() + 1), "{correctness:#?}");
    }
}

/// More than all increments together can have made.
pub fn a_value_changed(target: &Target) {
    for load in [PIPELINE, "-c 5 -P 8 -n 4000", "-c 6 -P 8 -t 3 -n 4000"] {
        told_of_incr(target, Act::Flip, load, Anomaly::PhantomIncrement);
    }
}

/// What the second connection is told was made before it asked.
pub fn replies_of_two_connections_exchanged(target: &Target) {
    let load = "-c 2 -P 1 -n 2000";
    told_of_incr(target, Act::Mix, load, Anomaly::CounterRegression);
}

/// A reply of a kind that cannot be.
pub fn a_type_changed(target: &Target) {
    let server = target.start();
    let proxy = Proxy::before(server.address(), Framing::Resp, Act::Garble);
    let correctness = run(&format!("{} {PIPELINE}", proxy.address)).correctness;
    only(&correctness, Anomaly::ProtocolError);
    let text = &correctness.anomalies[0].examples[0].text;
    assert!(text.contains(&format!("request {AT}:")), "{text}");
}

/// The length of the payloads.
const PAYLOAD_BYTES: usize = 100;

/// Replies to the requests behind the one that is told the lie.
const BEHIND: u64 = 400 - AT as u64 - 1;

/// What is found, and how often at least and at most.
type Found = (Anomaly, RangeInclusive<u64>);

/// Tells loads of ECHO and of plain echo one lie; this must be found and nothing else, and the request named.
fn told_of_echo(target: &Target, act: Act, load: &str, expected: &[Found]) {
    let (resp, plain) = (target.start(), target.start_echo());
    let framings = [Framing::Resp, Framing::Fixed(PAYLOAD_BYTES)];
    for (server, framing) in [resp, plain].iter().zip(framings) {
        let proxy = Proxy::before(server.address(), framing, act);
        let scheme = match framing {
            Framing::Resp => "resp",
            Framing::Fixed(_) => "echo",
        };
        let words = format!(
            "{scheme}://{} {load} --op echo -s {PAYLOAD_BYTES} --timeout 2s",
            proxy.address
        );
        let correctness = run(&words).correctness;
        let count = |kind| {
            let mut all = correctness.anomalies.iter();
            all.find(|anomaly| anomaly.kind == kind)
                .map_or(0, |anomaly| anomaly.count)
        };
        let is_expected = |kind| expected.iter().any(|(wanted, _)| *wanted == kind);
        let mut found = correctness.anomalies.iter();
        assert!(
            found.all(|anomaly| is_expected(anomaly.kind))
                && expected
                    .iter()
                    .all(|(kind, times)| times.contains(&count(*kind))),
            "{words}: {correctness:#?}"
        );
        let found = correctness.anomalies.iter();
        let mut examples = found.flat_map(|anomaly| &anomaly.examples);
        assert!(
            examples.any(|example| example.text.contains(&format!("request {AT}"))),
            "{words}: {correctness:#?}"
        );
    }
}

/// Each of the two requests gets the payload of the other.
pub fn two_echoes_exchanged(target: &Target) {
    let expected = [(Anomaly::PayloadCorruption, 2..=2)];
    told_of_echo(target, Act::Swap, PIPELINE, &expected);
}

/// Each request in flight gets the payload of the one before it, until a reply is left over.
pub fn an_echo_sent_twice(target: &Target) {
    let expected = [
        (Anomaly::ReplyDuplicate, 1..=1),
        (Anomaly::PayloadCorruption, 0..=BEHIND),
    ];
    told_of_echo(target, Act::Duplicate, PIPELINE, &expected);
}

/// Each request from there on gets the payload of the one behind it.
pub fn an_echo_lost(target: &Target) {
    let expected = [(Anomaly::PayloadCorruption, BEHIND..=BEHIND)];
    told_of_echo(target, Act::Drop, PIPELINE, &expected);
}

/// One bit.
pub fn an_echo_changed(target: &Target) {
    let expected = [(Anomaly::PayloadCorruption, 1..=1)];
    for load in [PIPELINE, "-c 4 -P 8 -n 4000"] {
        told_of_echo(target, Act::Flip, load, &expected);
    }
}

/// Each of the two has got what the other one sent.
pub fn echoes_of_two_connections_exchanged(target: &Target) {
    let load = "-c 2 -P 1 -n 2000";
    told_of_echo(target, Act::Mix, load, &[(Anomaly::CrossTalk, 2..=2)]);
}

//! Faults that the checker must report: it names the anomaly and the operation that received the wrong reply.

use std::ops::RangeInclusive;

use results::Anomaly;

use super::fault::{AT, Fault};
use super::framing::Framing;
use super::proxy::Proxy;
use super::{only_anomaly, run};
use crate::target::Target;

/// Eight requests of one connection in flight.
const PIPELINE: &str = "-c 1 -P 8 -n 400";

/// Injects one fault into INCR under every exact discipline. The report must name the operation that received it.
fn reported_for_incr(target: &Target, fault: Fault, load: &str, kind: Anomaly) {
    for discipline in target.exact {
        let server = target.start_with(discipline);
        let proxy = Proxy::before(server.address(), Framing::Resp, fault);
        let correctness = run(&format!("{} {load} --timeout 3s", proxy.address)).correctness;
        let faulty = only_anomaly(&correctness, kind).unwrap();
        let injected = proxy.injected();
        assert_eq!(
            faulty.sequence, injected.sequence as u64,
            "{correctness:#?}"
        );
        assert_eq!(faulty.value, Some(injected.value()), "{correctness:#?}");
    }
}

/// The later request receives the smaller value.
pub fn two_replies_exchanged(target: &Target) {
    reported_for_incr(target, Fault::Swap, PIPELINE, Anomaly::ReplyOutOfOrder);
}

/// The next request is in flight, so it takes the copy for its own reply. The report names that request, and the reply that
/// is left over at the end shows that a reply came twice.
pub fn a_reply_sent_twice(target: &Target) {
    reported_for_incr(
        target,
        Fault::DuplicateInPipeline,
        PIPELINE,
        Anomaly::ReplyDuplicate,
    );
}

/// No request is in flight, so no request can take the copy. The report names the request whose reply came twice.
pub fn a_reply_sent_twice_to_one_request(target: &Target) {
    let server = target.start();
    let proxy = Proxy::before(server.address(), Framing::Resp, Fault::Duplicate);
    let correctness = run(&format!("{} -c 1 -P 1 -n 400", proxy.address)).correctness;
    let repeated = only_anomaly(&correctness, Anomaly::ReplyDuplicate).unwrap();
    assert_eq!(repeated.sequence, AT as u64, "{correctness:#?}");
    assert_eq!(repeated.value, Some(proxy.injected().value()));
}

/// A value is missing, and the unanswered last request cannot have produced it.
pub fn a_reply_lost(target: &Target) {
    for discipline in target.exact {
        let server = target.start_with(discipline);
        let proxy = Proxy::before(server.address(), Framing::Resp, Fault::Drop);
        let correctness = run(&format!("{} {PIPELINE} --timeout 2s", proxy.address)).correctness;
        let faulty = only_anomaly(&correctness, Anomaly::ReplyMissing).unwrap();
        let injected = proxy.injected();
        // The request whose reply was lost takes the next reply for its own.
        assert_eq!(
            faulty.sequence, injected.sequence as u64,
            "{correctness:#?}"
        );
        assert_eq!(faulty.value, Some(injected.value() + 1), "{correctness:#?}");
    }
}

/// The value is greater than all increments together can produce.
pub fn a_value_changed(target: &Target) {
    for load in [PIPELINE, "-c 5 -P 8 -n 4000", "-c 6 -P 8 -t 3 -n 4000"] {
        reported_for_incr(target, Fault::Corrupt, load, Anomaly::PhantomIncrement);
    }
}

/// The second connection receives a value from before its request.
pub fn replies_of_two_connections_exchanged(target: &Target) {
    let load = "-c 2 -P 1 -n 2000";
    reported_for_incr(
        target,
        Fault::CrossConnections,
        load,
        Anomaly::CounterRegression,
    );
}

/// A reply of a type that INCR cannot return.
pub fn a_type_changed(target: &Target) {
    let server = target.start();
    let proxy = Proxy::before(server.address(), Framing::Resp, Fault::ChangeType);
    let correctness = run(&format!("{} {PIPELINE}", proxy.address)).correctness;
    only_anomaly(&correctness, Anomaly::ProtocolError);
    let text = &correctness.anomalies[0].examples[0].text;
    assert!(text.contains(&format!("request {AT}:")), "{text}");
}

/// The size of each payload.
const PAYLOAD_BYTES: usize = 100;

/// The number of requests after the one with the fault.
const REQUESTS_AFTER: u64 = 400 - AT as u64 - 1;

/// An anomaly, and how often it may be reported.
type Found = (Anomaly, RangeInclusive<u64>);

/// Injects one fault into ECHO and into plain echo. Only the expected anomalies may be reported, and one must name the request.
fn reported_for_echo(target: &Target, fault: Fault, load: &str, expected: &[Found]) {
    let (resp, plain) = (target.start(), target.start_echo());
    let framings = [Framing::Resp, Framing::Fixed(PAYLOAD_BYTES)];
    for (server, framing) in [resp, plain].iter().zip(framings) {
        let proxy = Proxy::before(server.address(), framing, fault);
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

/// Each of the two requests receives the payload of the other.
pub fn two_echoes_exchanged(target: &Target) {
    let expected = [(Anomaly::PayloadCorruption, 2..=2)];
    reported_for_echo(target, Fault::Swap, PIPELINE, &expected);
}

/// Each request in flight receives the payload of the one before it, until a reply is left over.
pub fn an_echo_sent_twice(target: &Target) {
    let expected = [
        (Anomaly::ReplyDuplicate, 1..=1),
        (Anomaly::PayloadCorruption, 1..=REQUESTS_AFTER),
    ];
    reported_for_echo(target, Fault::DuplicateInPipeline, PIPELINE, &expected);
}

/// Each request from there on receives the payload of the next one.
pub fn an_echo_lost(target: &Target) {
    let expected = [(Anomaly::PayloadCorruption, REQUESTS_AFTER..=REQUESTS_AFTER)];
    reported_for_echo(target, Fault::Drop, PIPELINE, &expected);
}

/// One bit changes.
pub fn an_echo_changed(target: &Target) {
    let expected = [(Anomaly::PayloadCorruption, 1..=1)];
    for load in [PIPELINE, "-c 4 -P 8 -n 4000"] {
        reported_for_echo(target, Fault::Corrupt, load, &expected);
    }
}

/// Each of the two connections receives what the other one sent.
pub fn echoes_of_two_connections_exchanged(target: &Target) {
    let load = "-c 2 -P 1 -n 2000";
    reported_for_echo(
        target,
        Fault::CrossConnections,
        load,
        &[(Anomaly::CrossTalk, 2..=2)],
    );
}

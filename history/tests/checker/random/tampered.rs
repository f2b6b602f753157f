//! One or two changes to a history: most make it wrong, some do not.

use history::{Call, Event, EventKind};

use super::Rng;

/// Changes the history in one or two places.
pub(crate) fn tamper(events: &mut Vec<Event>, rng: &mut Rng) {
    for _ in 0..1 + rng.below(2) {
        match rng.below(8) {
            0 | 1 => nudge(events, rng),
            2 => swap(events, rng),
            3 => repeat(events, rng),
            4 => delay_a_beginning(events, rng),
            5 => refuse(events, rng),
            6 => forget_a_loss(events, rng),
            _ => hide_an_increment(events, rng),
        }
    }
}

fn pick(events: &[Event], rng: &mut Rng, is_it: impl Fn(&Event) -> bool) -> Option<usize> {
    let places: Vec<usize> = (0..events.len()).filter(|&at| is_it(&events[at])).collect();
    (!places.is_empty()).then(|| places[rng.below(places.len())])
}

fn reply(events: &[Event], rng: &mut Rng) -> Option<usize> {
    pick(events, rng, |event| matches!(event.kind, EventKind::Ok(_)))
}

/// A value is off by a little.
fn nudge(events: &mut [Event], rng: &mut Rng) {
    let at = reply(events, rng);
    if let Some(EventKind::Ok(value)) = at.map(|at| &mut events[at].kind) {
        *value += [-3, -2, -1, 1, 2, 3][rng.below(6)];
    }
}

/// Two replies are exchanged.
fn swap(events: &mut [Event], rng: &mut Rng) {
    if let (Some(one), Some(two)) = (reply(events, rng), reply(events, rng)) {
        let kind = events[one].kind;
        events[one].kind = std::mem::replace(&mut events[two].kind, kind);
    }
}

/// A value is returned a second time.
fn repeat(events: &mut [Event], rng: &mut Rng) {
    if let (Some(one), Some(two)) = (reply(events, rng), reply(events, rng)) {
        events[one].kind = events[two].kind;
    }
}

/// A request claims to have begun later than it did, though not after its end.
fn delay_a_beginning(events: &mut [Event], rng: &mut Rng) {
    let Some(at) = pick(events, rng, |event| {
        matches!(event.kind, EventKind::Invoke(_))
    }) else {
        return;
    };
    let connection = events[at].connection;
    let same = |event: &Event| event.connection == connection;
    let limit = events[at + 1..]
        .iter()
        .position(same)
        .map_or(events.len(), |next| at + 1 + next);
    let to = at + rng.below(limit - at);
    events[at..=to].rotate_left(1);
    restamp(events);
}

/// An executed request claims to have been refused.
fn refuse(events: &mut [Event], rng: &mut Rng) {
    if let Some(at) = reply(events, rng) {
        events[at].kind = EventKind::Fail;
    }
}

/// Requests that may have been executed claim to have never been sent.
fn forget_a_loss(events: &mut [Event], rng: &mut Rng) {
    if let Some(at) = pick(events, rng, |event| {
        matches!(event.kind, EventKind::Info { .. })
    }) {
        events[at].kind = EventKind::Info { whole: 0 };
    }
}

/// An INCR that nothing else shared its connection with becomes nobody's: as if an unknown client had sent it.
fn hide_an_increment(events: &mut Vec<Event>, rng: &mut Rng) {
    let is_add = |event: &Event| matches!(event.kind, EventKind::Invoke(Call::Add { .. }));
    let Some(at) = pick(events, rng, is_add) else {
        return;
    };
    let connection = events[at].connection;
    let next = events[at + 1..]
        .iter()
        .position(|event| event.connection == connection);
    let depth = |depth: usize, event: &Event| match event.kind {
        _ if event.connection != connection => depth,
        EventKind::Invoke(_) => depth + 1,
        EventKind::Ok(_) | EventKind::Fail => depth - 1,
        EventKind::Info { .. } => 0,
        EventKind::Declare { .. } | EventKind::Report(_) => depth,
    };
    let alone = events[..at].iter().fold(0, depth) == 0;
    if let Some(next) =
        next.filter(|&next| alone && matches!(events[at + 1 + next].kind, EventKind::Ok(_)))
    {
        events.remove(at + 1 + next);
        events.remove(at);
        restamp(events);
    }
}

fn restamp(events: &mut [Event]) {
    for (at_ns, event) in (0..).zip(events) {
        event.at_ns = at_ns;
    }
}

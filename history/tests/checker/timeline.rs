//! Histories written by hand: events one nanosecond apart, in the order in which they are written down.

use std::num::NonZeroI64;

use history::{Anomaly, Call, ConnectionId, Event, EventKind, Key};

pub(crate) fn connection(number: u32) -> ConnectionId {
    ConnectionId::new(number).unwrap()
}

pub(crate) fn key(number: u32) -> Key {
    Key::new(number).unwrap()
}

/// A history in the making.
#[derive(Default)]
pub(crate) struct Timeline {
    pub(crate) events: Vec<Event>,
}

impl Timeline {
    pub(crate) fn push(&mut self, on: u32, kind: EventKind) -> &mut Self {
        let at_ns = self.events.len() as u64;
        self.events.push(Event::new(connection(on), at_ns, kind));
        self
    }

    pub(crate) fn declare(&mut self, number: u32, start: i64) -> &mut Self {
        let key = key(number);
        self.push(0, EventKind::Declare { key, start })
    }

    /// INCR of key 0 begins on a connection.
    pub(crate) fn incr(&mut self, on: u32) -> &mut Self {
        self.push(on, EventKind::Invoke(Call::incr(Key::FIRST)))
    }

    pub(crate) fn add(&mut self, on: u32, number: u32, amount: i64) -> &mut Self {
        let (key, amount) = (key(number), NonZeroI64::new(amount).unwrap());
        self.push(on, EventKind::Invoke(Call::Add { key, amount }))
    }

    /// GET of key 0 begins on a connection.
    pub(crate) fn get(&mut self, on: u32) -> &mut Self {
        self.push(on, EventKind::Invoke(Call::get(Key::FIRST)))
    }

    pub(crate) fn ok(&mut self, on: u32, value: i64) -> &mut Self {
        self.push(on, EventKind::Ok(value))
    }

    pub(crate) fn fail(&mut self, on: u32) -> &mut Self {
        self.push(on, EventKind::Fail)
    }

    pub(crate) fn info(&mut self, on: u32, whole: u32) -> &mut Self {
        self.push(on, EventKind::Info { whole })
    }

    pub(crate) fn reported(&mut self, on: u32, anomaly: Anomaly) -> &mut Self {
        self.push(on, EventKind::Report(anomaly))
    }

    /// An INCR that nothing overlaps.
    pub(crate) fn incr_ok(&mut self, on: u32, value: i64) -> &mut Self {
        self.incr(on).ok(on, value)
    }

    /// A GET that nothing overlaps.
    pub(crate) fn get_ok(&mut self, on: u32, value: i64) -> &mut Self {
        self.get(on).ok(on, value)
    }
}

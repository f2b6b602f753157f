//! What a client tells the checker: that an operation began, how it ended, and what else it saw.

use std::num::NonZeroI64;

use crate::anomaly::Anomaly;

/// Takes the events of a run in their order: a checker, a log, a thread's buffer, or a pair of these.
pub trait EventSink {
    /// Takes the next event. Must stay cheap: it runs once when a request is sent and once when it is answered.
    fn observe(&mut self, event: Event);

    /// So many requests that are alike begin at once, as those of one write do: the same as that many events.
    #[inline]
    fn invoke_many(&mut self, connection: ConnectionId, at_ns: u64, call: Call, count: u32) {
        for _ in 0..count {
            self.observe(Event::invoke(connection, at_ns, call));
        }
    }

    /// One read brought these answers, in this order: the same as that many events.
    #[inline]
    fn ok_many(&mut self, connection: ConnectionId, at_ns: u64, values: &[i64]) {
        for value in values {
            self.observe(Event::ok(connection, at_ns, *value));
        }
    }
}

impl<A: EventSink, B: EventSink> EventSink for (A, B) {
    #[inline]
    fn observe(&mut self, event: Event) {
        self.0.observe(event);
        self.1.observe(event);
    }
}

/// An observer that may be absent, such as a log that is not wanted.
impl<O: EventSink> EventSink for Option<O> {
    #[inline]
    fn observe(&mut self, event: Event) {
        if let Some(observer) = self {
            observer.observe(event);
        }
    }

    #[inline]
    fn invoke_many(&mut self, connection: ConnectionId, at_ns: u64, call: Call, count: u32) {
        if let Some(observer) = self {
            observer.invoke_many(connection, at_ns, call, count);
        }
    }

    #[inline]
    fn ok_many(&mut self, connection: ConnectionId, at_ns: u64, values: &[i64]) {
        if let Some(observer) = self {
            observer.ok_many(connection, at_ns, values);
        }
    }
}

impl EventSink for Vec<Event> {
    #[inline]
    fn observe(&mut self, event: Event) {
        self.push(event);
    }
}

/// Number of a key, dense from 0. A server that restarts empty begins a new epoch, whose keys are new numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u32);

impl Key {
    /// Number 0: the only key of most runs.
    pub const FIRST: Self = Self(0);

    /// Keys a run may have. A checker keeps about 180 bytes for every number up to the greatest one used.
    pub const LIMIT: u32 = 1 << 24;

    /// The key of this number, if it is below [`Key::LIMIT`].
    pub fn new(number: u32) -> Option<Self> {
        (number < Self::LIMIT).then_some(Self(number))
    }

    /// Its number.
    pub fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Number of a connection, dense from 0. A client that reconnects may go on under the number of the lost connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u32);

impl ConnectionId {
    /// Number 0.
    pub const FIRST: Self = Self(0);

    /// Connections a run may have: more than one host has ports for.
    pub const LIMIT: u32 = 1 << 20;

    /// The connection of this number, if it is below [`ConnectionId::LIMIT`].
    pub fn new(number: u32) -> Option<Self> {
        (number < Self::LIMIT).then_some(Self(number))
    }

    /// Its number.
    pub fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A request as the checker sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// INCR, INCRBY, DECR, DECRBY: adds `amount` and returns the new value.
    Add {
        /// The counter.
        key: Key,
        /// What is added; negative for DECR.
        amount: NonZeroI64,
    },
    /// GET: returns the value. A missing key counts as 0.
    Get {
        /// The counter.
        key: Key,
    },
    /// SET, DEL or anything else that writes the key: from here on the key's check is "unknown".
    Write {
        /// The counter.
        key: Key,
    },
}

/// What INCR adds.
pub(crate) const ONE: NonZeroI64 = match NonZeroI64::new(1) {
    Some(one) => one,
    None => unreachable!(),
};

impl Call {
    /// INCR.
    pub fn incr(key: Key) -> Self {
        Self::Add { key, amount: ONE }
    }

    /// GET.
    pub fn get(key: Key) -> Self {
        Self::Get { key }
    }
}

/// One event of a run. 32 bytes, copied freely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, in nanoseconds of the client's monotonic clock, from an origin of the caller's choice.
    pub at_ns: u64,
    /// Where.
    pub connection: ConnectionId,
    /// What.
    pub kind: EventKind,
}

/// What happened on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A request is about to be written. Report it before the write(2) that carries its first byte.
    Invoke(Call),
    /// The oldest request in flight was answered, well-formed. (The +OK of a write is `Ok(0)`.)
    Ok(i64),
    /// The oldest request in flight was refused (`-ERR`): it must have had no effect.
    Fail,
    /// The connection is gone (time out, EOF, reset, garbage). Of the requests in flight the oldest `whole` had been
    /// handed to the kernel entirely and may yet take effect at any time; the later ones cannot.
    Info {
        /// Requests in flight whose every byte was written.
        whole: u32,
    },
    /// The key holds `start` before its first operation (later this is ignored). A key that was never declared starts at 0.
    Declare {
        /// The counter.
        key: Key,
        /// The value that was read before the run, or 0 for a fresh name.
        start: i64,
    },
    /// The client itself saw this reply to be wrong (a payload that differs, an unsolicited reply).
    Report(Anomaly),
}

impl Event {
    /// A request is about to be written.
    #[inline]
    pub fn invoke(connection: ConnectionId, at_ns: u64, call: Call) -> Self {
        Self::new(connection, at_ns, EventKind::Invoke(call))
    }

    /// The oldest request in flight on this connection was answered with a value.
    #[inline]
    pub fn ok(connection: ConnectionId, at_ns: u64, value: i64) -> Self {
        Self::new(connection, at_ns, EventKind::Ok(value))
    }

    /// The oldest request in flight on this connection was answered with `-ERR`.
    #[inline]
    pub fn fail(connection: ConnectionId, at_ns: u64) -> Self {
        Self::new(connection, at_ns, EventKind::Fail)
    }

    /// The connection is gone; the oldest `whole` requests in flight had been written entirely.
    #[inline]
    pub fn info(connection: ConnectionId, at_ns: u64, whole: u32) -> Self {
        Self::new(connection, at_ns, EventKind::Info { whole })
    }

    /// Any event.
    #[inline]
    pub fn new(connection: ConnectionId, at_ns: u64, kind: EventKind) -> Self {
        Self {
            at_ns,
            connection,
            kind,
        }
    }

    /// Whether this event begins something. At one instant beginnings come before ends, so that two operations which
    /// touch are taken as concurrent: `a` precedes `b` only if `ret(a) < inv(b)`, strictly.
    pub(crate) fn begins(&self) -> bool {
        matches!(self.kind, EventKind::Invoke(_) | EventKind::Declare { .. })
    }
}

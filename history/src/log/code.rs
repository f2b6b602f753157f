//! One event as bytes and back. Both sides predict the next event alike and write down only where it differs.

use std::num::NonZeroI64;

use super::varint;
use crate::anomaly::Anomaly;
use crate::event::{Call, ConnectionId, Event, EventKind, Key, ONE};

/// The low bits of a tag: what happened.
mod tag {
    pub(super) const ADD: u8 = 0;
    pub(super) const GET: u8 = 1;
    pub(super) const OK: u8 = 2;
    pub(super) const FAIL: u8 = 3;
    pub(super) const INFO: u8 = 4;
    pub(super) const DECLARE: u8 = 5;
    pub(super) const WRITE: u8 = 6;
    pub(super) const REPORT: u8 = 7;
    pub(super) const MASK: u8 = 7;
}

/// The high bits of a tag: which prediction holds, so that the field is left out.
mod same {
    /// The time of the event before (one reading of the clock often stamps many).
    pub(super) const TIME: u8 = 1 << 3;
    /// The connection of the event before.
    pub(super) const CONNECTION: u8 = 1 << 4;
    /// The key of the call before.
    pub(super) const KEY: u8 = 1 << 5;
    /// The amount of the INCR before.
    pub(super) const AMOUNT: u8 = 1 << 6;
}

/// What the event before leads one to expect.
#[derive(Debug)]
pub(super) struct Prediction {
    at_ns: u64,
    connection: ConnectionId,
    key: Key,
    amount: NonZeroI64,
    value: i64,
}

impl Default for Prediction {
    fn default() -> Self {
        Self {
            at_ns: 0,
            connection: ConnectionId::FIRST,
            key: Key::FIRST,
            amount: ONE,
            value: 0,
        }
    }
}

impl Prediction {
    /// Appends an event. A time that runs backwards is written as no time passing: the order is the truth.
    #[inline]
    pub(super) fn encode(&mut self, event: &Event, out: &mut Vec<u8>) {
        let tag_at = out.len();
        out.push(0);
        let mut tag = 0;

        if event.connection == self.connection {
            tag |= same::CONNECTION;
        } else {
            varint::put(out, u64::from(event.connection.number()));
            self.connection = event.connection;
        }
        if event.at_ns <= self.at_ns {
            tag |= same::TIME;
        } else {
            varint::put(out, event.at_ns - self.at_ns);
            self.at_ns = event.at_ns;
        }
        tag |= match event.kind {
            EventKind::Invoke(call) => self.encode_call(call, out),
            EventKind::Ok(value) => {
                varint::put(out, varint::zigzag(value.wrapping_sub(self.value)));
                self.value = value;
                tag::OK
            }
            EventKind::Fail => tag::FAIL,
            EventKind::Info { whole } => {
                varint::put(out, u64::from(whole));
                tag::INFO
            }
            EventKind::Declare { key, start } => {
                varint::put(out, varint::zigzag(start));
                self.encode_key(key, out) | tag::DECLARE
            }
            EventKind::Report(anomaly) => {
                out.push(anomaly as u8);
                tag::REPORT
            }
        };
        out[tag_at] = tag;
    }

    #[inline]
    fn encode_call(&mut self, call: Call, out: &mut Vec<u8>) -> u8 {
        match call {
            Call::Get { key } => self.encode_key(key, out) | tag::GET,
            Call::Write { key } => self.encode_key(key, out) | tag::WRITE,
            Call::Add { key, amount } => {
                let tag = self.encode_key(key, out) | tag::ADD;
                if amount == self.amount {
                    return tag | same::AMOUNT;
                }
                varint::put(out, varint::zigzag(amount.get()));
                self.amount = amount;
                tag
            }
        }
    }

    #[inline]
    fn encode_key(&mut self, key: Key, out: &mut Vec<u8>) -> u8 {
        if key == self.key {
            return same::KEY;
        }
        varint::put(out, u64::from(key.number()));
        self.key = key;
        0
    }

    /// Takes an event off the front; `None` if these bytes are not one.
    #[inline]
    pub(super) fn decode(&mut self, bytes: &mut &[u8]) -> Option<Event> {
        let (&tag, rest) = bytes.split_first()?;
        *bytes = rest;
        if tag & same::CONNECTION == 0 {
            self.connection = ConnectionId::new(take_u32(bytes)?)?;
        }
        if tag & same::TIME == 0 {
            self.at_ns = self.at_ns.checked_add(varint::take(bytes)?)?;
        }
        let kind = match tag & tag::MASK {
            tag::ADD | tag::GET | tag::WRITE => EventKind::Invoke(self.decode_call(tag, bytes)?),
            tag::OK => {
                self.value = self
                    .value
                    .wrapping_add(varint::unzigzag(varint::take(bytes)?));
                EventKind::Ok(self.value)
            }
            tag::FAIL => EventKind::Fail,
            tag::INFO => EventKind::Info {
                whole: take_u32(bytes)?,
            },
            tag::DECLARE => {
                let start = varint::unzigzag(varint::take(bytes)?);
                let key = self.decode_key(tag, bytes)?;
                EventKind::Declare { key, start }
            }
            _ => {
                let (&number, rest) = bytes.split_first()?;
                *bytes = rest;
                EventKind::Report(*Anomaly::ALL.get(usize::from(number))?)
            }
        };
        Some(Event::new(self.connection, self.at_ns, kind))
    }

    #[inline]
    fn decode_call(&mut self, tag: u8, bytes: &mut &[u8]) -> Option<Call> {
        let key = self.decode_key(tag, bytes)?;
        match tag & tag::MASK {
            tag::GET => return Some(Call::Get { key }),
            tag::WRITE => return Some(Call::Write { key }),
            _ => {}
        }
        if tag & same::AMOUNT == 0 {
            self.amount = NonZeroI64::new(varint::unzigzag(varint::take(bytes)?))?;
        }
        let amount = self.amount;
        Some(Call::Add { key, amount })
    }

    #[inline]
    fn decode_key(&mut self, tag: u8, bytes: &mut &[u8]) -> Option<Key> {
        if tag & same::KEY == 0 {
            self.key = Key::new(take_u32(bytes)?)?;
        }
        Some(self.key)
    }
}

fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    u32::try_from(varint::take(bytes)?).ok()
}

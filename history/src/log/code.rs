//! One event as bytes and back. Both sides predict the next event alike and write down only where it differs.

use std::num::NonZeroI64;

use super::varint;
use crate::anomaly::Anomaly;
use crate::event::{Call, Connection, Event, Key, ONE, What};

/// The low bits of a tag: what happened.
mod kind {
    pub(super) const ADD: u8 = 0;
    pub(super) const GET: u8 = 1;
    pub(super) const RETURNED: u8 = 2;
    pub(super) const REFUSED: u8 = 3;
    pub(super) const LOST: u8 = 4;
    pub(super) const DECLARED: u8 = 5;
    pub(super) const WRITE: u8 = 6;
    pub(super) const REPORTED: u8 = 7;
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
    connection: Connection,
    key: Key,
    amount: NonZeroI64,
    value: i64,
}

impl Default for Prediction {
    fn default() -> Self {
        Self {
            at_ns: 0,
            connection: Connection::FIRST,
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
        tag |= match event.what {
            What::Started(call) => self.encode_call(call, out),
            What::Returned(value) => {
                varint::put(out, varint::zigzag(value.wrapping_sub(self.value)));
                self.value = value;
                kind::RETURNED
            }
            What::Refused => kind::REFUSED,
            What::Lost { whole } => {
                varint::put(out, u64::from(whole));
                kind::LOST
            }
            What::Declared { key, start } => {
                varint::put(out, varint::zigzag(start));
                self.encode_key(key, out) | kind::DECLARED
            }
            What::Reported(anomaly) => {
                out.push(anomaly as u8);
                kind::REPORTED
            }
        };
        out[tag_at] = tag;
    }

    #[inline]
    fn encode_call(&mut self, call: Call, out: &mut Vec<u8>) -> u8 {
        match call {
            Call::Get { key } => self.encode_key(key, out) | kind::GET,
            Call::Write { key } => self.encode_key(key, out) | kind::WRITE,
            Call::Add { key, amount } => {
                let tag = self.encode_key(key, out) | kind::ADD;
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
            self.connection = Connection::new(take_u32(bytes)?)?;
        }
        if tag & same::TIME == 0 {
            self.at_ns = self.at_ns.checked_add(varint::take(bytes)?)?;
        }
        let what = match tag & kind::MASK {
            kind::ADD | kind::GET | kind::WRITE => What::Started(self.decode_call(tag, bytes)?),
            kind::RETURNED => {
                self.value = self
                    .value
                    .wrapping_add(varint::unzigzag(varint::take(bytes)?));
                What::Returned(self.value)
            }
            kind::REFUSED => What::Refused,
            kind::LOST => What::Lost {
                whole: take_u32(bytes)?,
            },
            kind::DECLARED => {
                let start = varint::unzigzag(varint::take(bytes)?);
                let key = self.decode_key(tag, bytes)?;
                What::Declared { key, start }
            }
            _ => {
                let (&number, rest) = bytes.split_first()?;
                *bytes = rest;
                What::Reported(*Anomaly::ALL.get(usize::from(number))?)
            }
        };
        Some(Event::new(self.connection, self.at_ns, what))
    }

    #[inline]
    fn decode_call(&mut self, tag: u8, bytes: &mut &[u8]) -> Option<Call> {
        let key = self.decode_key(tag, bytes)?;
        match tag & kind::MASK {
            kind::GET => return Some(Call::Get { key }),
            kind::WRITE => return Some(Call::Write { key }),
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

//! Replies: compares each with the reply that the oldest request in flight must get.

use history::Anomaly;
use results::{FailureReason, Operation, Protocol};
use service::resp::{Reply, parse_i64, read_reply};

use super::super::describe;
use super::super::event::{Event, EventHandler};
use super::super::payload::origin;
use super::{ConnectionError, Exchange};

/// The longest line of a reply. Of a longer error reply the beginning is enough.
const LINE_BYTES: usize = 1_024;

/// What the received bytes begin with.
#[derive(Debug)]
pub(super) enum Step {
    /// A well-formed reply of this many bytes.
    Reply(usize),
    /// An error reply of this many bytes, and its event. The connection goes on.
    ErrorReply(usize, Event),
    /// An incomplete reply, and how many bytes of it are consumed.
    Incomplete(usize),
    /// The connection cannot go on.
    Broken(ConnectionError),
}

impl Exchange {
    /// Takes one reply.
    #[inline]
    pub(super) fn reply(&mut self, rest: &[u8], to: &mut impl EventHandler) -> Step {
        let is_payload =
            || self.echo.is_some() || self.protocol == Protocol::Echo || rest[0] == b'$';
        if self.awaited.operation == Operation::Echo && is_payload() {
            return self.echo(rest, to);
        }
        match short_integer(rest).map_or_else(|| read_reply(rest), |found| Ok(Some(found))) {
            Ok(Some((reply, bytes))) => self.check(&reply, bytes, to),
            Ok(None) if rest.len() <= LINE_BYTES => Step::Incomplete(0),
            Ok(None) | Err(_) => self.broken_protocol(describe::not_resp(rest), to),
        }
    }

    /// Checks a reply of this many bytes against the awaited request.
    #[inline]
    fn check(&mut self, reply: &Reply<'_>, bytes: usize, to: &mut impl EventHandler) -> Step {
        let operation = self.awaited.operation;
        let event = match (operation, reply) {
            (Operation::Incr { .. }, Reply::Integer(value)) => Event::Value(*value),
            (Operation::Get, Reply::Bulk(digits)) => match parse_i64(digits) {
                Some(value) => Event::Value(value),
                None => {
                    let shown = describe::shown(digits);
                    let text = format!("GET was answered by '{shown}', which is no number");
                    return self.broken_protocol(text, to);
                }
            },
            // A counter that was never written is 0.
            (Operation::Get, Reply::Null) => Event::Value(0),
            (Operation::Ping, Reply::Simple(b"PONG")) => Event::Matched,
            (_, Reply::Error(text)) => {
                self.answered();
                let event = Event::ErrorReply {
                    of_counter: operation.is_of_counter(),
                    text: describe::shown(text),
                };
                return Step::ErrorReply(bytes, event);
            }
            (operation, reply) => {
                let (name, reply) = (operation.name(), describe::named(reply));
                return self.broken_protocol(format!("{name} was answered by {reply}"), to);
            }
        };
        self.answered();
        to.on(event);
        Step::Reply(bytes)
    }

    /// Reports bytes that are no reply to the awaited request. The request may have been executed: it stays in flight.
    #[cold]
    pub(super) fn broken_protocol(&self, text: String, to: &mut impl EventHandler) -> Step {
        self.wrong(Anomaly::ProtocolError, &text, to);
        Step::Broken(garbage(text))
    }

    /// Reports a wrong reply to the awaited request.
    #[cold]
    pub(super) fn wrong(
        &self,
        anomaly: Anomaly,
        what: &str,
        to: &mut impl EventHandler,
    ) -> ConnectionError {
        let (connection, sequence) = (self.connection, self.awaited.sequence);
        let text = format!("connection {connection}, request {sequence}: {what}");
        to.on(Event::Wrong {
            anomaly,
            of_counter: self.awaited.operation.is_of_counter(),
            text: text.clone(),
        });
        garbage(text)
    }

    /// Reports bytes that arrived while nothing was in flight. If they are a value, the history may find its operation.
    #[cold]
    pub(super) fn unsolicited(&self, rest: &[u8], to: &mut impl EventHandler) -> Step {
        // A server that takes no more clients tells them so before they ask anything.
        if self.protocol == Protocol::Resp && !self.asked && rest.starts_with(b"-") {
            return Step::Broken(ConnectionError {
                reason: FailureReason::ConnectFailed,
                text: format!("the server refused it: {}", describe::shown(rest)),
            });
        }
        let (value, payload) = match read_reply(rest) {
            _ if self.protocol == Protocol::Echo => (None, Some(rest)),
            Ok(Some((Reply::Integer(value), _))) => (Some(value), None),
            Ok(Some((Reply::Bulk(bytes), _))) => (parse_i64(bytes), Some(bytes)),
            _ => (None, None),
        };
        let shown = || format!("'{}'", describe::shown(rest));
        let (anomaly, what) = match payload.and_then(origin) {
            Some(whose) if whose == self.payloads.origin(whose.sequence) => (
                Anomaly::ReplyDuplicate,
                format!("another reply to request {}", whose.sequence),
            ),
            Some(_) => (Anomaly::CrossTalk, shown()),
            None => (Anomaly::ReplyUnsolicited, shown()),
        };
        let what = format!("{what} came although no request was in flight");
        let text = format!("connection {}: {what}", self.connection);
        to.on(match value {
            Some(value) => Event::LeftOver { value, text },
            None => Event::Wrong {
                anomaly,
                of_counter: anomaly == Anomaly::ReplyUnsolicited,
                text,
            },
        });
        Step::Broken(garbage(what))
    }
}

fn garbage(text: String) -> ConnectionError {
    ConnectionError {
        reason: FailureReason::Garbage,
        text,
    }
}

/// Parses `:123\r\n`, by far the most frequent reply, in one pass over its digits; returns its length too. All other
/// replies, and unusual integers, are left to [`read_reply`].
#[inline]
fn short_integer(bytes: &[u8]) -> Option<(Reply<'static>, usize)> {
    /// This many digits cannot overflow.
    const DIGITS: usize = 18;
    let digits = bytes.strip_prefix(b":")?;
    let mut value = 0;
    for (at, byte) in digits.iter().enumerate().take(DIGITS + 1) {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 && at < DIGITS {
            value = value * 10 + i64::from(digit);
            continue;
        }
        let plain = at == 1 || (at > 1 && digits[0] != b'0');
        let ends = plain && digits[at..].starts_with(b"\r\n");
        return ends.then_some((Reply::Integer(value), at + 3));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_agrees_with_the_long_one() {
        let texts = [
            ":0\r\n",
            ":7\r\n+",
            ":123456789012345678\r\n",
            ":1234567890123456789\r\n",
            ":007\r\n",
            ":-5\r\n",
            ":\r\n",
            ":1",
            ":1\r",
            ":1\n",
            ":1x\r\n",
            "+1\r\n",
            ":9223372036854775808\r\n",
            ":00\r\n",
            "",
        ];
        for text in texts {
            if let Some(short) = short_integer(text.as_bytes()) {
                assert_eq!(read_reply(text.as_bytes()), Ok(Some(short)), "{text:?}");
            }
        }
        assert_eq!(
            short_integer(b":123456789012345678\r\n:"),
            Some((Reply::Integer(123_456_789_012_345_678), 21))
        );
        assert_eq!(short_integer(b":0\r\n"), Some((Reply::Integer(0), 4)));
    }
}

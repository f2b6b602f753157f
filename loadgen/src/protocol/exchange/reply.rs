//! Replies: each is compared with what the oldest request in flight must be answered by.

use history::Anomaly;
use results::{AnomalyKind, FailureReason};
use service::resp::{Reply, parse_i64, read_reply};

use super::{ConnectionError, Exchange};
use crate::config::operation::Kind;
use crate::config::target::Protocol;
use crate::metrics::recorder::Recorder;
use crate::protocol::describe;
use crate::protocol::payload::{Origin, origin};

/// The longest line that a reply may be. An error reply of a kilobyte tells nobody more than its beginning does.
const LINE_BYTES: usize = 1_024;

/// As many good replies as lay in the bytes, and what came after them.
#[derive(Debug)]
pub(super) struct Pass {
    pub(super) bytes: usize,
    pub(super) replies: u32,
    pub(super) end: End,
}

/// What ended a pass.
#[derive(Debug)]
pub(super) enum End {
    /// The bytes end, perhaps in the middle of a reply.
    Incomplete,
    /// The server answered with an error, and the connection goes on.
    ErrorReply(String),
    /// The connection cannot go on.
    ConnectionError(ConnectionError),
}

/// What one reply was.
enum Answer {
    Good,
    Failed(String),
    Nonsense(String),
}

impl Exchange {
    /// Judges replies up to the first that is not good.
    pub(super) fn pass(&mut self, bytes: &[u8], at_ns: u64, recorder: &mut Recorder) -> Pass {
        let mut pass = Pass {
            bytes: 0,
            replies: 0,
            end: End::Incomplete,
        };
        let in_flight = self.in_flight();
        loop {
            let rest = &bytes[pass.bytes..];
            if rest.is_empty() {
                return pass;
            }
            if pass.replies == in_flight {
                pass.end = self.unsolicited(rest, at_ns, recorder);
                return pass;
            }
            let step = match self.echo_begins(rest) {
                true => self.echo(rest, at_ns, recorder),
                false => self
                    .reply(rest, at_ns, recorder)
                    .map(|bytes| bytes.map(|bytes| (bytes, 1))),
            };
            match step {
                Ok(Some((bytes, replies))) => {
                    pass.bytes += bytes;
                    pass.replies += replies;
                }
                Ok(None) => return pass,
                Err((bytes, end)) => {
                    pass.bytes += bytes;
                    pass.end = end;
                    return pass;
                }
            }
        }
    }

    fn echo_begins(&self, rest: &[u8]) -> bool {
        self.awaited.kind == Kind::Echo
            && (self.echo.is_some() || self.protocol == Protocol::Echo || rest[0] == b'$')
    }

    /// One reply that is not an echo: the bytes it took, `None` if its end has not come.
    #[inline]
    fn reply(
        &mut self,
        rest: &[u8],
        at_ns: u64,
        recorder: &mut Recorder,
    ) -> Result<Option<usize>, (usize, End)> {
        match short_integer(rest).map_or_else(|| read_reply(rest), |found| Ok(Some(found))) {
            Ok(Some((reply, bytes))) => match self.judge(reply, at_ns, recorder) {
                Answer::Good => Ok(Some(bytes)),
                Answer::Failed(text) => Err((bytes, End::ErrorReply(text))),
                Answer::Nonsense(text) => Err((0, self.nonsense(text, at_ns, recorder))),
            },
            Ok(None) if rest.len() <= LINE_BYTES => Ok(None),
            Ok(None) | Err(_) => Err((0, self.nonsense(describe::not_resp(rest), at_ns, recorder))),
        }
    }

    /// Compares a reply with what is awaited.
    #[inline]
    fn judge(&mut self, reply: Reply<'_>, at_ns: u64, recorder: &mut Recorder) -> Answer {
        let kind = self.awaited.kind;
        let reporter = &mut recorder.reporter;
        match (kind, reply) {
            (Kind::Incr, Reply::Integer(value)) => {
                reporter.returned(self.connection, at_ns, value);
            }
            (Kind::Get, Reply::Bulk(digits)) => match parse_i64(digits) {
                Some(value) => reporter.returned(self.connection, at_ns, value),
                None => {
                    return Answer::Nonsense(format!(
                        "GET was answered by '{}', which is no number",
                        describe::shown(digits)
                    ));
                }
            },
            // A counter that nobody has written is 0.
            (Kind::Get, Reply::Null) => reporter.returned(self.connection, at_ns, 0),
            (Kind::Ping, Reply::Simple(b"PONG")) => reporter.compared(),
            (_, Reply::Error(text)) => {
                if kind.counts() {
                    reporter.refused(self.connection, at_ns);
                }
                self.answered();
                return Answer::Failed(describe::shown(text));
            }
            (kind, reply) => {
                return Answer::Nonsense(format!(
                    "{kind} was answered by {}",
                    describe::named(&reply)
                ));
            }
        }
        self.answered();
        Answer::Good
    }

    /// Bytes that are no answer to what is awaited. Whether it was executed nobody knows, and it stays in flight.
    #[cold]
    pub(super) fn nonsense(&self, text: String, at_ns: u64, recorder: &mut Recorder) -> End {
        let reporter = &mut recorder.reporter;
        reporter.found(AnomalyKind::ProtocolError, || {
            let (number, sequence) = (self.number, self.awaited.sequence);
            format!("connection {number}, request {sequence}: {text}")
        });
        if self.awaited.kind.counts() {
            reporter.nonsense(self.connection, at_ns, Anomaly::ProtocolError);
        }
        broken(text)
    }

    /// Bytes that came although nothing was asked. If they are a value, the history may know whose.
    #[cold]
    fn unsolicited(&self, rest: &[u8], at_ns: u64, recorder: &mut Recorder) -> End {
        // A server that takes no more clients tells them so before they ask anything.
        if self.protocol == Protocol::Resp && !self.served.asked && rest.starts_with(b"-") {
            return End::ConnectionError(ConnectionError {
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
        let own = |found: &Origin| *found == self.payloads.origin(found.sequence);
        let shown = || format!("'{}'", describe::shown(rest));
        let (kind, what) = match payload.and_then(origin) {
            Some(origin) if own(&origin) => (
                AnomalyKind::ReplyDuplicate,
                format!("another reply to request {}", origin.sequence),
            ),
            Some(_) => (AnomalyKind::CrossTalk, shown()),
            None => (AnomalyKind::ReplyUnsolicited, shown()),
        };
        let text = format!("{what} came although no request was in flight");
        let describe = || format!("connection {}: {text}", self.number);
        let reporter = &mut recorder.reporter;
        reporter.left_over(self.connection, at_ns, (value, kind), describe);
        broken(text)
    }
}

pub(super) fn broken(text: String) -> End {
    End::ConnectionError(ConnectionError {
        reason: FailureReason::Garbage,
        text,
    })
}

/// `:123\r\n` at the front of `bytes`, and its length: by far the most frequent reply, understood in one pass over its
/// digits. All else, and whatever is odd about an integer, is left to [`read_reply`].
#[inline]
fn short_integer(bytes: &[u8]) -> Option<(Reply<'static>, usize)> {
    /// So many digits cannot overflow.
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

//! Echoed payloads: compared as they arrive, whatever their length.

use history::Anomaly;
use results::Protocol;
use service::resp::{Reply, read_reply};

use super::super::describe;
use super::super::event::{Event, EventHandler};
use super::super::payload::{HEADER_BYTES, origin};
use super::Exchange;
use super::reply::Step;

/// The part of an echoed payload that has arrived.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct EchoPart {
    compared_bytes: usize,
    /// Whether a wrong byte was reported: one report a payload is enough.
    wrong: bool,
}

impl Exchange {
    /// Compares the part of the awaited payload that has arrived. `Incomplete` consumes these bytes: do not pass them again.
    pub(super) fn echo(&mut self, rest: &[u8], to: &mut impl EventHandler) -> Step {
        let header_bytes = match self.echo {
            Some(_) => 0,
            None => match self.echo_header(rest, to) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Step::Incomplete(0),
                Err(broken) => return broken,
            },
        };
        let body = &rest[header_bytes..];
        // The head of a payload says where it comes from. It is waited for, so that another connection can be named.
        if self.echo.is_none() && body.len() < self.payloads.bytes().min(HEADER_BYTES) {
            return Step::Incomplete(0);
        }
        let mut echo = self.echo.take().unwrap_or_default();
        let missing = self.payloads.bytes() - echo.compared_bytes;
        let part = &body[..missing.min(body.len())];
        if !echo.wrong {
            echo.wrong = self.differs(echo.compared_bytes, part, to);
        }
        echo.compared_bytes += part.len();
        let (line_end, after) = (self.line_end(), &body[part.len()..]);
        if part.len() < missing || after.len() < line_end.len() {
            self.echo = Some(echo);
            return Step::Incomplete(header_bytes + part.len());
        }
        if !after.starts_with(line_end) {
            let (length, shown) = (self.payloads.bytes(), describe::shown(after));
            let text = format!("an echoed payload of {length} bytes goes on with '{shown}'");
            return self.broken_protocol(text, to);
        }
        self.answered();
        to.on(Event::Matched);
        Step::Reply(header_bytes + part.len() + line_end.len())
    }

    /// Compares a part of a payload, from its byte `offset` on, with what was sent; says whether it differs.
    fn differs(&self, offset: usize, part: &[u8], to: &mut impl EventHandler) -> bool {
        let sequence = self.awaited.sequence;
        let Err(at) = self.payloads.verify(sequence, offset, part) else {
            return false;
        };
        let own = self.payloads.origin(sequence);
        let whose = origin(part).filter(|whose| offset == 0 && *whose != own);
        let of_another = whose.filter(|whose| *whose != self.payloads.origin(whose.sequence));
        let (anomaly, what) = match (of_another, whose) {
            (Some(whose), _) => (
                Anomaly::CrossTalk,
                format!(
                    "the payload of connection {}, request {}, run {:016x} came",
                    whose.connection, whose.sequence, whose.run
                ),
            ),
            (None, Some(whose)) => (
                Anomaly::PayloadCorruption,
                format!("the payload of request {} came", whose.sequence),
            ),
            (None, None) => {
                let (expected, got) = (self.payloads.byte(sequence, at), part[at - offset]);
                (
                    Anomaly::PayloadCorruption,
                    format!("byte {at} differs: expected {expected:#04x}, got {got:#04x}"),
                )
            }
        };
        self.wrong(anomaly, &what, to);
        true
    }

    /// The bytes that follow a payload.
    fn line_end(&self) -> &'static [u8] {
        match self.protocol {
            Protocol::Resp => b"\r\n",
            Protocol::Echo => b"",
        }
    }

    /// The length of the header `$64\r\n`, if it is complete and announces the length that was sent. Plain echo has no header.
    fn echo_header(&self, rest: &[u8], to: &mut impl EventHandler) -> Result<Option<usize>, Step> {
        if self.protocol == Protocol::Echo {
            return Ok(Some(0));
        }
        let line = rest.iter().take(HEADER_BYTES);
        let Some(line) = line.into_iter().position(|byte| *byte == b'\n') else {
            return match rest.len() < HEADER_BYTES {
                true => Ok(None),
                false => Err(self.broken_protocol(describe::not_resp(rest), to)),
            };
        };
        let digits = rest[1..line].strip_suffix(b"\r");
        let digits = digits.and_then(|digits| str::from_utf8(digits).ok());
        let sent = self.payloads.bytes();
        match digits.and_then(|digits| digits.parse::<usize>().ok()) {
            Some(length) if length == sent => Ok(Some(line + 1)),
            // Nothing after it can be trusted to be in its place.
            Some(length) => {
                let anomaly = match length < sent {
                    true => Anomaly::PayloadTruncation,
                    false => Anomaly::PayloadCorruption,
                };
                let text = format!("{sent} bytes were sent and {length} came back");
                Err(Step::Broken(self.wrong(anomaly, &text, to)))
            }
            None => {
                let text = match read_reply(rest) {
                    Ok(Some((Reply::Null, _))) => "echo was answered by null".to_owned(),
                    _ => describe::not_resp(rest),
                };
                Err(self.broken_protocol(text, to))
            }
        }
    }
}

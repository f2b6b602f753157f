//! Echoed payloads: verified as they pass, whatever their length, and called by their name when they are not ours.

use results::AnomalyKind;
use service::resp::{Reply, read_reply};

use super::Conversation;
use super::answer::End;
use crate::books::recorder::Recorder;
use crate::plan::target::Protocol;
use crate::talk::diagnosis;
use crate::talk::payload::{Origin, origin};

/// How far an echoed payload has come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Echo {
    verified_bytes: usize,
    /// Whether a wrong byte was reported: one report a payload is enough.
    wrong: bool,
}

/// A payload's first bytes say where it comes from; they are waited for, so that a stranger's can be named.
const NAMED_BYTES: usize = 32;

impl Conversation {
    /// Takes what there is of an echoed payload: the bytes it took once it is whole, `None` while it is not.
    ///
    /// The bytes of a part must not be offered twice, so a part that was verified is taken with `Err(Incomplete)`.
    pub(super) fn echo(
        &mut self,
        rest: &[u8],
        at_ns: u64,
        recorder: &mut Recorder,
    ) -> Result<Option<usize>, (usize, End)> {
        let header_bytes = match self.echo {
            Some(_) => 0,
            None => match self.echo_header(rest, at_ns, recorder)? {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
        };
        let body = &rest[header_bytes..];
        let mut echo = self.echo.unwrap_or_default();
        let missing = self.payloads.bytes() - echo.verified_bytes;
        if echo.verified_bytes == 0 && body.len() < missing.min(NAMED_BYTES) {
            return Ok(None);
        }
        let part = &body[..missing.min(body.len())];
        self.verify(&mut echo, part, recorder);
        let end = self.line_end();
        let after = &body[part.len()..];
        if part.len() < missing || after.len() < end.len() {
            self.echo = Some(echo);
            return Err((header_bytes + part.len(), End::Incomplete));
        }
        self.echo = None;
        if !after.starts_with(end) {
            let text = format!(
                "an echoed payload of {} bytes goes on with '{}'",
                self.payloads.bytes(),
                diagnosis::shown(after)
            );
            return Err((0, self.nonsense(text, at_ns, recorder)));
        }
        self.answered();
        recorder.reporter.compared();
        Ok(Some(header_bytes + part.len() + end.len()))
    }

    /// What follows a payload.
    fn line_end(&self) -> &'static [u8] {
        match self.protocol {
            Protocol::Resp => b"\r\n",
            Protocol::Echo => b"",
        }
    }

    /// The length of `$64\r\n`, if it is all there and announces the length that was sent. Plain echo has no header.
    fn echo_header(
        &self,
        rest: &[u8],
        at_ns: u64,
        recorder: &mut Recorder,
    ) -> Result<Option<usize>, (usize, End)> {
        if self.protocol == Protocol::Echo {
            return Ok(Some(0));
        }
        let Some(line) = rest
            .iter()
            .take(NAMED_BYTES)
            .position(|byte| *byte == b'\n')
        else {
            return match rest.len() < NAMED_BYTES {
                true => Ok(None),
                false => Err((0, self.nonsense(diagnosis::not_resp(rest), at_ns, recorder))),
            };
        };
        let digits = rest[1..line]
            .strip_suffix(b"\r")
            .and_then(|digits| str::from_utf8(digits).ok());
        match digits.and_then(|digits| digits.parse::<usize>().ok()) {
            Some(length) if length == self.payloads.bytes() => Ok(Some(line + 1)),
            Some(length) => Err((0, self.wrong_length(length, recorder))),
            None if matches!(read_reply(rest), Ok(Some((Reply::Null, _)))) => Err((
                0,
                self.nonsense("echo was answered by null".to_owned(), at_ns, recorder),
            )),
            None => Err((0, self.nonsense(diagnosis::not_resp(rest), at_ns, recorder))),
        }
    }

    /// A payload of another length: nothing after it can be trusted to be in its place.
    #[cold]
    fn wrong_length(&self, length: usize, recorder: &mut Recorder) -> End {
        let sent = self.payloads.bytes();
        let kind = if length < sent {
            AnomalyKind::PayloadTruncation
        } else {
            AnomalyKind::PayloadCorruption
        };
        let text = format!(
            "connection {}, request {}: {sent} bytes were sent and {length} came back",
            self.connection.number(),
            self.awaited.sequence
        );
        recorder.reporter.found(kind, || text.clone());
        End::Broken(super::Broken {
            reason: results::FailureReason::Garbage,
            text,
        })
    }

    fn verify(&self, echo: &mut Echo, part: &[u8], recorder: &mut Recorder) {
        let sequence = self.awaited.sequence;
        if !echo.wrong
            && let Err(at) = self.payloads.verify(sequence, echo.verified_bytes, part)
        {
            echo.wrong = true;
            let stranger = if echo.verified_bytes == 0 {
                origin(part)
            } else {
                None
            };
            self.accuse(at, part[at - echo.verified_bytes], stranger, recorder);
        }
        echo.verified_bytes += part.len();
    }

    /// Names what is wrong with a payload whose first wrong byte is at `at`.
    #[cold]
    fn accuse(&self, at: usize, got: u8, stranger: Option<Origin>, recorder: &mut Recorder) {
        let (connection, sequence) = (self.number, self.awaited.sequence);
        let kind = match stranger {
            Some(origin)
                if origin.run != self.payloads.run() || origin.connection != connection =>
            {
                AnomalyKind::CrossTalk
            }
            Some(origin) if origin.sequence > sequence => AnomalyKind::ReplyOutOfOrder,
            Some(origin) if origin.sequence < sequence => AnomalyKind::ReplyDuplicate,
            Some(_) | None => AnomalyKind::PayloadCorruption,
        };
        let expected = self.payloads.byte(sequence, at);
        recorder.reporter.found(kind, || match stranger {
            Some(origin) if kind != AnomalyKind::PayloadCorruption => format!(
                "connection {connection}, request {sequence}: the reply is that of connection {}, request {}, run {:016x}",
                origin.connection, origin.sequence, origin.run
            ),
            Some(_) | None => format!("connection {connection}, request {sequence}: byte {at} is {got:#04x}, not {expected:#04x}"),
        });
    }
}

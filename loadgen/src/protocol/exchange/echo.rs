//! Echoed payloads: verified as they pass, whatever their length, and called by their name when they are not ours.

use results::AnomalyKind;
use service::resp::{Reply, read_reply};

use super::Exchange;
use super::reply::End;
use crate::config::operation::Kind;
use crate::config::target::Protocol;
use crate::metrics::recorder::Recorder;
use crate::protocol::describe;
use crate::protocol::payload::{Origin, origin};

/// How far an echoed payload has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Echo {
    /// Whose payload it is.
    pub(super) sequence: u64,
    role: Role,
    pub(super) verified_bytes: usize,
    /// Whether a wrong byte was reported: one report a payload is enough.
    pub(super) wrong: bool,
    /// Whether a wrong byte waits for what follows, which tells what happened.
    pub(super) doubtful: bool,
}

/// What a payload is that names a request of this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The answer to the request that is awaited.
    Awaited,
    /// The answer to one that later ones have overtaken.
    Late,
    /// An answer that has come before.
    Again,
}

/// A payload's first bytes say where it comes from; they are waited for, so that a stranger's can be named.
pub(super) const NAMED_BYTES: usize = 32;

impl Exchange {
    /// Takes what there is of an echoed payload: once it is whole, the bytes it took and how many requests it answers;
    /// `None` while it is not.
    ///
    /// The bytes of a part must not be offered twice, so a part that was verified is taken with `Err(Incomplete)`.
    pub(super) fn echo(
        &mut self,
        rest: &[u8],
        at_ns: u64,
        recorder: &mut Recorder,
    ) -> Result<Option<(usize, u32)>, (usize, End)> {
        let header_bytes = match self.echo {
            Some(_) => 0,
            None => match self.echo_header(rest, at_ns, recorder)? {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
        };
        let body = &rest[header_bytes..];
        if self.echo.is_none() && body.len() < self.payloads.bytes().min(NAMED_BYTES) {
            return Ok(None);
        }
        let mut echo = match self.echo {
            Some(echo) => echo,
            None => self.begins(body, recorder),
        };
        let missing = self.payloads.bytes() - echo.verified_bytes;
        let part = &body[..missing.min(body.len())];
        let taken = match self.verify(&mut echo, part, body, recorder) {
            Ok(taken) => taken,
            Err(slipped) => return Err((0, slipped)),
        };
        let end = self.line_end();
        let after = &body[taken..];
        if taken < missing || after.len() < end.len() {
            self.echo = Some(echo);
            return Err((header_bytes + taken, End::Incomplete));
        }
        self.echo = None;
        if !after.starts_with(end) {
            let text = format!(
                "an echoed payload of {} bytes goes on with '{}'",
                self.payloads.bytes(),
                describe::shown(after)
            );
            return Err((0, self.nonsense(text, at_ns, recorder)));
        }
        let replies = self.ends(echo, recorder);
        Ok(Some((header_bytes + taken + end.len(), replies)))
    }

    /// A payload is whole: says how many requests it answers.
    fn ends(&mut self, echo: Echo, recorder: &mut Recorder) -> u32 {
        match echo.role {
            Role::Again => return 0,
            Role::Late => self.overtaken.retain(|late| *late != echo.sequence),
            Role::Awaited => {
                self.answered();
            }
        }
        recorder.reporter.compared();
        1
    }

    /// A payload begins. It is that of the request awaited, unless it says itself that it is another's of this connection.
    fn begins(&mut self, body: &[u8], recorder: &mut Recorder) -> Echo {
        let awaited = self.awaited.sequence;
        let own = |found: &Origin| *found == self.payloads.origin(found.sequence);
        let sequence = origin(body).filter(own).map_or(awaited, |own| own.sequence);
        let role = match sequence {
            _ if sequence == awaited => Role::Awaited,
            _ if self.overtaken.contains(&sequence) => Role::Late,
            _ if sequence < awaited => Role::Again,
            _ if self.overtake(sequence) => Role::Awaited,
            // A request that was never sent: the bytes are not what they say.
            _ => return Echo::of(awaited, Role::Awaited),
        };
        let kind = match role {
            Role::Awaited => None,
            Role::Late => Some(AnomalyKind::ReplyOutOfOrder),
            Role::Again => Some(AnomalyKind::ReplyDuplicate),
        };
        if let Some(kind) = kind {
            let number = self.number;
            recorder.reporter.found(kind, || {
                format!("connection {number}, request {awaited}: the reply to request {sequence} came instead")
            });
        }
        Echo::of(sequence, role)
    }

    /// The reply to a later request has come. Those before it are still owed, if all of them are echoes.
    fn overtake(&mut self, sequence: u64) -> bool {
        if sequence >= self.sending.sequence() {
            return false;
        }
        let (mut awaited, mut awaiting) = (self.awaited, self.awaiting.clone());
        let mut overtaken = Vec::new();
        while awaited.sequence < sequence && awaited.kind == Kind::Echo {
            overtaken.push(awaited.sequence);
            awaited = awaiting.next();
        }
        if awaited.sequence != sequence || awaited.kind != Kind::Echo {
            return false;
        }
        self.overtaken.append(&mut overtaken);
        (self.awaited, self.awaiting) = (awaited, awaiting);
        true
    }

    /// The connection is lost: what was overtaken never came, and a doubtful byte is followed by nothing.
    pub(super) fn never_came(&mut self, recorder: &mut Recorder) -> usize {
        let number = self.number;
        let overtaken = std::mem::take(&mut self.overtaken);
        for sequence in &overtaken {
            recorder.reporter.found(AnomalyKind::ReplyMissing, || {
                format!(
                    "connection {number}, request {sequence}: no reply came, though later ones did"
                )
            });
        }
        if let Some(echo) = self.echo.take().filter(|echo| echo.doubtful) {
            recorder.reporter.found(AnomalyKind::PayloadTruncation, || {
                let (sequence, at) = (echo.sequence, echo.verified_bytes);
                format!("connection {number}, request {sequence}: byte {at} is another, and less came than was sent")
            });
        }
        overtaken.len()
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
                false => Err((0, self.nonsense(describe::not_resp(rest), at_ns, recorder))),
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
            None => Err((0, self.nonsense(describe::not_resp(rest), at_ns, recorder))),
        }
    }
}

impl Echo {
    fn of(sequence: u64, role: Role) -> Self {
        Self {
            sequence,
            role,
            verified_bytes: 0,
            wrong: false,
            doubtful: false,
        }
    }
}

//! Echoed bytes that are not what was sent: which they are, and what happened to them.

use results::AnomalyKind;

use super::Exchange;
use super::echo::{Echo, NAMED_BYTES};
use super::reply::{End, broken};
use crate::config::target::Protocol;
use crate::metrics::recorder::Recorder;
use crate::protocol::payload::{Origin, origin};
use crate::protocol::window::{Slip, Stream, WINDOW_BYTES};

impl Exchange {
    /// Compares a part of a payload with what it has to be; `body` is the part and what lies behind it. Says how much was
    /// taken: less than the part where a wrong byte waits for what follows.
    pub(super) fn verify(
        &self,
        echo: &mut Echo,
        part: &[u8],
        body: &[u8],
        recorder: &mut Recorder,
    ) -> Result<usize, End> {
        let differs = match echo.wrong {
            true => None,
            false => self
                .payloads
                .verify(echo.sequence, echo.verified_bytes, part)
                .err(),
        };
        let Some(at) = differs else {
            echo.verified_bytes += part.len();
            return Ok(part.len());
        };
        let from = at - echo.verified_bytes;
        if self.protocol == Protocol::Echo {
            let stream = Stream {
                payloads: &self.payloads,
                sent: self.sending.sequence(),
            };
            let place = stream.place(echo.sequence, at);
            let wanted = stream.sent_from(place).min(WINDOW_BYTES as u64) as usize;
            if body.len() - from < wanted {
                // A head that is wrong is kept whole: it may be a stranger's.
                let taken = if at < NAMED_BYTES { 0 } else { from };
                echo.verified_bytes += taken;
                echo.doubtful = true;
                return Ok(taken);
            }
            let got = &body[from..body.len().min(from + WINDOW_BYTES)];
            let slip = match from == at {
                // From the payload's beginning, lest a stranger's head be cut.
                true => match origin(body) {
                    Some(head) if head != self.payloads.origin(head.sequence) => {
                        Slip::Stranger(head)
                    }
                    _ => stream.diagnose(place, got),
                },
                false => stream.diagnose(place, got),
            };
            self.slipped(slip, echo.sequence, at, recorder)?;
        }
        (echo.wrong, echo.doubtful) = (true, false);
        let stranger = if from == at { origin(part) } else { None };
        self.accuse(echo.sequence, at, part[from], stranger, recorder);
        echo.verified_bytes += part.len();
        Ok(part.len())
    }

    /// Names what happened to a stream. Unless it goes on in its place, nothing behind can be trusted.
    #[cold]
    fn slipped(
        &self,
        slip: Slip,
        sequence: u64,
        at: usize,
        recorder: &mut Recorder,
    ) -> Result<(), End> {
        let (kind, what) = match slip {
            Slip::Changed => return Ok(()),
            Slip::Unknown => (
                AnomalyKind::PayloadCorruption,
                "nothing that was sent looks like what came".to_owned(),
            ),
            Slip::Lost(bytes) => (
                AnomalyKind::PayloadTruncation,
                format!("{bytes} bytes are missing"),
            ),
            Slip::Repeated(bytes) => (
                AnomalyKind::ReplyDuplicate,
                format!("{bytes} bytes came once more"),
            ),
            Slip::Reordered(bytes) => (
                AnomalyKind::ReplyOutOfOrder,
                format!("{bytes} bytes came behind later ones"),
            ),
            Slip::Stranger(origin) => (
                AnomalyKind::CrossTalk,
                format!(
                    "the bytes are those of connection {}, request {}, run {:016x}",
                    origin.connection, origin.sequence, origin.run
                ),
            ),
        };
        let text = format!(
            "connection {}, request {sequence}, from byte {at} on: {what}",
            self.number
        );
        recorder.reporter.found(kind, || text.clone());
        Err(broken(text))
    }

    /// Names what is wrong with a payload whose first wrong byte is at `at`.
    #[cold]
    fn accuse(
        &self,
        sequence: u64,
        at: usize,
        got: u8,
        stranger: Option<Origin>,
        recorder: &mut Recorder,
    ) {
        let number = self.number;
        let foreign = stranger.filter(|head| *head != self.payloads.origin(head.sequence));
        let expected = self.payloads.byte(sequence, at);
        match foreign {
            Some(origin) => recorder.reporter.found(AnomalyKind::CrossTalk, || {
                format!(
                    "connection {number}, request {sequence}: the reply is that of connection {}, request {}, run {:016x}",
                    origin.connection, origin.sequence, origin.run
                )
            }),
            None => recorder.reporter.found(AnomalyKind::PayloadCorruption, || {
                format!("connection {number}, request {sequence}: byte {at} is {got:#04x}, not {expected:#04x}")
            }),
        }
    }

    /// A payload of another length: nothing after it can be trusted to be in its place.
    #[cold]
    pub(super) fn wrong_length(&self, length: usize, recorder: &mut Recorder) -> End {
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
        End::ConnectionError(super::ConnectionError {
            reason: results::FailureReason::Garbage,
            text,
        })
    }
}

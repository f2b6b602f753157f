//! The request parser: resumable, so that bytes that arrive one at a time cost no more than bytes that arrive together.

use std::mem;

use memchr::memchr;

use super::number::{parse_i64, short_length};
use super::{Args, ProtocolError, inline};
use crate::Limits;

/// Finds one request after the other at the front of a peer's bytes.
///
/// Between requests it holds nothing: what an idle peer costs is a null pointer.
#[derive(Debug, Default)]
pub struct Parser {
    /// How far the request got whose end has not arrived.
    suspended: Option<Box<Suspended>>,
}

#[derive(Debug)]
struct Suspended {
    progress: Progress,
    args: Args,
}

/// What is known of the request at the front of the bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Bytes parsed: the header, and the arguments that are in [`Args`].
    at: usize,
    /// Bytes after `at` that have no line end.
    searched: usize,
    /// Arguments still to come; 0 before the header is read.
    awaited: u32,
}

impl Parser {
    /// The length of the whole request at the front of `bytes`, its arguments' places in `args`; `None` when its end has not arrived.
    ///
    /// No arguments at all means that there is nothing to execute in those bytes (an empty line, `*0`). After `None`, call again with
    /// the same bytes and more behind them. The caller removes a request from the front once it is done with it.
    ///
    /// # Errors
    /// [`ProtocolError`] when the bytes are not RESP or over a limit: nothing after them has a meaning.
    #[inline]
    pub fn next(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        args: &mut Args,
    ) -> Result<Option<usize>, ProtocolError> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut progress = self.resume(args);
        if progress.advance(bytes, limits, args)? {
            return Ok(Some(progress.at));
        }
        // The rest may come late, so the saved state keeps no more memory than it needs.
        args.release_excess();
        self.suspended = Some(Box::new(Suspended {
            progress,
            args: mem::take(args),
        }));
        Ok(None)
    }

    /// Bytes on the heap, the input not counted: at most 256, and 3 for each byte of the unfinished request.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.suspended.as_ref().map_or(0, |suspended| {
            size_of::<Suspended>() + suspended.args.held_bytes()
        })
    }

    #[inline]
    fn resume(&mut self, args: &mut Args) -> Progress {
        match self.suspended.take() {
            None => {
                args.clear();
                Progress::default()
            }
            Some(suspended) => {
                *args = suspended.args;
                suspended.progress
            }
        }
    }
}

impl Progress {
    /// Parses as much of the request as there is; whether that is all of it.
    #[inline]
    fn advance(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        args: &mut Args,
    ) -> Result<bool, ProtocolError> {
        if self.awaited == 0 {
            if bytes[0] != b'*' {
                return self.inline_request(bytes, limits, args);
            }
            match self.header(
                bytes,
                limits,
                ProtocolError::TooBigCount,
                ProtocolError::InvalidMultibulkLength,
            )? {
                None => return Ok(false),
                Some(count) if count <= 0 => return Ok(true),
                Some(count) => match u32::try_from(count) {
                    Ok(count) if count <= limits.arguments => self.awaited = count,
                    _ => return Err(ProtocolError::InvalidMultibulkLength),
                },
            }
        }
        while self.awaited > 0 {
            if !self.argument(bytes, limits, args)? {
                return Ok(false);
            }
            self.awaited -= 1;
        }
        Ok(true)
    }

    /// Parses `$4\r\nINCR\r\n` as a whole or not at all: to read its short header again is cheaper than to store it.
    #[inline]
    fn argument(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        args: &mut Args,
    ) -> Result<bool, ProtocolError> {
        let header_at = self.at;
        match bytes.get(header_at) {
            None => return Ok(false),
            Some(b'$') => {}
            Some(&other) => return Err(ProtocolError::ExpectedDollar(other)),
        }
        let Some(length) = self.header(
            bytes,
            limits,
            ProtocolError::TooBigBulkCount,
            ProtocolError::InvalidBulkLength,
        )?
        else {
            return Ok(false);
        };
        let length = u32::try_from(length)
            .ok()
            .filter(|&length| length <= limits.bulk_bytes);
        let start = self.at;
        let end = start + length.ok_or(ProtocolError::InvalidBulkLength)? as usize;
        if end + 2 > limits.request_bytes as usize {
            return Err(ProtocolError::TooBigRequest);
        }
        match bytes.get(end..end + 2) {
            Some(b"\r\n") => {
                args.push(start, end);
                self.at = end + 2;
                Ok(true)
            }
            Some(_) => Err(ProtocolError::ExpectedLineEnd),
            None => {
                self.at = header_at;
                Ok(false)
            }
        }
    }

    /// The number of the header at `self.at`, `*N\r\n` or `$N\r\n`; `self.at` moves behind it. `None` when its end has not arrived.
    #[inline(always)]
    fn header(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        too_big: ProtocolError,
        invalid: ProtocolError,
    ) -> Result<Option<i64>, ProtocolError> {
        if let Some((length, taken)) = short_length(&bytes[self.at + 1..]) {
            self.at += 1 + taken;
            self.searched = 0;
            return Ok(Some(i64::from(length)));
        }
        self.long_header(bytes, limits, too_big, invalid)
    }

    /// A header off the fast path: cut off, malformed, or of a very long argument.
    #[cold]
    fn long_header(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        too_big: ProtocolError,
        invalid: ProtocolError,
    ) -> Result<Option<i64>, ProtocolError> {
        let Some(line) = self.line(bytes, limits, too_big)? else {
            return Ok(None);
        };
        let number = line[1..].strip_suffix(b"\r").and_then(parse_i64);
        number.map(Some).ok_or(invalid)
    }

    /// The line at `self.at` without its line feed; `self.at` moves behind it. `None` when its end has not arrived.
    fn line<'a>(
        &mut self,
        bytes: &'a [u8],
        limits: &Limits,
        too_big: ProtocolError,
    ) -> Result<Option<&'a [u8]>, ProtocolError> {
        let rest = &bytes[self.at..];
        let end = memchr(b'\n', &rest[self.searched..]).map(|found| self.searched + found);
        if end.unwrap_or(rest.len()) > limits.line_bytes as usize {
            return Err(too_big);
        }
        self.searched = if end.is_some() { 0 } else { rest.len() };
        Ok(end.map(|end| {
            self.at += end + 1;
            &rest[..end]
        }))
    }

    fn inline_request(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        args: &mut Args,
    ) -> Result<bool, ProtocolError> {
        match self.line(bytes, limits, ProtocolError::TooBigInline)? {
            None => Ok(false),
            Some(line) => inline::split(line, args).map(|()| true),
        }
    }
}

#[cfg(test)]
mod tests;

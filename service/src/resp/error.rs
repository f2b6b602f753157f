//! What a peer may get wrong beyond repair: the stream has lost its meaning, so the connection closes.

use std::fmt;

/// Why the bytes are not RESP. `Display` is what the peer reads after `-ERR `.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// `*N` with an N that is not a plain decimal, or over the limit of arguments.
    InvalidMultibulkLength,
    /// `$N` likewise, or negative, or over the limit of bytes.
    InvalidBulkLength,
    /// An argument that begins with another byte than `$`.
    ExpectedDollar(u8),
    /// An argument that goes on after its announced length.
    ExpectedLineEnd,
    /// `*` and 64 KiB without a line end.
    TooBigCount,
    /// `$` and 64 KiB without a line end.
    TooBigBulkCount,
    /// An inline request of 64 KiB without a line end.
    TooBigInline,
    /// Arguments that each are within their limit and together are not.
    TooBigRequest,
    /// An inline request with a quote that does not end where an argument ends.
    UnbalancedQuotes,
    /// HTTP. No reply: a page in a browser must not be able to drive a server on the loopback.
    Http,
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Protocol error: ")?;
        match self {
            Self::InvalidMultibulkLength => f.write_str("invalid multibulk length"),
            Self::InvalidBulkLength => f.write_str("invalid bulk length"),
            Self::ExpectedDollar(got) => write!(f, "expected '$', got '{}'", got.escape_ascii()),
            Self::ExpectedLineEnd => f.write_str("expected CRLF after bulk"),
            Self::TooBigCount => f.write_str("too big mbulk count string"),
            Self::TooBigBulkCount => f.write_str("too big bulk count string"),
            Self::TooBigInline => f.write_str("too big inline request"),
            Self::TooBigRequest => f.write_str("too big request"),
            Self::UnbalancedQuotes => f.write_str("unbalanced quotes in request"),
            Self::Http => f.write_str("HTTP is not spoken here"),
        }
    }
}

impl std::error::Error for ProtocolError {}

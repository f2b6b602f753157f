//! Errors after which the rest of a stream has no meaning, so the connection is closed.

use thiserror::Error;

/// Why the bytes are not RESP. `Display` is what the peer reads after `-ERR `.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProtocolError {
    /// `*N` with an N that is not a plain decimal, or over the limit of arguments.
    #[error("Protocol error: invalid multibulk length")]
    InvalidMultibulkLength,
    /// `$N` likewise, or negative, or over the limit of bytes.
    #[error("Protocol error: invalid bulk length")]
    InvalidBulkLength,
    /// An argument that begins with another byte than `$`.
    #[error("Protocol error: expected '$', got '{}'", .0.escape_ascii())]
    ExpectedDollar(u8),
    /// An argument that goes on after its announced length.
    #[error("Protocol error: expected CRLF after bulk")]
    ExpectedLineEnd,
    /// `*` and 64 KiB without a line end.
    #[error("Protocol error: too big mbulk count string")]
    TooBigCount,
    /// `$` and 64 KiB without a line end.
    #[error("Protocol error: too big bulk count string")]
    TooBigBulkCount,
    /// An inline request of 64 KiB without a line end.
    #[error("Protocol error: too big inline request")]
    TooBigInline,
    /// Arguments that are each within their limit, and together over the limit of a request.
    #[error("Protocol error: too big request")]
    TooBigRequest,
    /// An inline request with a quote that does not end where an argument ends.
    #[error("Protocol error: unbalanced quotes in request")]
    UnbalancedQuotes,
    /// HTTP. The peer gets no reply: a page in a browser must not be able to drive a server on the loopback.
    #[error("Protocol error: HTTP is not supported")]
    Http,
}

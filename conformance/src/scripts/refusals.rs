//! Bytes that are not RESP: the reply says what is wrong with them, then the server closes.

use crate::script::{Script, Then, closes};

const COUNT: &[u8] = b"-ERR Protocol error: invalid multibulk length\r\n";
const LENGTH: &[u8] = b"-ERR Protocol error: invalid bulk length\r\n";
const NO_END: &[u8] = b"-ERR Protocol error: expected CRLF after bulk\r\n";
const QUOTES: &[u8] = b"-ERR Protocol error: unbalanced quotes in request\r\n";

/// What each breaks, as the row's name. A command behind the error is never answered.
#[rustfmt::skip] // a row is a line
pub const PROTOCOL_ERRORS: &[Script] = &[
    closes("more words than an i32 counts", b"*3000000000\r\n", COUNT),
    closes("a count that is no number", b"*abc\r\n", COUNT),
    closes("a count with a plus", b"*+1\r\n", COUNT),
    closes("a count with a leading zero", b"*01\r\n", COUNT),
    closes("a count with a blank before it", b"* 1\r\n", COUNT),
    closes("a count with a blank behind it", b"*1 \r\n", COUNT),
    closes("a count of minus zero", b"*-0\r\n", COUNT),
    closes("a count of minus", b"*-\r\n", COUNT),
    closes("no count", b"*\r\n", COUNT),
    closes("a count of twenty digits", b"*12345678901234567890\r\n", COUNT),
    closes("a count one above 2⁶³ − 1", b"*9223372036854775808\r\n", COUNT),
    closes("a count of thirty digits", b"*-123456789012345678901234567890\r\n", COUNT),
    closes("one word more than the limit", b"*1048577\r\n", COUNT)
        .unlike_redis("Redis 7 allows 2³¹ − 1 words; here the older limit stands"),
    closes("a word that is no bulk string", b"*1\r\nfoo\r\n", b"-ERR Protocol error: expected '$', got 'f'\r\n"),
    closes("a word that is an integer", b"*1\r\n:4\r\n", b"-ERR Protocol error: expected '$', got ':'\r\n"),
    closes("a word that is an array", b"*1\r\n*1\r\n$4\r\nPING\r\n", b"-ERR Protocol error: expected '$', got '*'\r\n"),
    closes("a second word that is no bulk string", b"*2\r\n$4\r\nECHO\r\nhello\r\n", b"-ERR Protocol error: expected '$', got 'h'\r\n"),
    closes("a word that is a line end, which cannot split the reply", b"*1\r\n\r\n", b"-ERR Protocol error: expected '$', got '\\r'\r\n")
        .unlike_redis("Redis shows a blank; an escape says which byte it was"),
    closes("a word that begins with a byte that cannot be shown", b"*1\r\n\xff\r\n", b"-ERR Protocol error: expected '$', got '\\xff'\r\n")
        .unlike_redis("Redis sends the byte itself"),
    closes("a count that ends with LF alone", b"*1\n", COUNT)
        .unlike_redis("Redis waits for a CR that will not come"),
    closes("a length that ends with LF alone", b"*1\r\n$4\nPING\r\n", LENGTH),
    closes("the null bulk string", b"*1\r\n$-1\r\n", LENGTH),
    closes("a length that is no number", b"*1\r\n$blabla\r\n", LENGTH),
    closes("no length", b"*1\r\n$\r\n", LENGTH),
    closes("a length with a plus", b"*1\r\n$+4\r\nPING\r\n", LENGTH),
    closes("a length with a leading zero", b"*1\r\n$04\r\nPING\r\n", LENGTH),
    closes("a length of minus zero", b"*1\r\n$-0\r\n\r\n", LENGTH),
    closes("a length beyond any limit", b"*1\r\n$536870913\r\n", LENGTH),
    closes("a length of twenty digits", b"*1\r\n$99999999999999999999\r\n", LENGTH),
    closes("a length one above the maximum", b"*1\r\n$1048577\r\n", LENGTH)
        .unlike_redis("the default maximum is 1 MiB here and 512 MiB there"),
    closes("a bulk string longer than it says", b"*1\r\n$4\r\nPINGxxPING\r\n", NO_END)
        .unlike_redis("Redis skips the two bytes unread, and reads on from a place that the client did not mean"),
    closes("a bulk string that ends with LF CR", b"*1\r\n$4\r\nPING\n\rPING\r\n", NO_END)
        .unlike_redis("as above"),
    closes("a bulk string with a CR and no LF", b"*1\r\n$4\r\nPING\rxPING\r\n", NO_END)
        .unlike_redis("as above"),
    closes("a bulk string shorter than it says", b"*2\r\n$4\r\nECHO\r\n$3\r\na\r\n*1\r\n$4\r\nPING\r\n", NO_END)
        .unlike_redis("as above"),
    closes("double quotes without an end", b"ECHO \"abc\r\n", QUOTES),
    closes("single quotes without an end", b"ECHO 'abc\r\n", QUOTES),
    closes("a letter behind double quotes", b"ECHO \"abc\"d\r\n", QUOTES),
    closes("a letter behind single quotes", b"ECHO 'abc'd\r\n", QUOTES),
    closes("quotes that end in an escape", b"ECHO \"abc\\\"\r\n", QUOTES),
    closes("what came before is answered, what comes behind is not", b"*1\r\n$4\r\nPING\r\nINCR k\r\n*x\r\n*1\r\n$4\r\nPING\r\nINCR k\r\n", b"+PONG\r\n:1\r\n-ERR Protocol error: invalid multibulk length\r\n"),
    closes("POST closes without a word", b"POST / HTTP/1.1\r\nContent-Length: 8\r\n\r\nINCR a\r\n", b""),
    closes("so does a Host header", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
    closes("in any spelling", b"host: localhost\r\nPING\r\n", b""),
];

/// A line of which 64 KiB have come and no end. The reply says which kind of line it was.
pub fn too_long() -> Vec<Script> {
    let row = |proves, start: &str, filler: &str, complaint: &str| Script {
        proves,
        sends: (start.to_owned() + &filler.repeat(64 * 1024 + 1))
            .into_bytes()
            .into(),
        expects: format!("-ERR Protocol error: {complaint}\r\n")
            .into_bytes()
            .into(),
        then: Then::Closes,
        unlike_redis: None,
    };
    vec![
        row(
            "a count without end",
            "*",
            "1",
            "too big mbulk count string",
        ),
        row(
            "a length without end",
            "*1\r\n$",
            "1",
            "too big bulk count string",
        ),
        row(
            "an inline command without end",
            "",
            "a",
            "too big inline request",
        ),
        row(
            "the same behind frames that were ignored",
            "\r\n*0\r\n",
            "a",
            "too big inline request",
        ),
    ]
}

//! The edges of RESP that end nothing: frames that are legal, though odd, and frames that never come to an end.

use crate::script::{Script, goes_on, waits};

/// Odd, and legal.
#[rustfmt::skip] // a row is a line
pub const FRAMES: &[Script] = &[
    goes_on("a blank line is ignored", b"\r\nPING\r\n", b"+PONG\r\n"),
    goes_on("a blank line may end with LF alone", b"\n\n\r\n\nPING\r\n", b"+PONG\r\n"),
    goes_on("an array without words is ignored", b"*0\r\nPING\r\n", b"+PONG\r\n"),
    goes_on("the null array is ignored", b"*-1\r\n*-10\r\nPING\r\n", b"+PONG\r\n"),
    goes_on("nothing but ignored frames is answered by nothing", b"\r\n\n*0\r\n*-1\r\n\r\n", b""),
    goes_on("an empty argument is legal", b"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", b"$0\r\n\r\n"),
    goes_on("an argument may hold line ends", b"*2\r\n$4\r\nECHO\r\n$6\r\na\r\nb\r\n\r\n", b"$6\r\na\r\nb\r\n\r\n"),
    goes_on("an argument may look like a frame", b"*2\r\n$4\r\nECHO\r\n$14\r\n*1\r\n$4\r\nPING\r\n\r\n", b"$14\r\n*1\r\n$4\r\nPING\r\n\r\n"),
    goes_on("a name may be empty", b"*2\r\n$4\r\nINCR\r\n$0\r\n\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\n", b":1\r\n$1\r\n1\r\n"),
    goes_on("a name may be any bytes", b"*2\r\n$4\r\nINCR\r\n$4\r\n\x00\r\n\xff\r\n*2\r\n$3\r\nGET\r\n$4\r\n\x00\r\n\xff\r\n", b":1\r\n$1\r\n1\r\n"),
    goes_on("replies keep the order of requests", b"*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n*1\r\n$3\r\nFOO\r\n*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n", b"+PONG\r\n:1\r\n$1\r\nx\r\n-ERR unknown command 'FOO', with args beginning with: \r\n:2\r\n"),
];

/// A request that never ends is never executed, and never answered.
#[rustfmt::skip] // a row is a line
pub const UNFINISHED: &[Script] = &[
    waits("nothing at all", b"", b""),
    waits("a count without its line end", b"*1", b""),
    waits("a count with half of its line end", b"*1\r", b""),
    waits("a length without its line end", b"*1\r\n$4", b""),
    waits("a word cut short", b"*1\r\n$4\r\nPIN", b""),
    waits("a word without its line end", b"*1\r\n$4\r\nPING", b""),
    waits("a word with half of its line end", b"*1\r\n$4\r\nPING\r", b""),
    waits("a missing second word", b"*2\r\n$4\r\nINCR\r\n", b""),
    waits("a line without its end", b"PING", b""),
    waits("a line with half of its end", b"PING\r", b""),
    waits("an unfinished request behind a finished one", b"PING\r\n*2\r\n$4\r\nINCR\r\n$1\r\nk", b"+PONG\r\n"),
];

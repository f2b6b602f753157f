//! Inline commands: a line of words, as a person with netcat types it.

use crate::script::{Script, goes_on};

/// Blanks, quotes, escapes and line ends.
#[rustfmt::skip] // a row is a line
pub const INLINE: &[Script] = &[
    goes_on("a line ends with CR LF, or with LF alone", b"PING\r\nPING\n", b"+PONG\r\n+PONG\r\n"),
    goes_on("words are parted by any number of blanks", b"  ECHO \t hello  \r\n", b"$5\r\nhello\r\n"),
    goes_on("a blank line is no command", b"   \r\nPING\r\n\t\nPING\r\n", b"+PONG\r\n+PONG\r\n"),
    goes_on("double quotes keep blanks together", b"ECHO \"a b\"\r\n", b"$3\r\na b\r\n"),
    goes_on("single quotes do so too", b"ECHO 'a b'\r\n", b"$3\r\na b\r\n"),
    goes_on("quotes can hold nothing", b"ECHO \"\"\r\nECHO ''\r\n", b"$0\r\n\r\n$0\r\n\r\n"),
    goes_on("double quotes know escapes", b"ECHO \"\\n\\r\\t\\b\\a\\\\\\\"\\q\"\r\n", b"$8\r\n\n\r\t\x08\x07\\\"q\r\n"),
    goes_on("and bytes in hexadecimal", b"ECHO \"\\x00\\xfF\\x41\"\r\n", b"$3\r\n\x00\xffA\r\n"),
    goes_on("a broken hexadecimal byte stands for itself", b"ECHO \"\\xg1\\x4\"\r\n", b"$5\r\nxg1x4\r\n"),
    goes_on("single quotes know one escape", b"ECHO 'it\\'s \\n \"'\r\n", b"$9\r\nit's \\n \"\r\n"),
    goes_on("the command may be quoted", b"\"PING\"\r\n'incr' \"k\"\r\n", b"+PONG\r\n:1\r\n"),
    goes_on("a quote within a word opens", b"ECHO a\"b c\"\r\n", b"$4\r\nab c\r\n"),
    goes_on("the other quote within quotes is a letter", b"ECHO \"it's\"\r\nECHO '\"'\r\n", b"$4\r\nit's\r\n$1\r\n\"\r\n"),
    goes_on("a CR within a line parts words", b"PING\rhello\r\n", b"$5\r\nhello\r\n"),
    goes_on("lines and arrays mix", b"INCR k\r\n*2\r\n$4\r\nINCR\r\n$1\r\nk\r\nINCR k\n", b":1\r\n:2\r\n:3\r\n"),
];

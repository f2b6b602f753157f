//! Goodbyes, and names for a connection that an inline command cannot carry.

use crate::script::{Script, closes, goes_on};

/// QUIT and CLIENT SETNAME.
#[rustfmt::skip] // a row is a line
pub const LEAVING: &[Script] = &[
    goes_on("an empty name takes the name away", b"*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$1\r\na\r\n*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$0\r\n\r\n*2\r\n$6\r\nCLIENT\r\n$7\r\nGETNAME\r\n", b"+OK\r\n+OK\r\n$-1\r\n"),
    goes_on("a name has no blanks", b"*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$3\r\na b\r\n", b"-ERR Client names cannot contain spaces, newlines or special characters.\r\n"),
    closes("QUIT is answered, and closes", b"*1\r\n$4\r\nQUIT\r\n", b"+OK\r\n"),
    closes("QUIT works typed", b"quit\r\n", b"+OK\r\n"),
    closes("QUIT answers what came before it, and nothing after", b"PING\r\nQUIT\r\nPING\r\n", b"+PONG\r\n+OK\r\n"),
    closes("QUIT minds no further words", b"*3\r\n$4\r\nquit\r\n$3\r\nnow\r\n$6\r\nplease\r\n", b"+OK\r\n"),
];

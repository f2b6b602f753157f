//! Commands that do not exist: the reply shows the client's own bytes, and they must not be able to end it early.

use crate::script::{Script, Then, goes_on};
use testkit::array;

/// Names and arguments of all kinds.
#[rustfmt::skip] // a row is a line
pub const UNKNOWN: &[Script] = &[
    goes_on("an unknown command is shown as it was spelt, with its first arguments", b"*4\r\n$3\r\nfoo\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n", b"-ERR unknown command 'foo', with args beginning with: 'a' 'b' 'c' \r\n"),
    goes_on("an unknown command without arguments", b"*1\r\n$3\r\nFOO\r\n", b"-ERR unknown command 'FOO', with args beginning with: \r\n"),
    goes_on("an unknown command typed", b"FOO bar\r\n", b"-ERR unknown command 'FOO', with args beginning with: 'bar' \r\n"),
    goes_on("a command's name is its whole word", b"INCRS k\r\nINC k\r\nPIN\r\nDBSIZE\r\n", b"-ERR unknown command 'INCRS', with args beginning with: 'k' \r\n-ERR unknown command 'INC', with args beginning with: 'k' \r\n-ERR unknown command 'PIN', with args beginning with: \r\n:0\r\n"),
    goes_on("the empty word is an unknown command too", b"*1\r\n$0\r\n\r\n", b"-ERR unknown command '', with args beginning with: \r\n"),
    goes_on("CR and LF in a command's name cannot split the reply", b"*2\r\n$5\r\nFO\r\nO\r\n$4\r\na\r\nb\r\n", b"-ERR unknown command 'FO  O', with args beginning with: 'a  b' \r\n"),
    goes_on("nor can they forge a second one", b"*2\r\n$3\r\nFOO\r\n$9\r\n\r\n+OK\r\n:1\r\n", b"-ERR unknown command 'FOO', with args beginning with: '  +OK  :1' \r\n"),
    goes_on("nor in a subcommand's", b"*2\r\n$6\r\nCLIENT\r\n$5\r\nFO\r\nO\r\n", b"-ERR unknown subcommand 'FO  O'.\r\n")
        .unlike_redis("Redis goes on “Try CLIENT HELP.”; here is no HELP to try"),
    goes_on("an argument in quotes is shown as it came", b"*2\r\n$3\r\nFOO\r\n$3\r\n\"\t'\r\n", b"-ERR unknown command 'FOO', with args beginning with: '\"\t'' \r\n"),
];

/// More of a client's bytes than a reply should carry back.
pub fn long_winded() -> Vec<Script> {
    let row = |proves, words: &[&str], shown: String| Script {
        proves,
        sends: array(&words.iter().map(|word| word.as_bytes()).collect::<Vec<_>>()).into(),
        expects: shown.into_bytes().into(),
        then: Then::GoesOn,
        unlike_redis: None,
    };
    let (name, word) = ("F".repeat(200), "x".repeat(20));
    vec![
        row(
            "an unknown name is shown up to 128 bytes, and so is its argument",
            &[&name, &"x".repeat(200), "y"],
            format!(
                "-ERR unknown command '{}', with args beginning with: '{}' \r\n",
                "F".repeat(128),
                "x".repeat(128)
            ),
        ),
        row(
            "all arguments together are shown up to 128 bytes",
            &[&["FOO"], &[&word[..]; 20][..]].concat(),
            format!(
                "-ERR unknown command 'FOO', with args beginning with: {}'xxxxxxxxxxxxx' \r\n",
                format!("'{word}' ").repeat(5)
            ),
        ),
    ]
}

//! The tables, each script in every cut.

use testkit::array;

use crate::dialogue::Dialogue;
use crate::script::{Script, Then, run_in_every_cut, run_whole};
use crate::scripts::{
    CONNECTION, COUNTERS, FRAMES, INLINE, LEAVING, MISUSE, PROTOCOL_ERRORS, UNFINISHED, UNKNOWN,
    long_winded, too_long,
};
use crate::target::Target;

/// The counters' commands under every discipline; how requests are cut is all one to a discipline.
pub fn counters(target: &Target) {
    converse(target, COUNTERS);
    for discipline in target.disciplines() {
        let server = target.start_with(discipline);
        let dialogues = Dialogue::read(COUNTERS);
        run_whole(server.address(), dialogues.iter().map(Dialogue::as_arrays));
    }
}

/// What clients say about the conversation itself.
pub fn connection(target: &Target) {
    converse(target, CONNECTION);
    cut(target, LEAVING);
}

/// Wrong arguments and unknown commands.
pub fn misuse(target: &Target) {
    converse(target, MISUSE);
    cut(target, UNKNOWN);
    run_whole(target.start().address(), long_winded());
}

/// Commands as a person types them.
pub fn inline_commands(target: &Target) {
    cut(target, INLINE);
}

/// Odd frames that are legal.
pub fn frames(target: &Target) {
    cut(target, FRAMES);
}

/// Frames that end the connection.
pub fn protocol_errors(target: &Target) {
    cut(target, PROTOCOL_ERRORS);
}

/// Frames that never end.
pub fn unfinished_requests(target: &Target) {
    cut(target, UNFINISHED);
}

/// Lines of more than 64 KiB. (Cut at each of 65,536 bytes they would prove no more, and take an hour.)
pub fn endless_lines(target: &Target) {
    run_whole(target.start().address(), too_long());
}

/// A word and a name made of all 256 byte values.
pub fn every_byte_value(target: &Target) {
    let bytes: Vec<u8> = (0..=255).collect();
    let row = |proves, requests: &[Vec<u8>], expects: Vec<u8>| Script {
        proves,
        sends: requests.concat().into(),
        expects: expects.into(),
        then: Then::GoesOn,
        unlike_redis: None,
    };
    let echoed = [b"$256\r\n", &bytes[..], b"\r\n"].concat();
    cut(
        target,
        &[
            row(
                "ECHO returns any byte",
                &[array(&[b"ECHO", &bytes])],
                echoed,
            ),
            row(
                "a name may be any bytes",
                &[array(&[b"INCR", &bytes]), array(&[b"GET", &bytes])],
                b":1\r\n$1\r\n1\r\n".to_vec(),
            ),
        ],
    );
}

fn converse(target: &Target, text: &'static str) {
    let dialogues = Dialogue::read(text);
    let arrays = dialogues.iter().map(Dialogue::as_arrays);
    let lines = dialogues.iter().map(Dialogue::as_lines);
    cut(target, &arrays.chain(lines).collect::<Vec<_>>());
}

fn cut(target: &Target, scripts: &[Script]) {
    run_in_every_cut(target.start().address(), scripts);
}

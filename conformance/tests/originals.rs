//! The article's own systems pass the cases that they serve: INCR, GET, ECHO, PING and plain echo, in every cut.

use std::path::Path;

use conformance::suite::{concurrency, echo, instruments, process, streams, tables};
use conformance::target::Target;

/// Made by `scripts/originals`; `scripts/test` runs it before the tests, and in CI does not do without.
const PYTHON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../target/originals/bin/python"
);

const TWISTED: Target = Target {
    program: PYTHON,
    flags: &[concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../originals/twisted_server.py"
    )],
    exact: &["plain"],
    lossy: &[],
};

const THREADED: Target = Target {
    program: PYTHON,
    flags: &[concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../originals/threaded_server.py"
    )],
    exact: &["lock"],
    lossy: &["none"],
};

/// What is left out asks for other commands, for INFO, or for limits that a hundred lines of Python do not have.
const SERVED: [fn(&Target); 17] = [
    tables::frames,
    tables::unfinished_requests,
    tables::endless_lines,
    tables::every_byte_value,
    streams::ten_thousand_requests_in_one_write,
    streams::replies_larger_than_every_buffer,
    streams::two_hundred_clients_at_once,
    streams::halves_of_requests_are_kept_apart,
    streams::half_close_answers_everything_first,
    streams::command_and_fin_in_one_segment,
    echo::every_byte_in_every_cut,
    echo::ten_megabytes,
    echo::no_byte_has_a_meaning,
    concurrency::one_request_at_a_time,
    concurrency::pipelined,
    instruments::no_debugging_unless_allowed,
    instruments::debugging_where_allowed,
];

#[test]
fn twisted_passes_what_it_serves() {
    passes(&TWISTED);
}

#[test]
fn threaded_python_passes_what_it_serves() {
    passes(&THREADED);
}

fn passes(target: &Target) {
    if !Path::new(target.program).exists() {
        eprintln!(
            "skipped: there is no {}; scripts/originals makes it",
            target.program
        );
        return;
    }
    for case in SERVED {
        case(target);
    }
    concurrency::lossy_disciplines_never_count_too_much(target);
    process::sigterm_of_an_echo_server(target);
}

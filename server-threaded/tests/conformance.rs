//! The suite that every server must pass, under the disciplines that compile with threads.

conformance::suite!(
    env!("CARGO_BIN_EXE_server-threaded"),
    exact: ["mutex", "atomic"],
    lossy: ["racy"],
);

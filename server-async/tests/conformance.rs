//! The suite that every server must pass, on every processor.

conformance::suite!(
    env!("CARGO_BIN_EXE_server-async"),
    exact: ["mutex", "atomic"],
    lossy: ["racy", "yielding"],
);

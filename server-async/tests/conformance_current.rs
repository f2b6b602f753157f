//! The same suite on one thread.

conformance::suite!(
    env!("CARGO_BIN_EXE_server-async"),
    flags: ["--runtime", "current"],
    exact: ["mutex", "atomic", "racy"],
    lossy: ["yielding"],
);

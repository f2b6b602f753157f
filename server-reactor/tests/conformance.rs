//! The suite that every server must pass. On one thread every discipline is exact.

conformance::suite!(
    env!("CARGO_BIN_EXE_server-reactor"),
    exact: ["plain", "mutex", "atomic", "racy"],
    lossy: [],
);

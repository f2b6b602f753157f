//! The load generator's judge tells truth from lies about this server.

conformance::fault_injection!(env!("CARGO_BIN_EXE_server-threaded"), exact: ["mutex", "atomic"]);

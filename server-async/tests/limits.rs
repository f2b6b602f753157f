//! Every limit of a server, driven for real.

conformance::limits!(env!("CARGO_BIN_EXE_server-async"));

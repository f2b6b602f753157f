//! The load generator reports every wrong reply of this server, and no correct one.

conformance::fault_injection!(env!("CARGO_BIN_EXE_server-async"), exact: ["mutex", "atomic"]);

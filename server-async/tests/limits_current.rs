//! The same limits on one thread.

conformance::limits!(env!("CARGO_BIN_EXE_server-async"), flags: ["--runtime", "current"]);

//! What the parts of a plan may be. Each bound keeps the memory of a run known beforehand.

/// As many as a process can have sockets with a generous RLIMIT_NOFILE.
pub const CONNECTIONS: u32 = 1_000_000;
/// More threads than any machine has processors.
pub const THREADS: u32 = 1_024;
/// A window of requests in flight beyond which only the queue in the kernel grows.
pub const DEPTH: u32 = 65_536;
/// The default limit of our servers is 1 MiB; Redis takes 512 MiB.
pub const PAYLOAD_BYTES: u32 = 512 << 20;
/// Each key has an entry in `run.json`.
pub const KEYS: u32 = 100_000;
/// Each connection remembers the last value of each key of the last thousand or so that it asked for, in about fifty bytes.
pub const VALUES_REMEMBERED: u64 = 32 << 20;
/// The longest name that our servers take.
pub const KEY_BYTES: usize = 512;
/// Requests in flight over all connections of an open loop. Each takes a few dozen bytes here.
pub const IN_FLIGHT: u32 = 10_000_000;
/// A request in a quarter of an hour.
pub const LEAST_RATE_PER_S: f64 = 0.001;
/// More than any machine can ask.
pub const MOST_RATE_PER_S: f64 = 1e9;

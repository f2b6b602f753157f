//! The limits of a configuration. They bound the memory of a run.

/// The sockets of one process with a generous RLIMIT_NOFILE.
pub const CONNECTIONS: u32 = 1_000_000;
/// More than the processors of any machine.
pub const THREADS: u32 = 1_024;
/// With more requests in flight only the kernel's queue grows.
pub const DEPTH: u32 = 65_536;
/// The default limit of our servers is 1 MiB; that of Redis is 512 MiB.
pub const PAYLOAD_BYTES: u32 = 512 << 20;
/// Each key has an entry in `run.json`.
pub const KEYS: u32 = 100_000;
/// Each connection remembers the last value of about its last thousand keys, at about fifty bytes each.
pub const VALUES_REMEMBERED: u64 = 32 << 20;
/// The longest name that our servers accept.
pub const KEY_BYTES: usize = 512;
/// Requests in flight over all connections of an open loop, at a few dozen bytes each.
pub const IN_FLIGHT: u32 = 10_000_000;
/// About one request in a quarter of an hour.
pub const LEAST_RATE_PER_S: f64 = 0.001;
/// More than any machine can send.
pub const MOST_RATE_PER_S: f64 = 1e9;

//! `/proc`: what a server holds, seen from outside.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use crate::server::Server;
use crate::until::until;

/// What a connection costs a server and must be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Open file descriptors.
    pub descriptors: usize,
    /// Threads, the first one included.
    pub threads: usize,
}

impl Footprint {
    /// At this moment.
    pub fn of(server: &Server) -> Self {
        let entries = |folder: &str| fs::read_dir(path(server, folder)).unwrap().count();
        Self {
            descriptors: entries("fd"),
            threads: entries("task"),
        }
    }
}

/// The limit on descriptors (`RLIMIT_NOFILE`, one more than the highest number) that leaves so many to spare.
pub fn descriptor_limit_with_spare(server: &Server, spare: usize) -> u64 {
    let open: BTreeSet<u64> = fs::read_dir(path(server, "fd"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_str()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    let last = (0..).filter(|number| !open.contains(number)).nth(spare - 1);
    last.expect("numbers do not end") + 1
}

/// The address space in use (`VmSize`), which `RLIMIT_AS` bounds.
pub fn address_space_bytes(server: &Server) -> u64 {
    status_bytes(server, "VmSize:")
}

/// The most bytes that were ever resident at once (`VmHWM`).
pub fn peak_resident_bytes(server: &Server) -> u64 {
    status_bytes(server, "VmHWM:")
}

fn status_bytes(server: &Server, field: &str) -> u64 {
    let status = fs::read_to_string(path(server, "status")).unwrap();
    let value = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB"));
    value.and_then(|kib| kib.parse::<u64>().ok()).unwrap() * 1024
}

/// Waits until the server uses no processor time. One that spins never gets there, however busy the machine is.
pub fn wait_until_idle(server: &Server) {
    const STILL: Duration = Duration::from_millis(100);
    let mut last = (processor_ticks(server), Instant::now());
    until("the server rests", || {
        let ticks = processor_ticks(server);
        if ticks != last.0 {
            last = (ticks, Instant::now());
        }
        last.1.elapsed() >= STILL
    });
}

/// User and system time in clock ticks: the 14th and 15th field of `stat`, behind a name that may hold blanks.
fn processor_ticks(server: &Server) -> u64 {
    let stat = fs::read_to_string(path(server, "stat")).unwrap();
    let (_, behind_name) = stat.rsplit_once(") ").unwrap();
    behind_name
        .split(' ')
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum()
}

fn path(server: &Server, entry: &str) -> String {
    format!("/proc/{}/{entry}", server.pid())
}

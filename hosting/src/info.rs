//! INFO: the sections about the process, in Redis's layout.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::process;
use std::sync::atomic::Ordering;

use clap::ValueEnum;
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;

use crate::Host;

/// The sections about the process; the service adds the one about its counters.
pub(crate) fn sections(host: &Host) -> Vec<(&'static str, String)> {
    let mut sections = vec![
        ("server", server(host)),
        ("clients", clients(host)),
        ("memory", memory(host)),
        ("stats", format!("# Stats\r\n{}", host.statistics.lines())),
        ("cpu", cpu()),
    ];
    sections.extend(host.instruments.sections());
    sections
}

/// The version of Redis whose replies the commands have here. Clients choose their features by it.
const REDIS_VERSION: &str = "7.0.0";

fn server(host: &Host) -> String {
    let runtime = host.runtime.and_then(|runtime| runtime.to_possible_value());
    let runtime = runtime.map(|name| format!("runtime:{}\r\n", name.get_name()));
    format!(
        "# Server\r\nredis_version:{REDIS_VERSION}\r\nserver_name:baton\r\nserver_version:{}\r\nredis_mode:standalone\r\nmodel:{}\r\n{}process_id:{}\r\nrun_id:{}\r\n\
         tcp_port:{}\r\nuptime_in_seconds:{}\r\n",
        env!("CARGO_PKG_VERSION"),
        host.model,
        runtime.unwrap_or_default(),
        process::id(),
        host.run_id,
        host.address.port(),
        host.started.elapsed().as_secs(),
    )
}

fn clients(host: &Host) -> String {
    format!(
        "# Clients\r\nconnected_clients:{}\r\nmaxclients:{}\r\nblocked_clients:0\r\n",
        host.connected(),
        host.limits.max_connections
    )
}

fn memory(host: &Host) -> String {
    let buffered = host.held_bytes.load(Ordering::Relaxed);
    let resident = resident_bytes().map_or("n/a".to_owned(), |bytes| bytes.to_string());
    // Redis counts what its allocator has given out, which no allocator of ours tells: what is resident is more.
    format!(
        "# Memory\r\nused_memory:{resident}\r\nused_memory_rss:{resident}\r\nbuffered_bytes:{buffered}\r\nmax_buffered_bytes:{}\r\n",
        host.limits.max_memory,
    )
}

/// The resident set size, pages shared with other processes included; /proc/self/status gives it in kB.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim()
        .strip_suffix(" kB")?
        .parse()
        .ok()
        .map(|kib: u64| kib * 1024)
}

/// getrusage(2) sums over all threads, ended ones included; /proc/PID/status shows only the main thread's context switches.
fn cpu() -> String {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else {
        return "# CPU\r\n".to_owned();
    };
    format!(
        "# CPU\r\nused_cpu_sys:{}\r\nused_cpu_user:{}\r\nvoluntary_context_switches:{}\r\n\
         involuntary_context_switches:{}\r\n",
        seconds(usage.system_time()),
        seconds(usage.user_time()),
        Usage::voluntary_context_switches(&usage),
        Usage::involuntary_context_switches(&usage),
    )
}

fn seconds(time: TimeVal) -> String {
    format!("{}.{:06}", time.tv_sec(), time.tv_usec())
}

/// Forty hexadecimal digits, different at every start: a client sees by them that the server restarted and the counters began anew.
pub(crate) fn new_run_id() -> String {
    // The standard library seeds its hasher from the system's randomness, once for each of these.
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}{:08x}", word(), word(), word() >> 32)
}

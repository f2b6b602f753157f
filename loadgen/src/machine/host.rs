//! The load generator's machine, described well enough to reproduce a run.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use procfs::process::Process;
use procfs::{CpuInfo, Current as _, Meminfo};
use results::Host;

/// Kernel settings that affect a run with many connections.
const SYSCTLS: [&str; 5] = [
    "net.core.somaxconn",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "kernel.sched_autogroup_enabled",
];

/// Describes this machine. Values that the kernel does not report, and those of a server, are absent.
pub fn read() -> Host {
    let cpu_info = CpuInfo::current().ok();
    Host {
        kernel: kernel(),
        cpu_model: cpu_info.and_then(|info| info.model_name(0).map(str::to_owned)),
        cores: thread::available_parallelism().map_or(1, |cores| cores.get() as u32),
        memory_bytes: Meminfo::current().ok().map(|memory| memory.mem_total),
        client_cpus: Process::myself().ok().and_then(allowed_cpus),
        server_cpus: None,
        sysctls: sysctls(),
    }
}

/// Returns the processors that a process is pinned to, as in `0-3,7`; `None` if it may use all, or is absent.
pub(crate) fn allowed_cpus(process: Process) -> Option<String> {
    let range = |(first, last): (u32, u32)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    let own = process.status().ok()?.cpus_allowed_list?;
    let own = own.into_iter().map(range).collect::<Vec<_>>().join(",");
    let all = first_line("/sys/devices/system/cpu/online")?;
    (own != all).then_some(own)
}

fn kernel() -> String {
    let release = first_line("/proc/sys/kernel/osrelease");
    format!("Linux {}", release.as_deref().unwrap_or("n/a"))
}

fn sysctls() -> BTreeMap<String, String> {
    let read = |name: &str| {
        let text = first_line(&format!("/proc/sys/{}", name.replace('.', "/")))?;
        Some((name.to_owned(), text.replace('\t', " ")))
    };
    SYSCTLS.into_iter().filter_map(read).collect()
}

fn first_line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_name_and_memory() {
        let host = read();
        assert!(
            host.kernel.starts_with("Linux ") && !host.kernel.ends_with("n/a"),
            "{}",
            host.kernel
        );
        assert!(host.cores >= 1 && host.memory_bytes > Some(1 << 20));
        assert!(host.sysctls.contains_key("net.core.somaxconn"));
    }
}

//! The machine of the load generator, as far as a second person needs to know it.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use results::Host;

/// Kernel settings that change what a run over many connections shows.
const SYSCTLS: [&str; 5] = [
    "net.core.somaxconn",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "kernel.sched_autogroup_enabled",
];

/// Reads it; what the kernel does not say is absent, and so is whatever concerns a server.
pub fn read() -> Host {
    Host {
        kernel: kernel(),
        cpu_model: value_in("/proc/cpuinfo", "model name"),
        cores: thread::available_parallelism().map_or(1, |cores| cores.get() as u32),
        memory_bytes: value_in("/proc/meminfo", "MemTotal")
            .and_then(|kib| kib.strip_suffix(" kB")?.parse::<u64>().ok())
            .map(|kib| kib * 1_024),
        client_cpus: kept_to("self"),
        server_cpus: None,
        sysctls: sysctls(),
    }
}

/// The processors that a process of this machine is kept to, as in `0-3,7`; `None` where it may use all, or is not there.
pub(crate) fn kept_to(process: &str) -> Option<String> {
    let own = value_in(&format!("/proc/{process}/status"), "Cpus_allowed_list")?;
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
        Some((
            name.to_owned(),
            text.split_whitespace().collect::<Vec<_>>().join(" "),
        ))
    };
    SYSCTLS.into_iter().filter_map(read).collect()
}

fn first_line(path: &str) -> Option<String> {
    fs::read_to_string(path)
        .ok()?
        .lines()
        .next()
        .map(str::to_owned)
}

/// What stands behind the colon of the first line that begins with `name`.
fn value_in(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':')
        .map(|(_, value)| value.trim().to_owned())
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

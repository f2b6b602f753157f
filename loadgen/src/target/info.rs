//! INFO: a RESP server's description of itself.

use results::Server;

/// The lines `name:value` of an INFO reply.
#[derive(Debug, Clone)]
pub(crate) struct Info {
    text: String,
}

impl Info {
    pub(crate) fn new(text: String) -> Self {
        Self { text }
    }

    /// Returns the text after `name:`.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let named = |line: &'_ str| {
            line.split_once(':')
                .is_some_and(|(before, _)| before == name)
        };
        let line = self.text.lines().find(|line| named(line))?;
        line.split_once(':').map(|(_, value)| value.trim())
    }

    /// Returns a value as a whole number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.value(name)?.parse().ok()
    }

    /// Converts seconds with a fraction, Redis's format of processor time. Microseconds are exact in an `f64`.
    pub(crate) fn seconds_as_ns(&self, name: &str) -> Option<u64> {
        let seconds: f64 = self.value(name)?.parse().ok()?;
        (0.0..1e9)
            .contains(&seconds)
            .then_some((seconds * 1e6).round() as u64 * 1_000)
    }

    /// Returns the run_id, which is new at each start of the server: forty hexadecimal digits.
    pub(crate) fn run_id(&self) -> Option<&str> {
        self.value("run_id")
    }

    /// Returns the server's description; `None` without a model (our servers) or a version of Valkey or Redis.
    pub(crate) fn server(&self) -> Option<Server> {
        let version = |name| self.value(name).map(str::to_owned);
        let ours = || self.value("model").zip(version("server_version"));
        let valkey = || version("valkey_version").map(|version| ("valkey", version));
        let redis = || version("redis_version").map(|version| ("redis", version));
        let (model, version) = ours().or_else(valkey).or_else(redis)?;
        Some(Server {
            model: model.to_owned(),
            counter: self.value("discipline").map(str::to_owned),
            version,
            pid: self
                .number("process_id")
                .and_then(|pid| u32::try_from(pid).ok()),
            run_id: self.run_id().map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_their_whole_name() {
        let info = Info::new("# Server\r\nredis_version:7.0.15\r\nprocess_id:42\r\nused_cpu_sys:0.001234\r\nx_process_id:7\r\n".to_owned());
        assert_eq!(
            (info.number("process_id"), info.value("version")),
            (Some(42), None)
        );
        assert_eq!(info.seconds_as_ns("used_cpu_sys"), Some(1_234_000));
        assert_eq!(
            Info::new("# Server\r\nprocess_id:42\r\n".to_owned()).server(),
            None
        );
    }

    #[test]
    fn redis_and_valkey_are_identified_by_their_versions() {
        let said = |text: &str| {
            let server = Info::new(text.to_owned()).server().unwrap();
            format!("{} {}", server.model, server.version)
        };
        assert_eq!(
            said("redis_version:7.0.15\r\nrun_id:ab\r\n"),
            "redis 7.0.15"
        );
        let valkey = "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n";
        assert_eq!(said(valkey), "valkey 8.1.1");
    }

    #[test]
    fn our_servers_report_how_they_wait() {
        let info = Info::new("model:threaded\r\nserver_version:0.1.0\r\ndiscipline:racy\r\nprocess_id:1\r\nrun_id:ab\r\n".to_owned());
        let server = info.server().unwrap();
        assert_eq!(
            (server.model.as_str(), server.counter.as_deref(), server.pid),
            ("threaded", Some("racy"), Some(1))
        );
    }
}

//! The header of a history file: the run it belongs to, and the names of its keys.

use serde_json::{Value, json};

use crate::config::Config;
use crate::protocol::encode::fresh_name;

/// The run that a history belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HistoryHeader {
    /// The target's address.
    pub(super) target: String,
    /// The configuration as text.
    pub(super) config: String,
    /// The run's identifier, part of its fresh keys and payloads.
    run: u64,
    /// The key given by the user, if any.
    named: Option<String>,
}

impl HistoryHeader {
    /// The header of a run.
    pub(super) fn of(config: &Config, run: u64) -> Self {
        Self {
            target: config.target.address.to_string(),
            config: config.to_string(),
            run,
            named: config.key.clone(),
        }
    }

    /// Returns the header as text. The names of fresh keys derive from the run, so they are not listed.
    pub(super) fn text(&self) -> String {
        let run = format!("{:016x}", self.run);
        json!({"target": self.target, "plan": self.config, "run": run, "key": self.named})
            .to_string()
    }

    /// Parses the output of [`text`](Self::text); `None` if another program wrote the header.
    pub(super) fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let word = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            target: word("target")?,
            config: word("plan")?,
            run: u64::from_str_radix(&word("run")?, 16).ok()?,
            named: word("key"),
        })
    }

    /// Whether the user named the key: other clients may then use it too.
    pub(super) fn is_shared(&self) -> bool {
        self.named.is_some()
    }

    /// Returns the name of a key.
    pub(super) fn key(&self, number: u32) -> String {
        match &self.named {
            Some(name) => name.clone(),
            None => fresh_name(self.run, number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::builder;

    #[test]
    fn a_written_header_reads_back() {
        let header = HistoryHeader::of(&builder().build().unwrap(), 0xBEEF);
        assert_eq!(HistoryHeader::read(&header.text()), Some(header.clone()));
        assert_eq!(header.key(7), "baton:000000000000beef:00007");
        let builder = builder().key("visitors \"x\"".to_owned());
        let named = HistoryHeader::of(&builder.build().unwrap(), 1);
        assert_eq!(HistoryHeader::read(&named.text()), Some(named.clone()));
        assert_eq!(named.key(0), "visitors \"x\"");
        assert_eq!(HistoryHeader::read("not of this program"), None);
    }
}

//! The note at the head of a history file: what the numbers in it are called.

use serde_json::{Value, json};

use crate::config::{Config, Keys};
use crate::protocol::encode::fresh_name;

/// Of which run a history is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryHeader {
    /// The target's address.
    pub(crate) target: String,
    /// The plan in words.
    pub(crate) plan: String,
    /// What marks the run's keys and payloads.
    run: u64,
    /// The one key of a run that was given one.
    named: Option<String>,
}

impl HistoryHeader {
    /// The note of a run.
    pub(crate) fn of(plan: &Config, run: u64) -> Self {
        Self {
            target: plan.target.address(),
            plan: plan.to_string(),
            run,
            named: match &plan.keys {
                Keys::Named(name) => Some(name.clone()),
                Keys::Fresh(_) => None,
            },
        }
    }

    /// As it is written. The names of fresh keys follow from the run, however many there are.
    pub(crate) fn text(&self) -> String {
        let run = format!("{:016x}", self.run);
        json!({"target": self.target, "plan": self.plan, "run": run, "key": self.named}).to_string()
    }

    /// Reads what [`text`](Self::text) wrote; `None` of a note that somebody else wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let word = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            target: word("target")?,
            plan: word("plan")?,
            run: u64::from_str_radix(&word("run")?, 16).ok()?,
            named: word("key"),
        })
    }

    /// Whether the key was given a name, so that others may use it too.
    pub(crate) fn is_shared(&self) -> bool {
        self.named.is_some()
    }

    /// The name of a key.
    pub(crate) fn key(&self, number: u32) -> String {
        match &self.named {
            Some(name) => name.clone(),
            None => fresh_name(self.run, number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::plan;

    #[test]
    fn a_note_survives_being_written() {
        let note = HistoryHeader::of(&plan(), 0xBEEF);
        assert_eq!(HistoryHeader::read(&note.text()), Some(note.clone()));
        assert_eq!(note.key(7), "baton:000000000000beef:00007");
        let named = HistoryHeader::of(
            &Config {
                keys: Keys::Named("visitors \"x\"".to_owned()),
                ..plan()
            },
            1,
        );
        assert_eq!(HistoryHeader::read(&named.text()), Some(named.clone()));
        assert_eq!(named.key(0), "visitors \"x\"");
        assert_eq!(HistoryHeader::read("not of this program"), None);
    }
}

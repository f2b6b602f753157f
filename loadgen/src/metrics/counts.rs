//! What is counted, and the messages that are kept.

use std::collections::BTreeMap;

use results::FailureReason;

/// What was counted, by one worker or by all.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    /// Requests whose last byte was handed to the kernel.
    pub(crate) sent: u64,
    /// Requests with a well-formed reply.
    pub(crate) completed: u64,
    /// Requests without one, by reason.
    pub(crate) failures: BTreeMap<FailureReason, u64>,
    /// Requests that were held back because too many were in flight.
    pub(crate) delayed: u64,
    /// How often the requests in flight were looked at, and the sum of what was seen.
    pub(crate) looks: u64,
    /// See [`looks`](Self::looks).
    pub(crate) seen_in_flight: u64,
    /// Bytes written.
    pub(crate) bytes_sent: u64,
    /// Bytes read.
    pub(crate) bytes_received: u64,
}

impl Counts {
    /// Failures of every reason together.
    pub(crate) fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// What was counted since an earlier state of the same counts.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let before = |reason| earlier.failures.get(reason).copied().unwrap_or(0);
        let failures = self.failures.iter();
        let failures = failures.map(|(reason, count)| (*reason, count - before(reason)));
        Self {
            // The one count that may fall: a request that was never sent whole is taken back.
            sent: self.sent.saturating_sub(earlier.sent),
            completed: self.completed - earlier.completed,
            failures: failures.filter(|(_, count)| *count > 0).collect(),
            delayed: self.delayed - earlier.delayed,
            looks: self.looks - earlier.looks,
            seen_in_flight: self.seen_in_flight - earlier.seen_in_flight,
            bytes_sent: self.bytes_sent - earlier.bytes_sent,
            bytes_received: self.bytes_received - earlier.bytes_received,
        }
    }

    /// Adds what another worker counted, or another interval.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.completed += other.completed;
        self.delayed += other.delayed;
        self.looks += other.looks;
        self.seen_in_flight += other.seen_in_flight;
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
        for (reason, count) in &other.failures {
            *self.failures.entry(*reason).or_default() += count;
        }
    }
}

/// The first few different messages, each with its count.
#[derive(Debug, Default)]
pub(crate) struct TopMessages {
    counts: BTreeMap<String, u64>,
}

impl TopMessages {
    /// More different ones than this are not kept: a server could make up any number.
    const DIFFERENT: usize = 8;

    /// Counts a message.
    pub(crate) fn add(&mut self, text: &str) {
        self.add_many(text, 1);
    }

    /// Adds what another worker was told.
    pub(crate) fn merge(&mut self, other: Self) {
        for (text, count) in other.counts {
            self.add_many(&text, count);
        }
    }

    /// The most frequent message.
    pub(crate) fn most_frequent(&self) -> Option<String> {
        let most_frequent = self.counts.iter().max_by_key(|(_, count)| **count);
        most_frequent.map(|(text, _)| text.clone())
    }

    fn add_many(&mut self, text: &str, count: u64) {
        if let Some(known) = self.counts.get_mut(text) {
            *known += count;
        } else if self.counts.len() < Self::DIFFERENT {
            self.counts.insert(text.to_owned(), count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_bounded_and_the_most_frequent_leads() {
        let mut messages = TopMessages::default();
        (0..1_000).for_each(|number| messages.add(&format!("ERR {number}")));
        messages.add("ERR 3");
        assert_eq!(messages.counts.len(), TopMessages::DIFFERENT);
        assert_eq!(messages.most_frequent().as_deref(), Some("ERR 3"));
    }
}

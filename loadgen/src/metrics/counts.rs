//! Counts of requests and bytes, and the most frequent messages.

use std::collections::BTreeMap;

use results::FailureReason;

/// The counts of one worker or of all, in an interval or in the whole run.
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
    /// Samples of the number of requests in flight.
    pub(crate) in_flight_samples: u64,
    /// The sum of these samples.
    pub(crate) in_flight_sum: u64,
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

    /// Counts failures of one reason.
    pub(crate) fn add_failures(&mut self, reason: FailureReason, requests: u64) {
        *self.failures.entry(reason).or_default() += requests;
    }

    /// Adds the counts of another worker, or of another interval.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.completed += other.completed;
        self.delayed += other.delayed;
        self.in_flight_samples += other.in_flight_samples;
        self.in_flight_sum += other.in_flight_sum;
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
        for (reason, requests) in &other.failures {
            self.add_failures(*reason, *requests);
        }
    }
}

/// The first few different messages, each with its count.
#[derive(Debug, Default)]
pub(crate) struct TopMessages {
    counts: BTreeMap<String, u64>,
}

impl TopMessages {
    /// The most different messages that are kept: a server could make up any number.
    const DIFFERENT: usize = 8;

    /// Counts a message.
    pub(crate) fn add(&mut self, text: &str) {
        self.add_many(text, 1);
    }

    /// Adds the messages of another worker.
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

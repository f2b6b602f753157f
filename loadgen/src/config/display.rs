//! The plan in words: what a run prints first, and what a comparison is titled with.

use std::fmt;

use results::CheckLevel;
use results::units::{count, number};

use super::operation::Kind;
use super::{Arrival, Config, Keys, Limit, Load};

impl fmt::Display for Config {
    /// The plan in words: the first line that a run prints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} to {}, seed {}, timeout {:?}, {}",
            self.load_in_words(),
            self.target,
            self.seed,
            self.timeout,
            self.check_in_words(),
        )
    }
}

impl Config {
    /// The load in words, wherever it goes.
    pub fn load_in_words(&self) -> String {
        let limit = match self.limit {
            Limit::Requests(1) => "1 request".to_owned(),
            Limit::Requests(requests) => format!("{} requests", count(requests)),
            Limit::Time(limit) => format!("requests for {limit:?}"),
        };
        format!(
            "{limit} ({}) over {}, {}, {}",
            self.operations_in_words(),
            counted(self.connections, "connection"),
            self.mode_in_words(),
            counted(self.threads, "thread"),
        )
    }

    fn mode_in_words(&self) -> String {
        let open = match self.load {
            Load::Closed { depth } => {
                return format!("closed loop, {} in flight on each", count(u64::from(depth)));
            }
            Load::Open(open) => open,
        };
        let arrival = match open.arrival {
            Arrival::Constant => "evenly spaced".to_owned(),
            Arrival::Poisson => "independent (Poisson)".to_owned(),
            Arrival::Bursts { size } => format!("{} at once", count(u64::from(size))),
            Arrival::Sessions { requests } => {
                return format!(
                    "open loop, {} requests/s in total, by clients that connect, ask {}, and leave",
                    number(open.rate_per_s),
                    counted(requests, "time"),
                );
            }
        };
        let depth = open
            .depth
            .map(|depth| format!(" and {} on each connection", count(u64::from(depth))))
            .unwrap_or_default();
        format!(
            "open loop, {} requests/s in total, {arrival}, at most {} in flight{depth}",
            number(open.rate_per_s),
            count(u64::from(open.max_in_flight)),
        )
    }

    fn check_in_words(&self) -> &'static str {
        match self.check {
            CheckLevel::Full => "every answer judged",
            CheckLevel::Replies => "every answer judged, the counters' real time not",
            CheckLevel::None => "only the form of the answers checked",
        }
    }

    fn operations_in_words(&self) -> String {
        let payload = match self.mix.includes(Kind::Echo) {
            true => format!(", payload {} B", count(u64::from(self.payload_bytes))),
            false => String::new(),
        };
        let keys = match &self.keys {
            _ if !self.counts() => String::new(),
            Keys::Named(name) => format!(", key '{name}'"),
            Keys::Fresh(1) => ", one fresh key".to_owned(),
            Keys::Fresh(keys) => format!(", {} fresh keys", count(u64::from(*keys))),
        };
        let amount = match self.amount.get() {
            1 => String::new(),
            _ if !self.mix.includes(Kind::Incr) => String::new(),
            amount => format!(", by {amount}"),
        };
        format!("{}{amount}{payload}{keys}", self.mix)
    }
}

fn counted(number: u32, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(u64::from(number)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::tests::plan;
    use super::*;

    #[test]
    fn a_plan_says_in_words_what_will_happen() {
        assert_eq!(
            plan().checked().unwrap().to_string(),
            "1\u{a0}000\u{a0}000 requests (incr=8,get=2, one fresh key) over 50 connections, closed loop, \
             16 in flight on each, 1 thread to resp://127.0.0.1:7001, seed 1, timeout 5s, every answer judged"
        );
        let echo = Config {
            mix: "echo".parse().unwrap(),
            limit: Limit::Time(Duration::from_secs(10)),
            ..plan()
        };
        assert!(
            echo.to_string()
                .starts_with("requests for 10s (echo, payload 64 B) over"),
            "{echo}"
        );
    }
}

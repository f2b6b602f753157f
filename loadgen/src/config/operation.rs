//! What is asked of the server: the kinds of request, and the share that each has in a workload.

use std::fmt;
use std::str::FromStr;

/// One kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `INCR key`: adds one to a counter and returns the new value.
    Incr,
    /// `GET key`: returns the counter's value.
    Get,
    /// `ECHO payload`, or the bare payload to a plain-echo server: returns the same bytes.
    Echo,
    /// `PING`: returns `PONG`.
    Ping,
}

impl Kind {
    /// All kinds, in the order of their discriminants: `ALL[kind as usize] == kind`.
    pub const ALL: [Self; 4] = [Self::Incr, Self::Get, Self::Echo, Self::Ping];

    /// Whether it is asked of a counter, so that its answer belongs to the counter's history.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Incr | Self::Get)
    }

    /// The word of the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Incr => "incr",
            Self::Get => "get",
            Self::Echo => "echo",
            Self::Ping => "ping",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| {
            format!("'{text}' is not an operation; write incr, get, echo, ping or mix:incr=8,get=2")
        })
    }
}

/// The kinds of a workload with their weights: never empty, no kind twice, no weight of zero.
///
/// ```
/// use loadgen::config::operation::Mix;
/// let mix: Mix = "mix:incr=8,get=2".parse().unwrap();
/// assert_eq!(mix.to_string(), "incr=8,get=2");
/// assert_eq!(mix.total_weight(), 10);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    shares: Vec<(Kind, u32)>,
}

impl Mix {
    /// A workload of one kind.
    pub fn only(kind: Kind) -> Self {
        Self {
            shares: vec![(kind, 1)],
        }
    }

    /// The kinds and their weights, as they were written.
    pub fn shares(&self) -> &[(Kind, u32)] {
        &self.shares
    }

    /// The sum of the weights.
    pub fn total_weight(&self) -> u32 {
        self.shares.iter().map(|(_, weight)| weight).sum()
    }

    /// Whether requests of this kind are sent.
    pub fn includes(&self, kind: Kind) -> bool {
        self.shares.iter().any(|(included, _)| *included == kind)
    }
}

/// Weights are shares, not counts: more would be a slip of the finger, and the sum must fit.
const GREATEST_WEIGHT: u32 = 1_000_000;

impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(list) = text.strip_prefix("mix:") else {
            return text.parse().map(Self::only);
        };
        let mut shares: Vec<(Kind, u32)> = Vec::new();
        for share in list.split(',') {
            let (kind, weight) = share.split_once('=').ok_or_else(|| {
                format!("'{share}' in '{text}' is not a share; write mix:incr=8,get=2")
            })?;
            let kind: Kind = kind.parse()?;
            let weight = weight
                .parse()
                .ok()
                .filter(|weight| (1..=GREATEST_WEIGHT).contains(weight));
            let weight = weight.ok_or_else(|| {
                format!("'{share}' in '{text}' needs a weight from 1 to {GREATEST_WEIGHT}")
            })?;
            if shares.iter().any(|(earlier, _)| *earlier == kind) {
                return Err(format!(
                    "'{kind}' stands twice in '{text}'; give each operation one weight"
                ));
            }
            shares.push((kind, weight));
        }
        Ok(Self { shares })
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [(kind, _)] = self.shares[..] {
            return write!(f, "{kind}");
        }
        for (at, (kind, weight)) in self.shares.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{kind}={weight}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_is_a_mix_too() {
        let mix: Mix = "echo".parse().unwrap();
        assert_eq!(mix, Mix::only(Kind::Echo));
        assert!(mix.includes(Kind::Echo) && !mix.includes(Kind::Incr));
    }

    #[test]
    fn kinds_are_numbered_as_they_stand() {
        for (number, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
        }
    }

    #[test]
    fn a_wrong_mix_is_refused() {
        for text in [
            "",
            "mix:",
            "mix:incr",
            "mix:incr=0",
            "mix:incr=-1",
            "mix:incr=1,incr=2",
            "mix:set=1",
            "mix:incr=9999999999",
            "INCR",
        ] {
            assert!(text.parse::<Mix>().is_err(), "{text}");
        }
    }
}

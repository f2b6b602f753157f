//! Which request comes next: a seeded sequence that both ends of a connection's pipeline can follow.

use crate::config::operation::{Kind, Mix};
use crate::protocol::random::SplitMix64;

/// One request of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operation {
    /// What is asked.
    pub kind: Kind,
    /// The number of the key among the run's keys; 0 where the kind has no key.
    pub key: u32,
    /// The request's number on its connection, from 0.
    pub sequence: u64,
}

/// The requests of one connection, in order, for ever.
///
/// A connection keeps two copies: one writes requests, the other, as many steps behind as requests are in flight,
/// says what the next reply must answer. So nothing has to be stored per request, whatever the pipeline depth.
/// The same seed and connection give the same requests against every server.
#[derive(Debug, Clone)]
pub(crate) struct OperationSequence {
    choice: Choice,
    random: SplitMix64,
    sequence: u64,
}

/// How the next request is chosen. A workload of one request draws no random number.
#[derive(Debug, Clone)]
enum Choice {
    Always(Kind),
    Among {
        ends: [(u32, Kind); 4],
        total_weight: u32,
        keys: u32,
    },
}

impl OperationSequence {
    /// The requests of connection number `connection`.
    pub(crate) fn new(mix: &Mix, keys: u32, seed: u64, connection: u32) -> Self {
        let choice = match mix.shares() {
            [(kind, _)] if keys == 1 => Choice::Always(*kind),
            shares => Choice::among(shares, keys),
        };
        let random = SplitMix64::new(seed).fork(u64::from(connection));
        Self {
            choice,
            random,
            sequence: 0,
        }
    }

    /// The number of the next request: so many there were before it.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The next request.
    #[inline]
    pub(crate) fn next(&mut self) -> Operation {
        let sequence = self.sequence;
        self.sequence += 1;
        let (kind, key) = match &self.choice {
            Choice::Always(kind) => (*kind, 0),
            Choice::Among {
                ends,
                total_weight,
                keys,
            } => {
                let draw = self.random.next();
                let place = scaled(draw as u32, *total_weight);
                let within = ends.iter().find(|(end, _)| place < *end);
                // The last end is the total weight, and `place` lies below it.
                let kind = within.map_or(ends[0].1, |(_, kind)| *kind);
                (kind, scaled((draw >> 32) as u32, *keys))
            }
        };
        Operation {
            kind,
            key,
            sequence,
        }
    }
}

impl Choice {
    /// Each kind owns the places from its predecessor's end up to its own.
    fn among(shares: &[(Kind, u32)], keys: u32) -> Self {
        let mut ends = [(0, Kind::Incr); 4];
        let mut total_weight = 0;
        for (end, (kind, weight)) in ends.iter_mut().zip(shares) {
            total_weight += weight;
            *end = (total_weight, *kind);
        }
        Self::Among {
            ends,
            total_weight,
            keys,
        }
    }
}

/// A uniform draw of 32 bits brought to `0..bound` by a multiplication (Lemire 2019, without the rejection step:
/// the bias is below `bound / 2³²`, far under what a workload's shares can show).
#[inline]
fn scaled(draw: u32, bound: u32) -> u32 {
    ((u64::from(draw) * u64::from(bound)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_sees_what_the_writer_sent() {
        let mix = "mix:incr=8,get=2,echo=1".parse().unwrap();
        let mut writer = OperationSequence::new(&mix, 100, 7, 3);
        let mut reader = writer.clone();
        let sent: Vec<_> = (0..1_000).map(|_| writer.next()).collect();
        let expected: Vec<_> = (0..1_000).map(|_| reader.next()).collect();
        assert_eq!(sent, expected);
        assert!(
            sent.iter()
                .enumerate()
                .all(|(at, operation)| operation.sequence == at as u64)
        );
    }

    #[test]
    fn shares_come_near_their_weights_and_keys_are_all_used() {
        let mix = "mix:incr=8,get=2".parse().unwrap();
        let mut script = OperationSequence::new(&mix, 10, 1, 0);
        let (mut reads, mut per_key) = (0, [0_u32; 10]);
        for _ in 0..100_000 {
            let operation = script.next();
            reads += u32::from(operation.kind == Kind::Get);
            per_key[operation.key as usize] += 1;
        }
        // Five standard deviations of the binomial law are about 630 and 475.
        assert!(reads.abs_diff(20_000) < 630, "{reads}");
        assert!(
            per_key.iter().all(|count| count.abs_diff(10_000) < 475),
            "{per_key:?}"
        );
    }

    #[test]
    fn connections_differ_and_seeds_repeat() {
        let mix = "mix:incr=1,get=1".parse().unwrap();
        let draw = |seed, connection| {
            let mut script = OperationSequence::new(&mix, 1_000, seed, connection);
            [script.next(), script.next(), script.next(), script.next()]
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
        assert_ne!(draw(1, 0), draw(2, 0));
    }
}

//! The seeded sequence of a connection's requests. Both ends of its pipeline follow it.

use results::{Operation, Workload};

use super::random::SplitMix64;

/// One request of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    /// The operation.
    pub operation: Operation,
    /// The number of the key among the run's keys; 0 where the operation has no key.
    pub key: u32,
    /// The request's number on its connection, from 0.
    pub sequence: u64,
}

/// The requests of one connection, in order. They never end.
///
/// A connection keeps two copies: one writes requests, the other, as many steps behind as requests are in flight,
/// says what the next reply must answer. So nothing has to be stored per request, whatever the pipeline depth.
/// The same seed and connection give the same requests against every server.
#[derive(Debug, Clone)]
pub(crate) struct RequestSequence {
    choice: Choice,
    random: SplitMix64,
    sequence: u64,
}

/// How to choose the next request. A workload of one request draws no random number.
#[derive(Debug, Clone)]
enum Choice {
    Always(Operation),
    Among {
        ends: [(u32, Operation); 4],
        total_weight: u32,
        keys: u32,
    },
}

impl RequestSequence {
    /// The requests of connection number `connection`.
    pub(crate) fn new(workload: &Workload, connection: u32) -> Self {
        let choice = match workload.operations[..] {
            [only] if workload.keys == 1 => Choice::Always(only.operation),
            _ => Choice::among(workload),
        };
        let random = SplitMix64::new(workload.seed).fork(u64::from(connection));
        Self {
            choice,
            random,
            sequence: 0,
        }
    }

    /// The next request.
    #[inline]
    pub(crate) fn next(&mut self) -> Request {
        let sequence = self.sequence;
        self.sequence += 1;
        let (operation, key) = match &self.choice {
            Choice::Always(operation) => (*operation, 0),
            Choice::Among {
                ends,
                total_weight,
                keys,
            } => {
                let draw = self.random.next();
                let place = scaled(draw as u32, *total_weight);
                let within = ends.iter().find(|(end, _)| place < *end);
                // The last end is the total weight, and `place` lies below it.
                let operation = within.map_or(ends[0].1, |(_, operation)| *operation);
                (operation, scaled((draw >> 32) as u32, *keys))
            }
        };
        Request {
            operation,
            key,
            sequence,
        }
    }
}

impl Choice {
    /// Each operation owns the places from its predecessor's end up to its own.
    fn among(workload: &Workload) -> Self {
        let mut ends = [(0, Operation::Ping); 4];
        let mut total_weight = 0;
        for (end, share) in ends.iter_mut().zip(&workload.operations) {
            total_weight += share.weight;
            *end = (total_weight, share.operation);
        }
        Self::Among {
            ends,
            total_weight,
            // A workload has at most `limits::KEYS` keys.
            keys: workload.keys as u32,
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
    use results::parse_mix;

    use super::*;
    use crate::config::tests::builder;

    fn sequence(mix: &str, keys: u32, seed: u64, connection: u32) -> RequestSequence {
        let builder = builder().operations(parse_mix(mix).unwrap());
        let config = builder.keys(keys).seed(seed).build().unwrap();
        RequestSequence::new(&config.workload, connection)
    }

    #[test]
    fn the_reader_sees_what_the_writer_sent() {
        let mut writer = sequence("mix:incr=8,get=2,echo=1", 100, 7, 3);
        let mut reader = writer.clone();
        let sent: Vec<_> = (0..1_000).map(|_| writer.next()).collect();
        let expected: Vec<_> = (0..1_000).map(|_| reader.next()).collect();
        assert_eq!(sent, expected);
        assert!(
            sent.iter()
                .enumerate()
                .all(|(at, request)| request.sequence == at as u64)
        );
    }

    #[test]
    fn shares_come_near_their_weights_and_keys_are_all_used() {
        let mut sequence = sequence("mix:incr=8,get=2", 10, 1, 0);
        let (mut reads, mut per_key) = (0, [0_u32; 10]);
        for _ in 0..100_000 {
            let request = sequence.next();
            reads += u32::from(request.operation == Operation::Get);
            per_key[request.key as usize] += 1;
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
        let draw = |seed, connection| {
            let mut sequence = sequence("mix:incr=1,get=1", 1_000, seed, connection);
            [
                sequence.next(),
                sequence.next(),
                sequence.next(),
                sequence.next(),
            ]
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
        assert_ne!(draw(1, 0), draw(2, 0));
    }
}

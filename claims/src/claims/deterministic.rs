//! One order of turns, one outcome; and how many orders there are.

mod lanes;
mod record;
mod replay;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use results::{Figure, Unit};

use self::record::Turn;
use self::replay::Outcome;
use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::peer::Peer;
use crate::rule::Ruling;
use crate::system::{REACTOR, System, THREADS};

pub(super) const CLAIM: Claim = Claim {
    name: "deterministic",
    sentence: "Glyph mostly emphasizes the deterministic execution as an advantage, which makes it easier to avoid race conditions. Must find a way to illustrate that...",
    confirms: "the recorded turns of one thread, replayed, give one outcome, the one that its peers saw; the same bytes given to threads give several",
    refutes: "two outcomes of one record, or another than the peers saw",
    experiment: "Eight peers increment one counter over sockets; the server writes down its turns. They are replayed in one thread, and each peer's part in a thread of its own, many times: \
        an outcome is every reply that every peer gets. The conversation itself is repeated over sockets as well.",
    examine,
};

const PEERS: usize = 8;

/// What each peer says, and how often; each time when the one before was answered.
type Script = (&'static str, usize);

const COUNTING: Script = ("INCR counter", 100);

/// For the picture: turns that are long enough to be seen.
const WORKING: Script = ("WORK 100", 20);

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let (replays, rounds) = bench.quick_or_full((300, 8), (3_000, 30));
    let mut seen = Seen {
        replays,
        ..Seen::default()
    };
    let mut over_sockets = HashSet::new();
    for _ in 0..rounds {
        let Some((outcome, turns)) = recorded(bench, REACTOR, COUNTING) else {
            continue;
        };
        seen.conversations += 1;
        over_sockets.insert(by_place(&outcome));
        seen.agreeing += usize::from(replay::in_turns(&turns) == outcome);
        if seen.outcomes == 0 {
            seen.outcomes = (0..replays)
                .map(|_| replay::in_turns(&turns))
                .collect::<HashSet<_>>()
                .len();
            seen.outcomes_of_threads = (0..replays)
                .map(|_| replay::in_threads(&turns))
                .collect::<HashSet<_>>()
                .len();
        }
    }
    seen.outcomes_over_sockets = over_sockets.len();
    let mut working = |system| recorded(bench, system, WORKING).map(|(_, turns)| turns);
    let lanes = working(THREADS).zip(working(REACTOR));
    let ruling = rule(&seen);
    Evidence {
        chart: lanes.map(|(threads, reactor)| lanes::chart(&threads, &reactor)),
        figures: seen.figures(),
        ruling,
    }
}

/// What came of it.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// Replays of one record, in turns and by threads.
    replays: usize,
    outcomes: usize,
    outcomes_of_threads: usize,
    /// Conversations over sockets.
    conversations: usize,
    outcomes_over_sockets: usize,
    /// Conversations whose record, replayed, gave each peer what it had got.
    agreeing: usize,
}

impl Seen {
    fn figures(&self) -> Vec<Figure> {
        let figure = |system: &str, what: &str, count: usize, runs: usize| {
            Some(Figure::new(system, what, Unit::Count, count as f64)?.of_runs(runs))
        };
        [
            figure(
                REACTOR.label,
                "distinct outcomes of one record, replayed in turns",
                self.outcomes,
                self.replays,
            ),
            figure(
                THREADS.label,
                "distinct outcomes of the same bytes, a thread for each peer",
                self.outcomes_of_threads,
                self.replays,
            ),
            figure(
                REACTOR.label,
                "distinct outcomes of the same conversation over sockets",
                self.outcomes_over_sockets,
                self.conversations,
            ),
            figure(
                REACTOR.label,
                "conversations whose replay gave each peer what it had got",
                self.agreeing,
                self.conversations,
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// One record, one outcome confirms; that the same requests arrive in another order the next time is the condition.
fn rule(seen: &Seen) -> Ruling {
    if seen.replays < 100 || seen.conversations < 4 {
        return Ruling::not_measured("too few conversations could be recorded");
    }
    let answer = format!(
        "{} replays of one record: {} in turns, {} by threads; {} conversations over sockets: {} outcomes",
        seen.replays,
        outcomes(seen.outcomes),
        outcomes(seen.outcomes_of_threads),
        seen.conversations,
        seen.outcomes_over_sockets
    );
    match () {
        () if seen.outcomes != 1 || seen.agreeing < seen.conversations => Ruling::fails(answer),
        () if seen.outcomes_of_threads < 2 => Ruling {
            answer,
            ..Ruling::not_measured(
                "threads gave one outcome as well: these requests show no difference",
            )
        },
        () if seen.outcomes_over_sockets > 1 => Ruling::depends(
            "what is repeated: the same turns give the same outcome; the same requests over sockets arrive in another order each time",
            answer,
        ),
        () => Ruling::holds(answer),
    }
}

fn outcomes(number: usize) -> String {
    match number {
        1 => "one outcome".to_owned(),
        more => format!("{more} outcomes"),
    }
}

/// One conversation with a server that records: what each peer got, by its number, and the turns.
fn recorded(bench: &mut Bench<'_>, system: System, script: Script) -> Option<(Outcome, Vec<Turn>)> {
    let file = bench.out.join("turns");
    let entry = Entry {
        more: recording_to(&file),
        ..system.into()
    };
    let outcome = bench
        .each(&[entry], 1, |stage| {
            converse(stage.server.port, script)
                .map_err(|error| format!("a peer was not answered: {error}"))
        })
        .concat()
        .pop();
    let turns = fs::read(&file).ok().and_then(|bytes| record::read(&bytes));
    // It is in the way of the next, and otherwise of nobody.
    let _ = fs::remove_file(&file);
    match (outcome, turns) {
        (Some(outcome), Some(turns)) => Some((outcome, turns)),
        (Some(_), None) => {
            bench.miss(system.label, "its record of turns cannot be read");
            None
        }
        (None, _) => None,
    }
}

fn recording_to(file: &Path) -> String {
    let path: PathBuf = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let path = path.to_string_lossy().into_owned();
    format!(
        "--allow-debug --record {}",
        shlex::try_quote(&path).unwrap_or_default()
    )
}

/// All peers at once; what each got.
fn converse(port: u16, (request, times): Script) -> io::Result<Outcome> {
    let together = Barrier::new(PEERS);
    thread::scope(|scope| {
        let talk = || -> io::Result<(u64, Vec<u8>)> {
            let mut peer = Peer::connect(port)?;
            let id = peer.ask("CLIENT ID")?;
            let mut got = format!(":{id}\r\n");
            together.wait();
            for _ in 0..times {
                got += &format!(":{}\r\n", peer.ask(request)?);
            }
            let id = id
                .parse()
                .map_err(|_| io::Error::other(format!("'{id}' is no number")))?;
            Ok((id, got.into_bytes()))
        };
        let threads: Vec<_> = (0..PEERS).map(|_| scope.spawn(talk)).collect();
        let lost = || io::Error::other("a peer's thread panicked");
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| lost())?)
            .collect()
    })
}

/// The replies without the peers' numbers, in their order: the numbers of another conversation differ.
fn by_place(outcome: &Outcome) -> Vec<Vec<u8>> {
    let after_number = |replies: &Vec<u8>| {
        let first = replies
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        replies[first..].to_vec()
    };
    outcome.values().map(after_number).collect()
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn seen(outcomes: usize, of_threads: usize, over_sockets: usize, agreeing: usize) -> Seen {
        Seen {
            replays: 300,
            outcomes,
            outcomes_of_threads: of_threads,
            conversations: 8,
            outcomes_over_sockets: over_sockets,
            agreeing,
        }
    }

    #[test]
    fn one_outcome_confirms_and_two_refute() {
        assert_eq!(rule(&seen(1, 250, 1, 8)).verdict, ClaimVerdict::Holds);
        assert_eq!(rule(&seen(1, 250, 8, 8)).verdict.word(), "depends");
        assert_eq!(rule(&seen(2, 250, 8, 8)).verdict, ClaimVerdict::Fails);
        assert_eq!(rule(&seen(1, 250, 8, 7)).verdict, ClaimVerdict::Fails);
    }

    #[test]
    fn threads_that_agree_or_few_conversations_decide_nothing() {
        assert_eq!(rule(&seen(1, 1, 8, 8)).verdict.word(), "not measured");
        assert_eq!(rule(&Seen::default()).verdict.word(), "not measured");
    }
}

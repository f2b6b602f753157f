//! Whether one order of turns has one outcome, and how many orders there are.

mod record;
mod replay;
mod turns_chart;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::absolute;
use std::sync::Barrier;
use std::thread;

use results::{Figure, Unit};

use self::record::Turn;
use self::replay::Outcome;
use crate::client::connect;
use crate::systems::{REACTOR, System, THREADS, quoted};
use crate::{Claim, Conclusion, Evidence, Experiment, Failure};

pub(super) const CLAIM: Claim = Claim {
    name: "deterministic",
    sentence: "Glyph mostly emphasizes the deterministic execution as an advantage, which makes it easier to avoid race conditions. Must find a way to illustrate that...",
    confirms: "the recorded turns of one thread, replayed, give one outcome, the one that its clients saw; the same bytes given to threads give several",
    refutes: "two outcomes of one record, or another than the clients saw",
    experiment: "Eight clients increment one counter over sockets; the server records its turns. They are replayed in one thread, and each client's part in a thread of its own, many times: \
        an outcome is every reply that every client gets. The conversation itself is repeated over sockets as well.",
    examine,
};

const CLIENTS: usize = 8;

/// What each client asks, and how often. It sends the next request after a reply.
type Script = (&'static str, usize);

const COUNTING: Script = ("INCR counter", 100);

/// For the picture: turns that are long enough to be seen.
const WORKING: Script = ("WORK 100", 20);

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let (replays, rounds) = experiment.quick_or_full((300, 8), (3_000, 30));
    let mut seen = Seen {
        replays,
        ..Seen::default()
    };
    let mut over_sockets = HashSet::new();
    for _ in 0..rounds {
        let Some((outcome, turns)) = recorded(experiment, REACTOR, COUNTING) else {
            continue;
        };
        seen.conversations += 1;
        over_sockets.insert(by_place(&outcome));
        seen.agreeing += usize::from(replay::in_turns(&turns) == outcome);
        if seen.outcomes == 0 {
            let distinct = |replay: fn(&[Turn]) -> Outcome| {
                let outcomes: HashSet<Outcome> = (0..replays).map(|_| replay(&turns)).collect();
                outcomes.len()
            };
            seen.outcomes = distinct(replay::in_turns);
            seen.outcomes_of_threads = distinct(replay::in_threads);
        }
    }
    seen.outcomes_over_sockets = over_sockets.len();
    let mut working = |system| recorded(experiment, system, WORKING).map(|(_, turns)| turns);
    let turns = working(THREADS).zip(working(REACTOR));
    Evidence {
        chart: turns.map(|(threads, reactor)| turns_chart::chart(&threads, &reactor)),
        figures: seen.figures(),
        conclusion: rule(&seen),
    }
}

/// What was found.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// Replays of one record, in turns and by threads.
    replays: usize,
    outcomes: usize,
    outcomes_of_threads: usize,
    /// Conversations over sockets.
    conversations: usize,
    outcomes_over_sockets: usize,
    /// Conversations whose record, replayed, gave each client what it had got.
    agreeing: usize,
}

/// What is counted, in the order of [`Seen::counts`].
const COUNTED: [&str; 4] = [
    "distinct outcomes of one record, replayed in turns",
    "distinct outcomes of the same bytes, a thread for each client",
    "distinct outcomes of the same conversation over sockets",
    "conversations whose replay gave each client what it had got",
];

impl Seen {
    /// The system, the count, and the repetitions behind it.
    fn counts(&self) -> [(System, usize, usize); 4] {
        [
            (REACTOR, self.outcomes, self.replays),
            (THREADS, self.outcomes_of_threads, self.replays),
            (REACTOR, self.outcomes_over_sockets, self.conversations),
            (REACTOR, self.agreeing, self.conversations),
        ]
    }

    fn figures(&self) -> Vec<Figure> {
        let figure = |(what, (system, count, runs)): (&str, (System, usize, usize))| {
            let figure = Figure::new(system.label, what, Unit::Count, count as f64)?;
            Some(figure.of_runs(runs))
        };
        let counts = COUNTED.into_iter().zip(self.counts());
        counts.filter_map(figure).collect()
    }
}

/// One record replayed in turns must have one outcome, and each replay must give what the clients saw. Where the same
/// requests over sockets have several outcomes, the claim depends on what is repeated.
fn rule(seen: &Seen) -> Conclusion {
    if seen.replays < 100 || seen.conversations < 4 {
        return Conclusion::not_measured("too few conversations could be recorded");
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
        () if seen.outcomes != 1 || seen.agreeing < seen.conversations => Conclusion::fails(answer),
        () if seen.outcomes_of_threads < 2 => Conclusion::not_measured(
            "threads gave one outcome as well: these requests show no difference",
        )
        .with_answer(answer),
        () if seen.outcomes_over_sockets > 1 => Conclusion::depends(
            "what is repeated: the same turns give the same outcome; the same requests over sockets arrive in another order each time",
            answer,
        ),
        () => Conclusion::holds(answer),
    }
}

fn outcomes(number: usize) -> String {
    match number {
        1 => "one outcome".to_owned(),
        more => format!("{more} outcomes"),
    }
}

/// One conversation with a server that records: what each client got, by its number, and the turns.
fn recorded(
    experiment: &mut Experiment<'_>,
    system: System,
    script: Script,
) -> Option<(Outcome, Vec<Turn>)> {
    let file = experiment.out.join("turns");
    let path = quoted(&absolute(&file).ok()?).ok()?;
    let setup = system.with(format!("--allow-debug --record {path}"));
    let failed = Failure::request("a client was not answered");
    let outcome = experiment.each(&[setup], 1, |_, server| {
        converse(server.process.port, script).map_err(&failed)
    });
    let outcome = outcome.concat().pop()?;
    let turns = fs::read(&file).ok().and_then(|bytes| record::read(&bytes));
    // Left there, it would be in the way of the next.
    let _ = fs::remove_file(&file);
    if turns.is_none() {
        experiment.note_missing(system.label, "its record of turns cannot be read");
    }
    Some((outcome, turns?))
}

/// All clients at once; what each got.
fn converse(port: u16, (request, times): Script) -> io::Result<Outcome> {
    let together = Barrier::new(CLIENTS);
    thread::scope(|scope| {
        let ask = || -> io::Result<(u64, Vec<u8>)> {
            let mut client = connect(port)?;
            let id = client.try_ask("CLIENT ID")?;
            let mut got = format!(":{id}\r\n");
            together.wait();
            for _ in 0..times {
                got += &format!(":{}\r\n", client.try_ask(request)?);
            }
            let id = id.parse().map_err(io::Error::other)?;
            Ok((id, got.into_bytes()))
        };
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(ask)).collect();
        let panicked = |_| io::Error::other("a client's thread panicked");
        let got = threads.into_iter();
        got.map(|thread| thread.join().map_err(panicked)?).collect()
    })
}

/// The replies in their order, without the clients' numbers, which differ in another conversation.
fn by_place(outcome: &Outcome) -> Vec<Vec<u8>> {
    let after_number = |replies: &Vec<u8>| {
        let line = replies.iter().position(|byte| *byte == b'\n');
        replies[line.map_or(0, |at| at + 1)..].to_vec()
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

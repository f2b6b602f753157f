//! `loadgen check`: replays a history file to the judge, with more memory for witnesses than a run can spare.

use std::fs::File;
use std::io::{self, Write as _};

use history::{Event, Judge, Level, Observer, Torn, What, replay};
use results::{CheckLevel, Correctness};

use crate::check::anomalies::Anomalies;
use crate::check::history_header::HistoryHeader;
use crate::check::reconciliation::{self, Closing, Values};
use crate::cli::answers;
use crate::cli::args::CheckArguments;
use crate::cli::ending::Ending;
use crate::cli::screen;

/// Replies that are remembered, so that the operation which a wrong one contradicts is found a million further back: 48 MiB.
const REPLIES_REMEMBERED: usize = 1 << 20;

/// Does it.
pub fn run(arguments: &CheckArguments) -> Ending {
    let path = arguments.file.display();
    let level = match CheckLevel::from(arguments.check) {
        CheckLevel::Full => Level::Full,
        CheckLevel::Replies => Level::Replies,
        CheckLevel::None => {
            return Ending::Usage(
                "--check none judges nothing; write --check replies or full".to_owned(),
            );
        }
    };
    let checked = File::open(&arguments.file).and_then(|file| check(file, level));
    let checked = match checked {
        Ok(checked) => checked,
        Err(error) => return Ending::Failed(format!("cannot judge {path}: {error}")),
    };
    match show(&checked, arguments) {
        Ok(()) => match (Ending::of_history(&checked.correctness), checked.damage) {
            (Ending::Good(_), Some(damage)) => Ending::Failed(format!("{path}: {damage}")),
            (ending, _) => ending,
        },
        Err(error) => Ending::Failed(format!("cannot write to stdout: {error}")),
    }
}

/// What came of it.
struct Checked {
    /// The plan of the run in words, where the file tells it.
    plan: Option<String>,
    correctness: Correctness,
    /// What keeps the rest of the file from being judged, other than a crash.
    damage: Option<Torn>,
}

fn check(file: File, level: Level) -> io::Result<Checked> {
    let judge = Judge::new(level).remembering(REPLIES_REMEMBERED);
    let mut court = (judge, Starts::default());
    let replayed = replay(file, &mut court)?;
    let (judge, starts) = court;
    let note = HistoryHeader::read(&replayed.note);
    let verdict = judge.verdict();
    let keys = verdict.keys.last().map_or(0, |key| key.key.number() + 1);
    let name = |key| match &note {
        Some(note) => note.key(key),
        None => format!("number {key}"),
    };
    let names: Vec<String> = (0..keys).map(name).collect();
    let mut correctness = reconciliation::close(Closing {
        level: match level {
            Level::Full => CheckLevel::Full,
            Level::Replies => CheckLevel::Replies,
        },
        counts: true,
        shared: note.as_ref().is_some_and(HistoryHeader::is_shared),
        checked: verdict
            .keys
            .iter()
            .map(|key| key.acknowledged + key.reads)
            .sum(),
        findings: Anomalies::default(),
        names: &names,
        before: &Values::Known(starts.of_keys(keys)),
        after: &Values::NotAsked,
        verdict: Some(verdict),
    });
    correctness
        .notes
        .extend(replayed.torn.map(|torn| torn.to_string()));
    Ok(Checked {
        plan: note.map(|note| format!("{}; {}", note.target, note.plan)),
        correctness,
        damage: replayed.torn.filter(Torn::is_damage),
    })
}

/// What the keys held before the run.
#[derive(Debug, Default)]
struct Starts(Vec<(u32, i64)>);

impl Observer for Starts {
    fn observe(&mut self, event: Event) {
        if let What::Declared { key, start } = event.what {
            self.0.push((key.number(), start));
        }
    }
}

impl Starts {
    fn of_keys(&self, keys: u32) -> Vec<i64> {
        let mut values = vec![0; keys as usize];
        for (key, start) in &self.0 {
            if let Some(value) = values.get_mut(*key as usize) {
                *value = *start;
            }
        }
        values
    }
}

fn show(checked: &Checked, arguments: &CheckArguments) -> io::Result<()> {
    let text = match arguments.json {
        true => serde_json::to_string_pretty(&checked.correctness)? + "\n",
        false => {
            let file = arguments.file.display().to_string();
            let of = checked.plan.as_deref().unwrap_or("not written by loadgen");
            let mut lines = vec![("history", file), ("of", of.to_owned())];
            lines.extend(answers::lines(&checked.correctness));
            report::headed_lines(&lines, screen::room())
        }
    };
    match io::stdout().write_all(text.as_bytes()) {
        // Whoever closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

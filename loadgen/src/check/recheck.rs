//! Checks a saved history again, with more memory for counterexamples than during a run.

use std::fs::File;

use history::{Checker, Event, EventKind, EventSink, Level, ReplayError, Torn, replay};
use results::{CheckLevel, Correctness};

use super::history_header::HistoryHeader;
use super::{Anomalies, Reconciliation, reconcile};
use crate::target::CounterValues;

/// Replies remembered to find the operation that a wrong reply contradicts: 48 MiB.
const REPLIES_REMEMBERED: usize = 1 << 20;

/// The result of a recheck.
#[derive(Debug)]
pub struct Rechecked {
    /// The target and the load, if the file has them.
    pub config: Option<String>,
    /// The verdict.
    pub correctness: Correctness,
    /// Why the rest of the file could not be checked, unless a crash cut it off.
    pub damage: Option<Torn>,
}

/// Checks the history in `file`, at level [`Level::Full`] or [`Level::Replies`].
///
/// # Errors
/// If the file cannot be read, or is not a history.
pub fn recheck(file: File, level: Level) -> Result<Rechecked, ReplayError> {
    let checker = Checker::new(level).remembering(REPLIES_REMEMBERED);
    let mut receivers = (checker, StartValues::default());
    let replayed = replay(file, &mut receivers)?;
    let (checker, starts) = receivers;
    let header = HistoryHeader::read(&replayed.note);
    let verdict = checker.verdict();
    let keys = verdict.keys.last().map_or(0, |key| key.key.number() + 1);
    let name = |key| match &header {
        Some(header) => header.key(key),
        None => format!("number {key}"),
    };
    let names: Vec<String> = (0..keys).map(name).collect();
    let checked = verdict.keys.iter().map(|key| key.acknowledged + key.reads);
    let mut correctness = reconcile(Reconciliation {
        level: match level {
            Level::Full => CheckLevel::Full,
            Level::Replies => CheckLevel::Replies,
        },
        of_counters: true,
        shared: header.as_ref().is_some_and(HistoryHeader::is_shared),
        checked: checked.sum(),
        anomalies: Anomalies::default(),
        names: &names,
        before: &CounterValues::Known(starts.of_keys(keys)),
        after: &CounterValues::NotAsked,
        history: Some(verdict),
    });
    let torn = replayed.torn.map(|torn| torn.to_string());
    correctness.notes.extend(torn);
    Ok(Rechecked {
        config: header.map(|header| format!("{}; {}", header.target, header.config)),
        correctness,
        damage: replayed.torn.filter(Torn::is_damage),
    })
}

/// The keys' initial values.
#[derive(Debug, Default)]
struct StartValues(Vec<(u32, i64)>);

impl EventSink for StartValues {
    fn observe(&mut self, event: Event) {
        if let EventKind::Declare { key, start } = event.kind {
            self.0.push((key.number(), start));
        }
    }
}

impl StartValues {
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

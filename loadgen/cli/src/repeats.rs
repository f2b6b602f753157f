//! Several runs of one load in a table: a line for each, their median, and how far it can be trusted.

use report::HeadedLines;
use results::statistics::{MIN_RUNS, Spread};
use results::units::{NOT_MEASURED, count};
use results::{Metric, Run, ValidityVerdict, Verdict};

use crate::replies;

/// What is shown of every run, and what `diff` compares.
pub(crate) const COMPARED: [Metric; 5] = [
    Metric::Throughput,
    Metric::P50,
    Metric::P99,
    Metric::P99_9,
    Metric::CpuPerRequest,
];

/// The table of at least one run, and in words, wrapped to this many columns, what was wrong with which.
pub(crate) fn text(runs: &[Run], room: usize) -> String {
    let Some(Run { label, target, .. }) = runs.first() else {
        return String::new();
    };
    let title = format!("{} of {label} ({})", runs.len(), target.address);
    let caution = "one server, not restarted: less independent than those of compare".to_owned();
    let mut rows = vec![row(
        "",
        COMPARED.map(|metric| metric.title().to_owned()),
        "",
    )];
    for (number, run) in (1..).zip(runs) {
        let cells = COMPARED.map(|metric| known(metric, metric.of(run)));
        rows.push(row(&format!("run {number}"), cells, word(run)));
    }
    rows.extend(together(runs));
    report::headed_lines(&[("runs", title), ("", caution)], room)
        + &report::text_table(rows, &[0, COMPARED.len() + 1])
        + &report::headed_lines(&remarks(runs), room)
}

/// The medians, each with its interval; of too few runs for an interval, with the least and the greatest.
fn together(runs: &[Run]) -> Vec<Row> {
    let columns = COMPARED.map(|metric| {
        let values: Vec<f64> = runs.iter().filter_map(|run| metric.of(run)).collect();
        let (low, high) = Spread::of(&values).map(Spread::ends).unzip();
        [metric.of_runs(&values), low, high].map(|value| known(metric, value))
    });
    let names = match runs.len() {
        ..2 => return Vec::new(),
        2..MIN_RUNS => ["median", "least", "greatest"],
        _ => ["median", "95 % from", "to"],
    };
    let cells = |place: usize| columns.each_ref().map(|column| column[place].clone());
    let rows = names.into_iter().enumerate();
    rows.map(|(place, name)| row(name, cells(place), ""))
        .collect()
}

/// What is wrong with single runs, and each reason for invalid runs once, with the numbers of all that have it.
fn remarks(runs: &[Run]) -> HeadedLines {
    let mut lines = Vec::new();
    for (number, run) in (1..).zip(runs) {
        let mut say = |name, words: String| lines.push((name, format!("run {number}: {words}")));
        if run.correctness.verdict != Verdict::Correct {
            let replies = replies::lines(&run.correctness);
            replies
                .into_iter()
                .for_each(|(_, words)| say("replies", words));
        }
        for (reason, failures) in &run.totals.failures {
            say("failures", format!("{} × {reason}", count(*failures)));
        }
        for missed in run.thresholds.iter().filter(|threshold| !threshold.met) {
            let (expression, reading) = (&missed.expression, &missed.reading);
            say("threshold", format!("{expression} MISSED: {reading}"));
        }
    }
    for (reason, places) in report::reasons_of_runs(runs) {
        let plural = if places.len() == 1 { "" } else { "s" };
        let numbers: Vec<_> = places.iter().map(|place| (place + 1).to_string()).collect();
        lines.push((
            "invalid",
            format!("run{plural} {}: {reason}", numbers.join(", ")),
        ));
    }
    lines
}

/// The worst that there is to say of a run in one word.
fn word(run: &Run) -> &'static str {
    match (run.correctness.verdict, run.validity.verdict) {
        (Verdict::Wrong, _) => "WRONG",
        (_, ValidityVerdict::ClientBound) => "client-bound",
        (_, ValidityVerdict::Suspect) => "suspect",
        (_, ValidityVerdict::Valid) if run.thresholds.iter().any(|one| !one.met) => "MISSED",
        (_, ValidityVerdict::Valid) => "",
    }
}

fn known(metric: Metric, value: Option<f64>) -> String {
    value.map_or(NOT_MEASURED.to_owned(), |value| metric.text(value))
}

type Row = [String; COMPARED.len() + 2];

fn row(name: &str, [a, b, c, d, e]: [String; COMPARED.len()], word: &str) -> Row {
    [name.to_owned(), a, b, c, d, e, word.to_owned()]
}

#[cfg(test)]
mod tests {
    use results::{Finite, example};

    use super::*;

    fn run(requests_per_s: f64) -> Run {
        let mut run = example::closed_loop("x");
        run.totals.requests_per_s = Finite::new(requests_per_s);
        run
    }

    /// The cells of the line that begins so, with plain spaces.
    fn line(text: &str, name: &str) -> String {
        let line = text.lines().find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("no {name} in {text}"))
            .replace('\u{a0}', " ")
    }

    #[test]
    fn each_run_has_a_line_and_few_have_a_range() {
        let text = text(&[run(300.0), run(100.0), run(200.0)], 80);
        assert!(line(&text, "run 2").contains(" 100 "), "{text}");
        assert!(line(&text, "median").contains(" 200 "), "{text}");
        assert!(line(&text, "least").contains(" 100 "), "{text}");
        assert!(line(&text, "greatest").contains(" 300 "), "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }

    #[test]
    fn enough_runs_have_an_interval() {
        let text = text(&[1.0, 2.0, 3.0, 4.0].map(run), 80);
        assert!(line(&text, "95 % from").contains(" 1.00 "), "{text}");
        assert!(line(&text, "to ").contains(" 4.00 "), "{text}");
    }

    #[test]
    fn what_was_wrong_with_a_run_is_said_with_its_number() {
        let odd = |reason: &str| {
            let mut odd = run(1.0);
            odd.validity.verdict = ValidityVerdict::Suspect;
            odd.validity.reasons_v1 = vec![reason.to_owned()];
            odd
        };
        let text = text(&[run(1.0), odd("still for 3 s"), odd("still for 12 s")], 80);
        assert!(line(&text, "run 2").ends_with("suspect"), "{text}");
        assert!(
            line(&text, "invalid").ends_with("runs 2, 3: still for 3 s"),
            "{text}"
        );
    }
}

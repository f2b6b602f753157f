//! Several runs of one load in a table: a line for each, their median, and how far it may be trusted.

use report::HeadedLines;
use results::statistics::{MIN_RUNS, Spread};
use results::{Metric, Run, ValidityVerdict, Verdict, units};

use crate::answers;

/// What is shown of every run; what `diff` guards.
pub(crate) const GUARDED: [Metric; 5] = [
    Metric::Throughput,
    Metric::P50,
    Metric::P99,
    Metric::P99_9,
    Metric::CpuPerRequest,
];

/// The table of at least one run, and in words, wrapped to so many columns, what was wrong with which.
pub(crate) fn text(runs: &[Run], room: usize) -> String {
    let Some(first) = runs.first() else {
        return String::new();
    };
    let mut lines = vec![(
        "runs",
        format!(
            "{} of {} ({})",
            runs.len(),
            first.label,
            first.target.address
        ),
    )];
    lines.push((
        "",
        "one server, not restarted: less independent than those of compare".to_owned(),
    ));
    let mut text = report::headed_lines(&lines, room);
    let mut rows = vec![row("", GUARDED.map(|metric| metric.title().to_owned()), "")];
    for (number, run) in (1..).zip(runs) {
        let cells = GUARDED.map(|metric| known(metric, metric.of(run)));
        rows.push(row(&format!("run {number}"), cells, word(run)));
    }
    rows.extend(together(runs));
    text += &report::text_table(rows, &[0, GUARDED.len() + 1]);
    text + &report::headed_lines(&remarks(runs), room)
}

/// The medians, and between which two they lie: an interval, or of too few runs the least and the greatest.
fn together(runs: &[Run]) -> Vec<Row> {
    let columns = GUARDED.map(|metric| {
        let values: Vec<f64> = runs.iter().filter_map(|run| metric.of(run)).collect();
        let ends = Spread::of(&values).map(Spread::ends);
        let median = known(metric, metric.of_runs(&values));
        let low = known(metric, ends.map(|(low, _)| low));
        let high = known(metric, ends.map(|(_, high)| high));
        [median, low, high]
    });
    let [low, high] = match runs.len() {
        ..2 => return Vec::new(),
        2..MIN_RUNS => ["least", "greatest"],
        _ => ["95 % from", "to"],
    };
    let of = |place: usize| columns.each_ref().map(|column| column[place].clone());
    vec![
        row("median", of(0), ""),
        row(low, of(1), ""),
        row(high, of(2), ""),
    ]
}

/// What is wrong with single runs, in words.
fn remarks(runs: &[Run]) -> HeadedLines {
    let mut lines = Vec::new();
    for (number, run) in (1..).zip(runs) {
        let mut say = |name, words: String| lines.push((name, format!("run {number}: {words}")));
        if run.correctness.verdict != Verdict::Correct {
            for (_, words) in answers::lines(&run.correctness) {
                say("answers", words);
            }
        }
        for (reason, failures) in &run.totals.failures {
            say(
                "failures",
                format!("{} × {reason}", units::count(*failures)),
            );
        }
        for missed in run.thresholds.iter().filter(|threshold| !threshold.met) {
            say(
                "limit",
                format!("{} MISSED: {}", missed.expression, missed.reading),
            );
        }
    }
    lines.extend(invalid(runs));
    lines
}

/// Each reason for an invalid run once, in the words of the first run that has it, with the numbers of all.
fn invalid(runs: &[Run]) -> HeadedLines {
    let said = |(reason, indexes): (String, Vec<usize>)| {
        let numbers: Vec<String> = indexes
            .iter()
            .map(|index| (index + 1).to_string())
            .collect();
        let runs = if numbers.len() == 1 { "run" } else { "runs" };
        (
            "invalid",
            format!("{runs} {}: {reason}", numbers.join(", ")),
        )
    };
    report::reasons_of_runs(runs)
        .into_iter()
        .map(said)
        .collect()
}

/// The gravest that is to be said of a run, where there is something.
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
    value.map_or_else(
        || units::NOT_MEASURED.to_owned(),
        |value| metric.text(value),
    )
}

type Row = [String; GUARDED.len() + 2];

fn row(name: &str, [a, b, c, d, e]: [String; GUARDED.len()], word: &str) -> Row {
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

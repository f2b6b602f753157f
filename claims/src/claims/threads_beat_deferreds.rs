//! The article's last note: its own measurement said the opposite of what it had argued.

use results::{AxisScale, Chart, ChartSeries, Unit};

use crate::{
    ArticlePrograms, Claim, Conclusion, Conditions, Difference, Evidence, Experiment, Indication,
    Pair, figures,
};

pub(super) const CLAIM: Claim = Claim {
    name: "threads-beat-deferreds",
    sentence: "Well, the latest measurements shows the opposite, both threaded version, safe and unsafe are faster than the deferred version.",
    confirms: "both threaded programs take less time than the deferred one, by more than 5 %",
    refutes: "one of them takes as long or longer",
    experiment: "The article's three programs as they stand, a new process for every repetition, in every Python found (deferreds where Twisted is installed); \
        and the same in Rust, where a deferred is a boxed call.",
    examine,
};

/// The times of one program.
type Times = fn(&ArticlePrograms) -> &Vec<f64>;

/// The three programs: each with its name in the table, its name in the picture, and its times.
const PROGRAMS: [(&str, &str, Times); 3] = [
    ("threads, no lock", "threads, no lock", |of| &of.unlocked_ns),
    ("threads, lock", "threads", |of| &of.locked_ns),
    ("deferreds", "deferreds", |of| &of.deferred_ns),
];

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let rounds = experiment.quick_or_full(5, 15);
    let rust = ArticlePrograms::in_rust(rounds, ArticlePrograms::INCREMENTS);
    let mut programs = vec![rust];
    for python in experiment.in_pythons() {
        match python.deferred_ns.is_empty() {
            true => experiment.note_missing(
                &python.name,
                "Twisted is not installed there: python -m pip install twisted",
            ),
            false => programs.push(python),
        }
    }
    let conclusion = rule(&programs);
    let of = |of: &ArticlePrograms| {
        PROGRAMS.map(|(what, _, times)| figures::median_of(&of.name, what, Unit::Time, times(of)))
    };
    Evidence {
        chart: Some(chart(&programs, &conclusion.answer)),
        conclusion,
        figures: programs.iter().flat_map(of).flatten().collect(),
    }
}

/// Each language is a condition: both threaded programs must be faster.
fn rule(programs: &[ArticlePrograms]) -> Conclusion {
    let pairs = |of: &ArticlePrograms| {
        [("no lock", &of.unlocked_ns), ("a lock", &of.locked_ns)].map(|(with, threads)| {
            let condition = format!("{with}, {}", of.name);
            Pair::new(condition, of.deferred_ns.clone(), threads.clone())
        })
    };
    let indication = |of: &ArticlePrograms| match pairs(of).map(|pair| pair.difference(0.05)) {
        [Difference::Less, Difference::Less] => Indication::Confirms,
        [Difference::More | Difference::Same, _] | [_, Difference::More | Difference::Same] => {
            Indication::Refutes
        }
        _ => Indication::Undecided,
    };
    let what = "time of the threads over that of the deferreds";
    let answer = Pair::smallest_to_largest(what, programs.iter().flat_map(pairs));
    Conditions::new(programs.iter().map(|of| (&of.name, indication(of))))
        .conclude("the interpreter", answer)
}

fn chart(programs: &[ArticlePrograms], finding: &str) -> Chart {
    let series = |(_, label, times): (_, &str, Times)| -> ChartSeries {
        let point = |(place, of)| figures::median_point(place as f64, times(of));
        figures::points(label, programs.iter().enumerate().map(point))
    };
    figures::chart(
        finding,
        "Time of 100 × 1000 increments. Median of the repetitions; whiskers from the shortest to the longest.",
        figures::names(programs.iter().map(|of| &of.name)),
        figures::axis("time", Unit::Time, AxisScale::Log),
        PROGRAMS.map(series),
    )
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn programs(name: &str, unlocked: f64, locked: f64) -> ArticlePrograms {
        let times = |factor: f64| [1.0, 1.01, 0.99, 1.0].map(|time| time * factor).to_vec();
        ArticlePrograms {
            name: name.to_owned(),
            unlocked_ns: times(unlocked),
            locked_ns: times(locked),
            deferred_ns: times(1.0),
            lost: 0,
        }
    }

    #[test]
    fn both_must_be_faster() {
        assert_eq!(
            rule(&[programs("a", 0.5, 0.7)]).verdict,
            ClaimVerdict::Holds
        );
        assert_eq!(
            rule(&[programs("a", 0.5, 1.7)]).verdict,
            ClaimVerdict::Fails
        );
        assert_eq!(
            rule(&[programs("a", 0.5, 0.7), programs("b", 4.0, 9.0)])
                .verdict
                .word(),
            "depends"
        );
    }

    /// Where no Python is found, Rust stands alone: the answer says which of its two programs is which.
    #[test]
    fn a_single_language_names_its_two_programs() {
        let answer = rule(&[programs("Rust", 2.0, 4.0)]).answer;
        assert!(answer.contains("(no lock, Rust) to 4.00×"), "{answer}");
        assert!(answer.ends_with("(a lock, Rust)"), "{answer}");
    }

    #[test]
    fn too_few_repetitions_decide_nothing() {
        let mut few = programs("a", 0.5, 0.5);
        few.deferred_ns.truncate(3);
        assert_eq!(rule(&[few]).verdict.word(), "not measured");
    }
}

//! The article's last note: its own measurement said the opposite of what it had argued.

use results::{AxisScale, Chart, ChartPoint, ChartSeries, Joining, Unit};

use crate::article::{self, Programs};
use crate::bench::Bench;
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Difference, Pair, Ruling, Says, least_to_greatest, over_conditions};

pub(super) const CLAIM: Claim = Claim {
    name: "threads-beat-deferreds",
    sentence: "Well, the latest measurements shows the opposite, both threaded version, safe and unsafe are faster than the deferred version.",
    confirms: "both threaded programs take less time than the deferred one, by more than 5 %",
    refutes: "one of them takes as long or longer",
    experiment: "The article's three programs as they stand, a new process for every repetition, in every Python found (deferreds where Twisted is installed); \
        and the same in Rust, where a deferred is a boxed call.",
    examine,
};

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let rounds = bench.quick_or_full(5, 15);
    let mut programs = vec![article::in_rust(rounds, article::INCREMENTS)];
    for python in bench.in_pythons() {
        match python.deferred_ns.is_empty() {
            true => bench.miss(
                &python.name,
                "Twisted is not installed there: python -m pip install twisted",
            ),
            false => programs.push(python),
        }
    }
    let ruling = rule(&programs);
    let mut all = Vec::new();
    for of in &programs {
        for (what, values) in [
            ("threads, no lock", &of.unlocked_ns),
            ("threads, lock", &of.locked_ns),
            ("deferreds", &of.deferred_ns),
        ] {
            all.extend(figures::middle(&of.name, what, Unit::Time, values));
        }
    }
    Evidence {
        chart: Some(chart(&programs, &ruling.answer)),
        ruling,
        figures: all,
    }
}

/// Each language is a condition: both threaded programs must be the faster ones.
fn rule(programs: &[Programs]) -> Ruling {
    let pairs = |of: &Programs| {
        [("no lock", &of.unlocked_ns), ("a lock", &of.locked_ns)].map(|(with, threads)| Pair {
            condition: format!("{with}, {}", of.name),
            reference: of.deferred_ns.clone(),
            candidate: threads.clone(),
        })
    };
    let says = |of: &Programs| {
        let differences = pairs(of).map(|pair| pair.difference(0.05));
        match () {
            () if differences.iter().all(|seen| *seen == Difference::Less) => Says::Confirms,
            () if differences
                .iter()
                .any(|seen| matches!(seen, Difference::More | Difference::Same)) =>
            {
                Says::Refutes
            }
            () => Says::Nothing,
        }
    };
    let conditions: Vec<_> = programs
        .iter()
        .map(|of| (of.name.clone(), says(of)))
        .collect();
    let answer = least_to_greatest(programs.iter().flat_map(pairs))
        .map_or_else(String::new, |told| {
            format!("time of the threads over that of the deferreds: {told}")
        });
    over_conditions("the interpreter", &conditions, answer)
}

fn chart(programs: &[Programs], finding: &str) -> Chart {
    let line = |label: &str, of: fn(&Programs) -> &Vec<f64>| {
        let point = |(place, programs): (usize, &Programs)| {
            let values = of(programs);
            ChartPoint::new(
                place as f64,
                results::statistics::median(values)?,
                figures::range(values),
            )
        };
        let points = programs.iter().enumerate().filter_map(point);
        ChartSeries::new(label, Joining::Apart, points)
    };
    Chart {
        finding: finding.to_owned(),
        caption: "Time of 100 × 1000 increments. Median of the repetitions; whiskers from the shortest to the longest.".to_owned(),
        x: figures::axis("", Unit::Count, AxisScale::Names { names: programs.iter().map(|of| of.name.clone()).collect() }),
        y: figures::axis("time", Unit::Time, AxisScale::Log),
        series: vec![
            line("threads, no lock", |of| &of.unlocked_ns),
            line("threads", |of| &of.locked_ns),
            line("deferreds", |of| &of.deferred_ns),
        ],
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn programs(name: &str, unlocked: f64, locked: f64) -> Programs {
        let times = |factor: f64| [1.0, 1.01, 0.99, 1.0].map(|time| time * factor).to_vec();
        Programs {
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

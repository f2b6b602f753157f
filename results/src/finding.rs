//! The sentence that a picture is titled with: the greatest difference, in numbers from the data.

use crate::statistics::{Contrast, MIN_RUNS};
use crate::{Better, Group, LoadMode, Metric, Workload, units};

/// What the groups say about a metric, in one sentence.
///
/// The reference is the first group. Only what the statistics support is called a difference.
pub fn finding(groups: &[Group<'_>], metric: Metric) -> String {
    let Some((reference, others)) = groups.split_first() else {
        return "Nothing was measured".to_owned();
    };
    let load = load_in_brief(reference.workload());
    let title = metric.title();
    let Some(of_reference) = reference.value(metric) else {
        return format!("{load}: no {title} was measured");
    };
    let value = metric.text(of_reference);
    if others.is_empty() {
        return format!("{load}: {title} {value} with {}", reference.label);
    }
    let contrasts = others
        .iter()
        .filter_map(|group| Some((group, group.contrast(reference, metric)?)));
    let farthest = contrasts.max_by(|left, right| distance(&left.1).total_cmp(&distance(&right.1)));
    let Some((group, contrast)) = farthest else {
        return format!(
            "{load}: {title} {value} with {}; nothing to compare it with",
            reference.label
        );
    };
    let (label, other) = (group.label, reference.label);
    match contrast.evidence {
        None => {
            let measured = group
                .value(metric)
                .map_or(units::NOT_MEASURED.to_owned(), |value| metric.text(value));
            format!(
                "{load}: {title} {value} with {other}, {measured} with {label}; at least {MIN_RUNS} runs of each would tell whether they differ"
            )
        }
        Some(_) if !contrast.is_significant() => {
            format!("{load}: no difference in {title} is established ({value} with {other})")
        }
        Some(evidence) => {
            let above = contrast.ratio.value() > 1.0;
            let word = if above { "higher" } else { "lower" };
            // "3.1 × higher" and not "0.32 × as high": the reader's head should not divide.
            let flip = |ratio: f64| if above { ratio } else { 1.0 / ratio };
            let mut ends = [flip(evidence.low.value()), flip(evidence.high.value())];
            ends.sort_by(f64::total_cmp);
            format!(
                "{load}: {title} is {}× [{}, {}] {word} with {label} than with {other}",
                units::number(flip(contrast.ratio.value())),
                units::number(ends[0]),
                units::number(ends[1]),
            )
        }
    }
}

/// `slower`, `faster`, `more`, `less` or `~`: the word beside a ratio in a table.
pub fn word(metric: Metric, contrast: &Contrast) -> &'static str {
    let above = contrast.ratio.value() > 1.0;
    match (metric, metric.better()) {
        _ if !contrast.is_significant() => "~",
        (Metric::P50 | Metric::P99 | Metric::P99_9 | Metric::Max, _) if above => "slower",
        (Metric::P50 | Metric::P99 | Metric::P99_9 | Metric::Max, _) => "faster",
        (_, Better::Higher) if above => "better",
        (_, Better::Higher) => "worse",
        _ if above => "more",
        _ => "less",
    }
}

/// How far a ratio is from 1, up or down; a difference that is none is nearer than any that is one.
fn distance(contrast: &Contrast) -> f64 {
    let far = contrast.ratio.value().ln().abs();
    if contrast.is_significant() {
        far + 1e3
    } else {
        far
    }
}

fn load_in_brief(workload: &Workload) -> String {
    let connections = units::count(workload.connections.into());
    match workload.mode {
        LoadMode::Closed => format!("Closed loop, {connections} connections"),
        LoadMode::Open { rate_per_s, .. } => {
            format!(
                "At {} requests/s over {connections} connections",
                units::number(rate_per_s.value())
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn of(repeats: u64, systems: usize) -> String {
        let comparison = example::comparison(repeats);
        let mut groups = Group::of(&comparison);
        groups.truncate(systems);
        finding(&groups, Metric::P99).replace('\u{a0}', " ")
    }

    #[test]
    fn a_difference_is_given_with_its_interval() {
        let text = of(5, 4);
        assert!(
            text.starts_with("At 20 000 requests/s over 64 connections: p99 is "),
            "{text}"
        );
        assert!(
            text.contains("× [") && text.ends_with("higher with threaded mutex than with reactor"),
            "{text}"
        );
    }

    #[test]
    fn three_runs_are_too_few_to_tell() {
        assert!(of(3, 4).ends_with("at least 4 runs of each would tell whether they differ"));
    }

    #[test]
    fn one_system_and_none_are_said_plainly() {
        assert!(of(5, 1).contains("p99 ") && of(5, 1).ends_with("with reactor"));
        assert_eq!(of(5, 0), "Nothing was measured");
    }

    #[test]
    fn equal_systems_do_not_differ() {
        let recipe = |seed, label: &str| example::Recipe {
            seed,
            ..example::Recipe::quick(label)
        };
        let runs =
            |label: &str, seeds: [u64; 5]| seeds.map(|seed| recipe(seed, label).run()).to_vec();
        let mut all = runs("a", [1, 2, 3, 4, 5]);
        all.extend(runs("b", [1, 2, 3, 4, 5]));
        let comparison = crate::Comparison::of_runs("equal".to_owned(), all);
        let text = finding(&Group::of(&comparison), Metric::P99);
        assert!(
            text.contains("no difference in p99 is established"),
            "{text}"
        );
    }
}

//! The sentence that a picture is titled with: the greatest difference, in numbers from the data.

use results::statistics::{Contrast, Evidence, MIN_RUNS};
use results::{Better, Group, LoadMode, Metric, Workload, units};

/// What the groups say about the metrics, in one sentence: the greatest difference of them all.
///
/// The reference is the first group. Only what the statistics support is called a difference; without one, the first
/// metric is given as it was measured.
pub(crate) fn finding(groups: &[Group<'_>], metrics: &[Metric]) -> String {
    let (Some((reference, others)), Some(first)) = (groups.split_first(), metrics.first()) else {
        return "Nothing was measured".to_owned();
    };
    let load = load_in_brief(reference.workload());
    let value = |group: &Group| {
        let value = group.value(*first).map(|value| first.text(value));
        value.unwrap_or_else(|| units::NOT_MEASURED.to_owned())
    };
    let measured = format!(
        "{} {} with {}",
        first.title(),
        value(reference),
        reference.label
    );
    let pairs = others
        .iter()
        .flat_map(|group| metrics.iter().map(move |metric| (group, *metric)));
    let contrasts = pairs
        .filter_map(|(group, metric)| Some((group, metric, group.contrast(reference, metric)?)));
    let farthest = contrasts.max_by(|left, right| distance(&left.2).total_cmp(&distance(&right.2)));
    let Some((group, metric, contrast)) = farthest else {
        return format!("{load}: {measured}");
    };
    match contrast.evidence {
        None => format!(
            "{load}: {measured}, {} with {}; at least {MIN_RUNS} runs of each would tell whether they differ",
            value(group),
            group.label
        ),
        Some(_) if !contrast.is_significant() => {
            let names: Vec<&str> = metrics.iter().map(|metric| metric.title()).collect();
            format!(
                "{load}: no difference in {} is established ({measured})",
                names.join(", ")
            )
        }
        Some(evidence) => format!(
            "{load}: {} is {} with {} than with {}",
            metric.title(),
            times(&contrast, &evidence),
            group.label,
            reference.label
        ),
    }
}

/// `3.10× [2.62, 3.71] higher`. Never "0.32× as high": the reader should not have to divide.
fn times(contrast: &Contrast, evidence: &Evidence) -> String {
    let above = contrast.ratio.value() > 1.0;
    let upright = |ratio: f64| if above { ratio } else { 1.0 / ratio };
    let mut ends = [evidence.low, evidence.high].map(|end| upright(end.value()));
    ends.sort_by(f64::total_cmp);
    format!(
        "{}× [{}, {}] {}",
        units::number(upright(contrast.ratio.value())),
        units::number(ends[0]),
        units::number(ends[1]),
        if above { "higher" } else { "lower" }
    )
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
    use results::example;

    use super::*;

    fn of(repeats: u64, systems: usize) -> String {
        let comparison = example::comparison(repeats);
        let mut groups = Group::of(&comparison);
        groups.truncate(systems);
        finding(&groups, &[Metric::P99]).replace('\u{a0}', " ")
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
        let comparison = results::Comparison::of_runs("equal".to_owned(), all);
        let text = finding(&Group::of(&comparison), &[Metric::P99]);
        assert!(
            text.contains("no difference in p99 is established"),
            "{text}"
        );
    }
}

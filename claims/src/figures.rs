//! Figures and pictures of evidence: medians with the range of their runs, ratios with intervals, counts with bounds.

use results::statistics::{Contrast, median};
use results::{
    AnomalyKind, AxisScale, Chart, ChartAxis, ChartPoint, ChartSeries, CheckLevel, Correctness,
    Figure, Group, Joining, Metric, Run, Unit, Verdict,
};

use crate::rule::{Counted, Pair};

/// A ratio with its interval.
pub fn ratio(system: &str, what: &str, seen: &Contrast, runs: usize) -> Figure {
    let interval = seen.evidence.map(|evidence| (evidence.low, evidence.high));
    Figure {
        system: system.to_owned(),
        what: what.to_owned(),
        value: seen.ratio,
        interval,
        unit: Unit::Ratio,
        runs: u32::try_from(runs).unwrap_or(u32::MAX),
    }
}

/// The ratio of a pair, and nothing where there is none.
pub fn of_pair(system: &str, what: &str, pair: &Pair) -> Option<Figure> {
    let what = format!("{what}, {}", pair.condition);
    let runs = pair.reference.len().min(pair.candidate.len());
    pair.contrast()
        .map(|seen| ratio(system, &what, &seen, runs))
}

/// The median of some runs, between the lowest and the highest.
pub fn middle(system: &str, what: &str, unit: Unit, values: &[f64]) -> Option<Figure> {
    let figure = Figure::new(system, what, unit, median(values)?)?.of_runs(values.len());
    let (low, high) = range(values)?;
    Some(figure.between(low, high))
}

/// A rate of events.
pub fn counted(what: &str, counted: &Counted) -> Option<Figure> {
    let (low, high) = counted.interval_per_million();
    let what = format!("{what}: {}", counted.text());
    let figure = Figure::new(
        &counted.label,
        what,
        Unit::PerMillion,
        counted.per_million(),
    )?;
    Some(figure.between(low, high).of_runs(counted.runs))
}

/// `1 connection`, `50 connections`.
pub fn connections(number: u32) -> String {
    match number {
        1 => "1 connection".to_owned(),
        more => format!("{more} connections"),
    }
}

/// The metric of every run that has it.
pub fn values(runs: &[Run], metric: Metric) -> Vec<f64> {
    runs.iter().filter_map(|run| metric.of(run)).collect()
}

/// The lowest and the highest; `None` of nothing.
pub fn range(values: &[f64]) -> Option<(f64, f64)> {
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    Some((low, high))
}

/// Lost updates over all runs of a system.
pub fn lost(label: &str, runs: &[Run]) -> Option<Counted> {
    let group = Group {
        label,
        runs: runs.iter().collect(),
    };
    let events = group.value(Metric::Lost)?;
    Some(Counted {
        label: label.to_owned(),
        events: events as u64,
        of: group.acknowledged(),
        runs: runs.len(),
    })
}

/// Increments that were told a number which another had been told before, over all runs of a system: what the checker of the
/// history finds of a lost update, whatever the counter holds in the end.
pub fn told_twice(label: &str, runs: &[Run]) -> Option<Counted> {
    let of = runs.iter().map(|run| run.correctness.operations_checked);
    let twice = runs
        .iter()
        .flat_map(|run| &run.correctness.anomalies)
        .filter(|anomaly| anomaly.kind == AnomalyKind::LostUpdate);
    let counted = Counted {
        label: label.to_owned(),
        events: twice.map(|anomaly| anomaly.count).sum(),
        of: of.sum(),
        runs: runs.len(),
    };
    (counted.of > 0).then_some(counted)
}

/// Wrong answers of any kind over all runs of a system that the checker could decide: none in a run means that its whole
/// history is linearizable.
pub fn wrong(label: &str, runs: &[Run]) -> Option<Counted> {
    let is_decided = |correctness: &&Correctness| {
        let Correctness { verdict, level, .. } = correctness;
        *level == CheckLevel::Full && matches!(verdict, Verdict::Correct | Verdict::Wrong)
    };
    let decided = || runs.iter().map(|run| &run.correctness).filter(is_decided);
    let anomalies = decided().flat_map(|correctness| &correctness.anomalies);
    let counted = Counted {
        label: label.to_owned(),
        events: anomalies.map(|anomaly| anomaly.count).sum(),
        of: decided()
            .map(|correctness| correctness.operations_checked)
            .sum(),
        runs: decided().count(),
    };
    (counted.of > 0).then_some(counted)
}

/// An axis.
pub fn axis(title: &str, unit: Unit, scale: AxisScale) -> ChartAxis {
    ChartAxis {
        title: title.to_owned(),
        unit,
        scale,
    }
}

/// A series of one system: for each place its runs, drawn as their median and their range.
pub fn series(label: &str, places: &[(f64, Vec<f64>)]) -> ChartSeries {
    let point = |(x, values): &(f64, Vec<f64>)| ChartPoint::new(*x, median(values)?, range(values));
    ChartSeries::new(label, Joining::Line, places.iter().filter_map(point))
}

/// The series that have something to show: a system that is missing has its row, and no name without a line.
pub fn seen(series: impl Iterator<Item = ChartSeries>) -> Vec<ChartSeries> {
    series.filter(|series| !series.points.is_empty()).collect()
}

/// Rates of events of one system under several conditions.
pub fn rates_of(system: &str, finding: String, title: &str, counts: &[Counted]) -> Chart {
    let chart = rates(finding, title, counts);
    let points = chart.series.iter().flat_map(|series| &series.points);
    let series = ChartSeries::new(system, Joining::Apart, points.copied());
    Chart {
        series: vec![series],
        ..chart
    }
}

/// Rates of events with whiskers, by name.
pub fn rates(finding: String, title: &str, counts: &[Counted]) -> Chart {
    let point = |(place, counted): (usize, &Counted)| {
        let interval = Some(counted.interval_per_million());
        let point = ChartPoint::new(place as f64, counted.per_million(), interval);
        ChartSeries::new(&counted.label, Joining::Apart, point)
    };
    Chart {
        finding,
        caption: "Whiskers: 95 % interval of a Poisson count. Nothing seen stands at 0; its whisker ends at the rate that this many operations rule out.".to_owned(),
        x: axis("", Unit::Count, AxisScale::Names { names: counts.iter().map(|counted| counted.label.clone()).collect() }),
        y: axis(title, Unit::PerMillion, AxisScale::Log),
        series: counts.iter().enumerate().map(point).collect(),
    }
}

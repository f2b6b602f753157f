//! Figures and pictures of evidence: medians with the range of their runs, counts with their intervals.

use results::statistics::median;
use results::{
    AxisScale, Chart, ChartAxis, ChartPoint, ChartSeries, Figure, Joining, Metric, Run, Unit, units,
};

use crate::EventCount;

/// The text, or what stands where nothing was measured.
pub fn or_not_measured(text: Option<String>) -> String {
    text.unwrap_or_else(|| units::NOT_MEASURED.to_owned())
}

/// Several texts in one.
pub fn list(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("; ")
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

/// The median of some runs, between the lowest and the highest.
pub fn median_of(system: &str, what: &str, unit: Unit, values: &[f64]) -> Option<Figure> {
    let figure = Figure::new(system, what, unit, median(values)?)?.of_runs(values.len());
    let (low, high) = range(values)?;
    Some(figure.between(low, high))
}

/// The same as a point of a picture.
pub fn median_point(x: f64, values: &[f64]) -> Option<ChartPoint> {
    ChartPoint::new(x, median(values)?, range(values))
}

/// A picture. Series without a point are left out: a system that is missing has its row in the table.
pub fn chart(
    finding: &str,
    caption: &str,
    x: ChartAxis,
    y: ChartAxis,
    series: impl IntoIterator<Item = ChartSeries>,
) -> Chart {
    let series = series.into_iter();
    Chart {
        finding: finding.to_owned(),
        caption: caption.to_owned(),
        x,
        y,
        series: series.filter(|series| !series.points.is_empty()).collect(),
    }
}

/// An axis.
pub fn axis(title: &str, unit: Unit, scale: AxisScale) -> ChartAxis {
    ChartAxis {
        title: title.to_owned(),
        unit,
        scale,
    }
}

/// An axis of names, numbered from zero.
pub fn names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> ChartAxis {
    let names = names.into_iter().map(Into::into).collect();
    axis("", Unit::Count, AxisScale::Names { names })
}

/// A series of separate points.
pub fn points(label: &str, points: impl IntoIterator<Item = Option<ChartPoint>>) -> ChartSeries {
    ChartSeries::new(label, Joining::Apart, points.into_iter().flatten())
}

/// A line at one height over this many named places.
pub fn bound(label: &str, height: f64, places: usize) -> ChartSeries {
    let ends = [-0.5, places as f64 - 0.5];
    let ends = ends.map(|end| ChartPoint::new(end, height, None));
    ChartSeries::new(label, Joining::Bound, ends.into_iter().flatten())
}

/// The rate of a count with its interval, at this place of a picture.
pub fn rate_point(x: f64, count: &EventCount) -> Option<ChartPoint> {
    ChartPoint::new(x, count.per_million(), Some(count.interval_per_million()))
}

/// Rates of events by name.
pub fn rates(
    finding: &str,
    title: &str,
    counts: &[EventCount],
    series: impl IntoIterator<Item = ChartSeries>,
) -> Chart {
    chart(
        finding,
        "Whiskers: 95 % interval of a Poisson count. Nothing seen stands at 0; its whisker ends at the rate that this many operations rule out.",
        names(counts.iter().map(|count| &count.label)),
        axis(title, Unit::PerMillion, AxisScale::Log),
        series,
    )
}

/// Rates of events by name, each a series of its own.
pub fn rates_by_system(finding: &str, title: &str, counts: &[EventCount]) -> Chart {
    let series = counts
        .iter()
        .enumerate()
        .map(|(place, count)| points(&count.label, [rate_point(place as f64, count)]));
    rates(finding, title, counts, series)
}

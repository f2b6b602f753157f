//! What the pictures of a sweep have in common: one metric over one number of the load.

use results::statistics::{MIN_RUNS, Spread};
use results::{Group, Metric, ValidityVerdict, Workload};

use super::Input;
use crate::axes::{count_axis, extent, log_axis, time_axis};
use crate::picture::{Axis, Joined, Mark, Marks, Panel, Point, Series, Tick};
use crate::table::{Cell, Column, Table, between};
use crate::verdict_cells::validity_cell;

/// The number of the load that is swept, such as the connections; `None` of a load that has none.
pub(crate) type Swept = fn(&Workload) -> Option<f64>;

/// The groups that differ in the swept number alone, if it takes at least two values.
pub(crate) fn groups<'a>(
    input: &Input<'a>,
    swept: Swept,
    same_but: impl Fn(&Workload, &Workload) -> bool,
) -> Option<Vec<&'a Group<'a>>> {
    let first = input
        .groups
        .iter()
        .find(|group| swept(group.workload()).is_some())?;
    let belongs = |group: &&Group| {
        swept(group.workload()).is_some() && same_but(first.workload(), group.workload())
    };
    let groups: Vec<&Group> = input.groups.iter().filter(belongs).collect();
    let (low, high) = extent(groups.iter().filter_map(|group| swept(group.workload())))?;
    (low < high).then_some(groups)
}

/// What distinguishes the pictures of a sweep.
pub(crate) struct Sweep<'a, 's> {
    pub(crate) input: &'s Input<'a>,
    pub(crate) groups: Vec<&'a Group<'a>>,
    pub(crate) swept: Swept,
    pub(crate) x: Axis,
    /// How a value of the swept number is said.
    pub(crate) text: &'s dyn Fn(f64) -> String,
}

impl Sweep<'_, '_> {
    /// The panel of a metric over the swept number; none where no group has the metric.
    pub(crate) fn panel(&self, metric: Metric, y: &Axis) -> Option<Panel> {
        let mut series = self.series(
            metric,
            |group| group.values(metric),
            |value| metric.text(value),
        );
        for point in series.iter_mut().flat_map(|series| &mut series.points) {
            point.y = y.place(point.y);
            point.range = point.range.map(|(low, high)| (y.place(low), y.place(high)));
        }
        (!series.is_empty()).then(|| Panel {
            title: metric.in_words().to_owned(),
            x: self.named_x(),
            y: y.clone(),
            marks: Marks::Series(series),
        })
    }

    /// The axis that holds the metrics of all groups.
    pub(crate) fn axis_of(&self, title: &str, metrics: &[Metric]) -> Axis {
        let values = || {
            let of_group = |group: &&Group| {
                metrics
                    .iter()
                    .flat_map(|metric| group.values(*metric))
                    .collect::<Vec<_>>()
            };
            self.groups.iter().flat_map(of_group)
        };
        match metrics {
            [Metric::P50 | Metric::P99 | Metric::P99_9 | Metric::Max, ..] => {
                time_axis(title, values())
            }
            [
                metric @ (Metric::MemoryPerConnection
                | Metric::CpuPerRequest
                | Metric::KernelCpuPerRequest),
                ..,
            ] => log_axis(title, values(), |value| metric.text(value)),
            [metric, ..] => count_axis(title, values(), |value| metric.text(value)),
            [] => count_axis(title, values(), |value| value.to_string()),
        }
    }

    /// One series a system, of what `values` says of each group's runs: the median and its spread.
    pub(crate) fn series(
        &self,
        metric: Metric,
        values: impl Fn(&Group) -> Vec<f64>,
        text: impl Fn(f64) -> String,
    ) -> Vec<Series> {
        let point = |group: &&Group| {
            let values = values(group);
            let spread = Spread::of(&values);
            let y = metric.of_runs(&values)?;
            Some(Point {
                x: (self.swept)(group.workload())?,
                y,
                range: spread.map(Spread::ends),
                mark: match is_client_bound(group) {
                    true => Mark::Hollow,
                    false => Mark::Full,
                },
                hover: with_spread(y, spread, &text),
            })
        };
        let of_system = |label: &String| {
            let own = self.groups.iter().filter(|group| group.label == *label);
            let mut points: Vec<Point> = own.clone().filter_map(point).collect();
            points.sort_by(|left, right| left.x.total_cmp(&right.x));
            let system = own.clone().map(|group| self.input.place(group)).next()?;
            (!points.is_empty()).then(|| Series {
                system,
                label: label.clone(),
                joined: Joined::Line { sure: points.len() },
                points,
                last: None,
            })
        };
        self.input.labels().iter().filter_map(of_system).collect()
    }

    /// What the band and the symbols are, for the caption.
    pub(crate) fn marks_in_words(&self) -> String {
        match self.groups.iter().any(|group| is_client_bound(group)) {
            true => {
                self.band_in_words()
                    + " Hollow: INVALID, there the load generator was the bottleneck and not the server."
            }
            false => self.band_in_words(),
        }
    }

    /// That depends on how many runs there are of each point.
    fn band_in_words(&self) -> String {
        let runs = || self.groups.iter().map(|group| group.runs.len());
        let few =
            format!("from the lowest run to the highest, since an interval takes {MIN_RUNS} runs");
        match (runs().min(), runs().max()) {
            (Some(MIN_RUNS..), _) => {
                "Band: 95 % bootstrap interval of the median of the runs.".to_owned()
            }
            (_, Some(MIN_RUNS..)) => format!(
                "Band: 95 % bootstrap interval of the median of the runs; where there are fewer, {few}."
            ),
            (_, Some(2..)) => format!("Band: {few}."),
            _ => "One run of each: nothing says how far it may be off.".to_owned(),
        }
    }

    /// The axis of the swept number, with a name for each place that was measured.
    pub(crate) fn named_x(&self) -> Axis {
        let mut places: Vec<f64> = self
            .groups
            .iter()
            .filter_map(|group| (self.swept)(group.workload()))
            .collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        Axis {
            places: places
                .into_iter()
                .map(|at| Tick::new(at, (self.text)(at)))
                .collect(),
            ..self.x.clone()
        }
    }

    /// Every group's metrics, a row each.
    pub(crate) fn table(&self, heading: &str, metrics: &[Metric]) -> Table {
        let mut columns = vec![
            Column::words("system"),
            Column::numbers(heading, ""),
            Column::words("measurement"),
        ];
        columns.extend(metrics.iter().map(|metric| Column::of(*metric)));
        let row = |group: &&Group| {
            let mut cells = vec![
                Cell::words(group.label),
                Cell::number((self.swept)(group.workload()), self.text),
                validity_cell(group),
            ];
            cells.extend(
                metrics
                    .iter()
                    .map(|metric| Cell::number(group.value(*metric), |value| metric.text(value))),
            );
            cells
        };
        Table {
            columns,
            rows: self.groups.iter().map(row).collect(),
        }
    }
}

/// Whether any of its runs says more of the load generator than of the server.
fn is_client_bound(group: &Group) -> bool {
    group.validity() == ValidityVerdict::ClientBound
}

/// `92.1 µs (95 %: 90.0 µs … 95.2 µs)`, without the `95 %` where it is but the range of the runs, or the median alone.
fn with_spread(median: f64, spread: Option<Spread>, text: impl Fn(f64) -> String) -> String {
    let ends = spread.map(|spread| between(spread.ends(), &text));
    match (spread, ends) {
        (Some(Spread::Interval(..)), Some(ends)) => format!("{} (95 %: {ends})", text(median)),
        (_, Some(ends)) => format!("{} ({ends})", text(median)),
        (_, None) => text(median),
    }
}

#[cfg(test)]
mod tests {
    use results::{Comparison, example};

    use crate::pictures;

    /// The caption over 1 and 64 connections, with this many runs of each.
    fn caption(runs: [u64; 2]) -> String {
        let of = |connections, seeds| {
            (0..seeds).map(move |seed| {
                let label = "reactor".to_owned();
                let few = example::Recipe {
                    connections,
                    seed,
                    samples_per_interval: 10,
                    ..example::Recipe::quick(&label)
                };
                few.run()
            })
        };
        let all = of(1, runs[0]).chain(of(64, runs[1])).collect();
        let pictures = pictures::all(&Comparison::of_runs(String::new(), all));
        let scaling = pictures
            .into_iter()
            .find(|picture| picture.name == "scaling");
        scaling.map(|picture| picture.caption).unwrap_or_default()
    }

    #[test]
    fn the_caption_says_what_the_band_is() {
        let interval = "Band: 95 % bootstrap interval of the median of the runs.";
        let range = "Band: from the lowest run to the highest, since an interval takes 4 runs.";
        assert!(caption([4, 5]).ends_with(interval));
        assert!(caption([3, 3]).ends_with(range));
        assert!(caption([4, 3]).contains("where there are fewer, from the lowest run"));
        assert!(caption([1, 1]).ends_with("nothing says how far it may be off."));
    }
}

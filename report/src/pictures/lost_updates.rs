//! P5, lost updates: who loses increments that it acknowledged, and how often.

use results::statistics::count_interval;
use results::{Group, Metric, Workload, units};

use super::{Scene, sweep};
use crate::picture::{Axis, Joined, Mark, Marks, Panel, Picture, Point, Scale, Series, Tick};
use crate::table::{Cell, Column, Table};
use crate::ticks::{doubling_axis, extent, log_axis};

pub(super) const NAME: &str = "lost-updates";

/// The picture, or none where nobody lost anything: the verdict says so better.
pub(super) fn draw(scene: &Scene) -> Option<Picture> {
    let losses: Vec<Loss> = scene
        .groups
        .iter()
        .filter_map(|group| Loss::of(&[group]))
        .collect();
    let by_system: Vec<Loss> = scene
        .labels()
        .iter()
        .filter_map(|label| {
            let own: Vec<&Group> = scene
                .groups
                .iter()
                .filter(|group| group.label == *label)
                .collect();
            Loss::of(&own)
        })
        .collect();
    if by_system.iter().all(|loss| loss.lost == 0) {
        return None;
    }
    // Over several numbers of writers each is a point of its own; else each system is one.
    let (x, drawn) = match sweep::groups(scene, writers, |_, _| true) {
        Some(groups) => {
            let counts = groups.iter().filter_map(|group| writers(group.workload()));
            (doubling_axis("connections that write", counts), &losses)
        }
        None => (names(&by_system), &by_system),
    };
    let over_writers = x.scale == Scale::Log;
    let y = axis(drawn);
    let series = series(scene, drawn, over_writers, y.ticks[0].at);
    Some(Picture {
        name: NAME.to_owned(),
        finding: finding(&by_system),
        caption: "Of a million acknowledged increments, how many vanished. Whiskers: 95 % interval of a Poisson count. Nothing lost is drawn in the lowest lane; its whisker ends at \
            the rate that this many increments can rule out."
            .to_owned(),
        panels: vec![Panel { title: String::new(), x, y, marks: Marks::Series(series) }],
        table: table(&losses),
    })
}

fn writers(workload: &Workload) -> Option<f64> {
    Some(f64::from(workload.connections))
}

/// One series a system; points at the same number of writers stand a little apart.
fn series(scene: &Scene, losses: &[Loss], over_writers: bool, zero: f64) -> Vec<Series> {
    let of_system = |(system, label): (usize, &String)| {
        let own = losses
            .iter()
            .enumerate()
            .filter(|(_, loss)| loss.label == *label);
        let place = |at: usize, loss: &Loss| match over_writers {
            true => writers(loss.load).unwrap_or(1.0) * 1.05_f64.powi(system as i32),
            false => at as f64,
        };
        let points: Vec<Point> = own
            .map(|(at, loss)| loss.point(place(at, loss), zero))
            .collect();
        (!points.is_empty()).then(|| Series {
            system,
            label: label.clone(),
            points,
            joined: Joined::Apart,
            last: None,
        })
    };
    scene
        .labels()
        .iter()
        .enumerate()
        .filter_map(of_system)
        .collect()
}

/// What one system lost, over all the runs that are looked at together.
struct Loss<'a> {
    label: &'a str,
    load: &'a Workload,
    lost: u64,
    acknowledged: u64,
}

impl<'a> Loss<'a> {
    fn of(groups: &[&'a Group<'a>]) -> Option<Self> {
        let first = groups.first()?;
        let lost: Vec<f64> = groups
            .iter()
            .filter_map(|group| group.value(Metric::Lost))
            .collect();
        let acknowledged: u64 = groups.iter().map(|group| group.acknowledged()).sum();
        (acknowledged > 0 && !lost.is_empty()).then(|| Self {
            label: first.label,
            load: first.workload(),
            lost: lost.iter().sum::<f64>() as u64,
            acknowledged,
        })
    }

    fn per_million(&self, lost: f64) -> f64 {
        lost * 1e6 / self.acknowledged as f64
    }

    /// The ends of the 95 % interval, lost per million.
    fn interval(&self) -> (f64, f64) {
        let (low, high) = count_interval(self.lost);
        (self.per_million(low), self.per_million(high))
    }

    fn point(&self, x: f64, zero: f64) -> Point {
        let (low, high) = self.interval();
        Point {
            x,
            y: self.per_million(self.lost as f64).max(zero),
            range: Some((low.max(zero), high)),
            mark: Mark::Full,
            hover: self.said(),
        }
    }

    /// `3 425 per million (685 of 200 000)`, `none of 200 000: at most 18.4 per million`.
    fn said(&self) -> String {
        let acknowledged = units::count(self.acknowledged);
        if self.lost == 0 {
            let bound = units::number(self.interval().1);
            return format!("none of {acknowledged}: at most {bound} per million");
        }
        let rate = units::number(self.per_million(self.lost as f64));
        format!(
            "{rate} per million ({} of {acknowledged})",
            units::count(self.lost)
        )
    }
}

fn finding(losses: &[Loss]) -> String {
    let guilty: Vec<&Loss> = losses.iter().filter(|loss| loss.lost > 0).collect();
    let innocent = losses.len() - guilty.len();
    let said = guilty
        .iter()
        .take(3)
        .map(|loss| format!("{} lost {}", loss.label, loss.said()));
    let mut text = said.collect::<Vec<_>>().join("; ");
    if guilty.len() > 3 {
        text += &format!("; and {} more", guilty.len() - 3);
    }
    match innocent {
        0 => text,
        1 => text + "; the other system lost nothing",
        more => text + &format!("; the other {more} systems lost nothing"),
    }
}

/// Equal factors above, and one lane below for those who lost nothing. The lane is the first tick.
fn axis(losses: &[Loss]) -> Axis {
    let ends = losses.iter().flat_map(|loss| {
        let (low, high) = loss.interval();
        [low, high]
    });
    let ends: Vec<f64> = ends.filter(|end| *end > 0.0).collect();
    let lane = extent(ends.iter().copied()).map_or(1.0, |(low, _)| low) / 4.0;
    let mut axis = log_axis(
        "lost per million",
        ends.into_iter().chain([lane]),
        units::number,
    );
    axis.ticks.retain(|tick| tick.at > lane * 1.6);
    axis.minor.retain(|at| *at > lane);
    axis.ticks.insert(0, Tick::new(lane, "0"));
    axis
}

fn names(losses: &[Loss]) -> Axis {
    let name = |(at, loss): (usize, &Loss)| Tick::new(at as f64, loss.label);
    let ticks: Vec<Tick> = losses.iter().enumerate().map(name).collect();
    Axis {
        title: String::new(),
        scale: Scale::Linear,
        range: (-0.6, losses.len() as f64 - 0.4),
        places: ticks.clone(),
        ticks,
        minor: Vec::new(),
    }
}

fn table(losses: &[Loss]) -> Table {
    let row = |loss: &Loss| {
        let (low, high) = loss.interval();
        vec![
            Cell::words(loss.label),
            Cell::words(loss.load.to_string()),
            Cell::number(Some(loss.acknowledged as f64), |value| {
                units::count(value as u64)
            }),
            Cell::number(Some(loss.lost as f64), |value| units::count(value as u64)),
            Cell {
                note: format!("{} … {}", units::number(low), units::number(high)),
                ..Cell::number(Some(loss.per_million(loss.lost as f64)), units::number)
            },
        ]
    };
    Table {
        columns: vec![
            Column::words("system"),
            Column::words("load"),
            Column::numbers(
                "acknowledged",
                "increments that the server said it had made",
            ),
            Column::numbers("lost", "of these, those that no counter holds"),
            Column::numbers("per million", "with its 95 % interval"),
        ],
        rows: losses.iter().map(row).collect(),
    }
}

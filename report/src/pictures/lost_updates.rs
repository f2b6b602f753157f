//! P5, lost updates: who loses increments that it acknowledged, and how often.

use results::statistics::count_interval;
use results::{Group, Metric, Workload, units};

use super::{Input, sweep};
use crate::axes::{doubling_axis, log_axis};
use crate::picture::{Axis, Joined, Mark, Marks, Panel, Picture, Point, Series, lane_of};
use crate::table::{Cell, Column, Table, between};

pub(super) const NAME: &str = "lost-updates";

/// The picture, or none where nobody lost anything: the verdict says so better.
pub(super) fn draw(input: &Input) -> Option<Picture> {
    let losses: Vec<Loss> = input
        .groups
        .iter()
        .filter_map(|group| Loss::of(&[group]))
        .collect();
    let by_system: Vec<Loss> = input
        .labels()
        .iter()
        .filter_map(|label| {
            let own: Vec<&Group> = input
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
    let panel = match sweep::groups(input, writers, |_, _| true) {
        Some(groups) => {
            let counts = groups.iter().filter_map(|group| writers(group.workload()));
            over_writers(
                input,
                &losses,
                doubling_axis("connections that write", counts),
            )
        }
        None => in_lanes(input, &by_system),
    };
    Some(Picture {
        name: NAME.to_owned(),
        finding: finding(&by_system),
        caption: "Of a million acknowledged increments, how many vanished. Whiskers: 95 % interval of a Poisson count. Nothing lost stands at 0; its whisker ends at \
            the rate that this many increments can rule out."
            .to_owned(),
        panels: vec![panel],
        table: table(&losses),
        cells: None,
    })
}

fn writers(workload: &Workload) -> Option<f64> {
    Some(f64::from(workload.connections))
}

/// Each load a point; points at the same number of writers stand a little apart.
fn over_writers(input: &Input, losses: &[Loss], x: Axis) -> Panel {
    let y = axis(losses);
    let point = |system: usize, _: usize, loss: &Loss| {
        let (low, high) = loss.interval();
        Point {
            x: writers(loss.load).unwrap_or(1.0) * 1.05_f64.powi(system as i32),
            y: y.place(loss.rate()),
            range: Some((y.place(low), high)),
            mark: Mark::Full,
            hover: loss.said(),
        }
    };
    let series = series(input, losses, Joined::Apart, point);
    Panel {
        title: String::new(),
        x,
        marks: Marks::Series(series),
        y: y.clone(),
    }
}

/// Each system a point in a lane of its own.
fn in_lanes(input: &Input, losses: &[Loss]) -> Panel {
    let x = axis(losses);
    let point = |_: usize, at: usize, loss: &Loss| {
        let (low, high) = loss.interval();
        Point {
            x: x.place(loss.rate()),
            y: lane_of(at, losses.len()),
            range: Some((x.place(low), high)),
            mark: Mark::Full,
            hover: loss.said(),
        }
    };
    let series = series(input, losses, Joined::Lanes, point);
    Panel {
        title: String::new(),
        y: Axis::of_lanes(losses.iter().map(|loss| loss.label)),
        marks: Marks::Series(series),
        x: x.clone(),
    }
}

/// One series a system, of what `point` makes of its place, the loss's place, and the loss.
fn series(
    input: &Input,
    losses: &[Loss],
    joined: Joined,
    point: impl Fn(usize, usize, &Loss) -> Point,
) -> Vec<Series> {
    let of_system = |(system, label): (usize, &String)| {
        let own = losses.iter().enumerate();
        let own = own.filter(|(_, loss)| loss.label == *label);
        let points: Vec<Point> = own.map(|(at, loss)| point(system, at, loss)).collect();
        (!points.is_empty()).then(|| Series {
            system,
            label: label.clone(),
            points,
            joined,
            last: None,
        })
    };
    let labels = input.labels().iter().enumerate();
    labels.filter_map(of_system).collect()
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

    /// Lost per million.
    fn rate(&self) -> f64 {
        self.per_million(self.lost as f64)
    }

    fn per_million(&self, lost: f64) -> f64 {
        lost * 1e6 / self.acknowledged as f64
    }

    /// The ends of the 95 % interval, lost per million.
    fn interval(&self) -> (f64, f64) {
        let (low, high) = count_interval(self.lost);
        (self.per_million(low), self.per_million(high))
    }

    /// `3 425 per million (685 of 200 000)`, `none of 200 000: at most 18.4 per million`.
    fn said(&self) -> String {
        let acknowledged = units::count(self.acknowledged);
        if self.lost == 0 {
            let bound = units::number(self.interval().1);
            return format!("none of {acknowledged}: at most {bound} per million");
        }
        let rate = units::number(self.rate());
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

/// Equal factors, and always a lane for those who lost nothing: it is what the others are held against.
fn axis(losses: &[Loss]) -> Axis {
    let ends = losses.iter().flat_map(|loss| {
        let (low, high) = loss.interval();
        [low, high]
    });
    log_axis("lost per million", ends.chain([0.0]), units::number)
}

fn table(losses: &[Loss]) -> Table {
    let row = |loss: &Loss| {
        vec![
            Cell::words(loss.label),
            Cell::words(loss.load.to_string()),
            Cell::count(loss.acknowledged),
            Cell::count(loss.lost),
            Cell {
                note: between(loss.interval(), units::number),
                ..Cell::number(Some(loss.rate()), units::number)
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

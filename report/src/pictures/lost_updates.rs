//! P5, lost updates: who loses increments that it acknowledged, and how often.

use results::statistics::count_interval;
use results::{Group, Metric, Workload, units};

use super::{Input, sweep};
use crate::axes::{doubling_axis, log_axis};
use crate::picture::{Axis, Joined, Mark, Marks, Panel, Picture, Point, Series, lane_of};
use crate::table::{Cell, Column, Table, between};

pub(super) const NAME: &str = "lost-updates";

/// The picture, or none if no system lost anything: the verdict says it.
pub(super) fn draw(input: &Input) -> Option<Picture> {
    let groups = input.groups.iter();
    let losses: Vec<Loss> = groups.filter_map(|group| Loss::of(&[group])).collect();
    let labels = input.labels().iter();
    let of_system = |label: &String| Loss::of(&input.of_system(label));
    let by_system: Vec<Loss> = labels.filter_map(of_system).collect();
    if by_system.iter().all(|loss| loss.lost == 0) {
        return None;
    }
    // Over several numbers of writers each is a point of its own; else each system is one.
    let panel = match sweep::groups(input, writers, |_, _| true) {
        Some(groups) => {
            let counts = groups.iter().filter_map(|group| writers(group.workload()));
            let axis = doubling_axis("connections that write", counts);
            panel(input, &losses, Some(axis))
        }
        None => panel(input, &by_system, None),
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

/// One series a system. Over an axis of writers each load is a point, and points at the same number of writers stand a little apart;
/// without one each system is a point in a lane of its own.
fn panel(input: &Input, losses: &[Loss], over_writers: Option<Axis>) -> Panel {
    let rates = axis(losses);
    let point = |system: usize, at: usize, loss: &Loss| {
        let (low, high) = loss.interval();
        let rate = rates.place(loss.rate());
        let (x, y) = match over_writers {
            Some(_) => {
                let apart = 1.05_f64.powi(system as i32);
                (writers(loss.load).unwrap_or(1.0) * apart, rate)
            }
            None => (rate, lane_of(at, losses.len())),
        };
        Point {
            x,
            y,
            range: Some((rates.place(low), high)),
            mark: Mark::Full,
            hover: loss.said(),
        }
    };
    let of_system = |(system, label): (usize, &String)| {
        let own = losses.iter().enumerate();
        let own = own.filter(|(_, loss)| loss.label == *label);
        let points: Vec<Point> = own.map(|(at, loss)| point(system, at, loss)).collect();
        (!points.is_empty()).then(|| Series {
            system,
            label: label.clone(),
            points,
            joined: match over_writers {
                Some(_) => Joined::Apart,
                None => Joined::Lanes,
            },
            last: None,
        })
    };
    let labels = input.labels().iter().enumerate();
    let series = labels.filter_map(of_system).collect();
    let lanes = || Axis::of_lanes(losses.iter().map(|loss| loss.label));
    let (x, y) = match over_writers {
        Some(writers) => (writers, rates),
        None => (rates, lanes()),
    };
    Panel {
        title: String::new(),
        x,
        y,
        marks: Marks::Series(series),
    }
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
    let lossy: Vec<&Loss> = losses.iter().filter(|loss| loss.lost > 0).collect();
    let exact = losses.len() - lossy.len();
    let said = lossy
        .iter()
        .take(3)
        .map(|loss| format!("{} lost {}", loss.label, loss.said()));
    let mut text = said.collect::<Vec<_>>().join("; ");
    if lossy.len() > 3 {
        text += &format!("; and {} more", lossy.len() - 3);
    }
    match exact {
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

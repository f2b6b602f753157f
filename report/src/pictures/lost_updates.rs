//! P5, lost updates: who loses increments that it acknowledged, and how often.

use results::statistics::count_interval;
use results::{Group, Metric, units};

use super::Scene;
use crate::picture::{Axis, Joined, Marks, Panel, Picture, Point, Scale, Series, Tick};
use crate::table::{Cell, Column, Table};
use crate::ticks::{extent, log_axis};

pub(super) const NAME: &str = "lost-updates";

/// The picture, or none where nobody lost anything: the verdict says so better.
pub(super) fn draw(scene: &Scene) -> Option<Picture> {
    let losses: Vec<Loss> = scene.groups.iter().filter_map(Loss::of).collect();
    let any = losses.iter().any(|loss| loss.lost > 0);
    any.then(|| {
        let y = axis(&losses);
        let zero = y.range.0;
        let series = losses.iter().enumerate().map(|(at, loss)| loss.series(scene, at, zero));
        Picture {
            name: NAME,
            finding: finding(&losses),
            caption: "Whiskers: 95 % interval of a Poisson count. Nothing lost is drawn in the lowest lane; its whisker \
                ends at the rate that this many increments can rule out."
                .to_owned(),
            panels: vec![Panel {
                title: String::new(),
                x: names(&losses),
                y,
                marks: Marks::Series(series.collect()),
            }],
            table: table(&losses),
        }
    })
}

/// What one system lost under one load, over all runs.
struct Loss<'a> {
    group: &'a Group<'a>,
    lost: u64,
    acknowledged: u64,
}

impl<'a> Loss<'a> {
    fn of(group: &'a Group<'a>) -> Option<Self> {
        let lost = group.value(Metric::Lost)? as u64;
        let acknowledged = group.acknowledged();
        (acknowledged > 0).then_some(Self {
            group,
            lost,
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

    fn series(&self, scene: &Scene, at: usize, zero: f64) -> Series {
        let (low, high) = self.interval();
        Series {
            system: scene.place(self.group),
            label: self.group.label.to_owned(),
            points: vec![Point {
                x: at as f64,
                y: self.per_million(self.lost as f64).max(zero),
                range: Some((low.max(zero), high)),
                marked: true,
                hover: self.said(),
            }],
            joined: Joined::Apart,
            last: None,
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
        .map(|loss| format!("{} lost {}", loss.group.label, loss.said()));
    let mut text = said.collect::<Vec<_>>().join("; ");
    if guilty.len() > 3 {
        text += &format!("; and {} more", guilty.len() - 3);
    }
    match innocent {
        0 => text,
        1 => text + "; the other lost nothing",
        more => text + &format!("; the other {more} lost nothing"),
    }
}

/// Equal factors above, and one lane below for those who lost nothing.
fn axis(losses: &[Loss]) -> Axis {
    let ends = losses.iter().flat_map(|loss| {
        let (low, high) = loss.interval();
        [low, high]
    });
    let title = "lost of a million acknowledged increments";
    let mut axis = log_axis(title, ends, units::number);
    let lowest = extent(losses.iter().map(|loss| loss.interval().1)).map_or(1.0, |(low, _)| low);
    let lane = axis.range.0.min(lowest) / 4.0;
    axis.scale = Scale::Log;
    axis.range.0 = lane;
    axis.ticks.insert(0, Tick::new(lane, "0"));
    axis
}

fn names(losses: &[Loss]) -> Axis {
    let name = |(at, loss): (usize, &Loss)| Tick::new(at as f64, loss.group.label);
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
            Cell::words(loss.group.label),
            Cell::words(loss.group.workload().to_string()),
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

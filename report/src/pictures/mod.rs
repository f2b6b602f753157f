//! The pictures: one file each, from a comparison to a [`Picture`].

mod heat_map;
mod load_latency;
mod lost_updates;
mod percentiles;
mod scaling;
mod sweep;

use results::{Comparison, Group};

use crate::picture::Picture;

/// Every picture that the data of a comparison suffices for, in the order of the page.
pub(crate) fn all(comparison: &Comparison) -> Vec<Picture> {
    let groups = Group::of(comparison);
    let scene = Scene::new(comparison, &groups);
    [
        percentiles::draw(&scene),
        load_latency::draw(&scene),
        scaling::draw(&scene),
        lost_updates::draw(&scene),
        heat_map::draw(&scene),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The names of all pictures, for the command line.
pub(crate) const NAMES: [&str; 5] = [
    percentiles::NAME,
    load_latency::NAME,
    scaling::NAME,
    lost_updates::NAME,
    heat_map::NAME,
];

/// What a picture needs to be drawn, for those who asked for it in vain.
pub(crate) fn needs(name: &str) -> &'static str {
    match name {
        load_latency::NAME => "it needs runs at two or more open-loop rates (loadgen sweep)",
        scaling::NAME => "it needs runs over two or more numbers of connections (loadgen sweep)",
        lost_updates::NAME => "no run lost an update",
        heat_map::NAME => "it needs runs with intervals",
        _ => "it needs a run with replies",
    }
}

/// What the pictures have in common: the groups, and each system's place, which decides its colour and symbol.
pub(crate) struct Scene<'a> {
    groups: &'a [Group<'a>],
    labels: Vec<&'a str>,
}

impl<'a> Scene<'a> {
    fn new(comparison: &'a Comparison, groups: &'a [Group<'a>]) -> Self {
        let labels = comparison
            .systems
            .iter()
            .map(|system| system.label.as_str());
        Self {
            groups,
            labels: labels.collect(),
        }
    }

    /// The system's place in the comparison.
    fn place(&self, group: &Group) -> usize {
        self.labels
            .iter()
            .position(|label| *label == group.label)
            .unwrap_or(0)
    }

    /// The groups of one load: that of a single comparison, or the last of a sweep that the most systems were measured under.
    fn of_one_load(&self) -> Vec<&'a Group<'a>> {
        let under = |load: &Group| -> Vec<&'a Group<'a>> {
            let same = |group: &&Group| group.workload().same_load(load.workload());
            self.groups.iter().filter(same).collect()
        };
        let by_load = self.groups.iter().map(under);
        by_load.max_by_key(Vec::len).unwrap_or_default()
    }

    /// Whether the systems were measured under several loads.
    fn is_sweep(&self) -> bool {
        let first = self.groups.first().map(Group::workload);
        self.groups
            .iter()
            .any(|group| first.is_some_and(|load| !group.workload().same_load(load)))
    }
}

/// `92.1 µs (90.0 µs … 95.2 µs)`, or the first alone where the range is a point.
fn with_range(middle: f64, range: Option<(f64, f64)>, text: impl Fn(f64) -> String) -> String {
    match range {
        Some((low, high)) if low < high => {
            format!("{} ({} … {})", text(middle), text(low), text(high))
        }
        _ => text(middle),
    }
}

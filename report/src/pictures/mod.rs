//! The pictures: one file each, from a comparison to a [`Picture`].

pub(crate) mod claim;
mod heat_map;
mod load_latency;
mod lost_updates;
mod percentiles;
mod scaling;
mod sweep;

use results::knee::keeps_up;
use results::{Comparison, Group};

use crate::picture::Picture;
use crate::style::Systems;

/// Every picture that the data of a comparison suffices for, in the order of the page.
pub(crate) fn all(comparison: &Comparison) -> Vec<Picture> {
    let groups = Group::of(comparison);
    let input = Input::new(comparison, &groups);
    [
        percentiles::draw(&input),
        load_latency::draw(&input),
        scaling::CONNECTIONS.draw(&input),
        scaling::KEYS.draw(&input),
        scaling::PAYLOAD.draw(&input),
        scaling::CORES.draw(&input),
        lost_updates::draw(&input),
        heat_map::draw(&input),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The names of all pictures, for the command line.
pub(crate) const NAMES: [&str; 8] = [
    percentiles::NAME,
    load_latency::NAME,
    scaling::CONNECTIONS.name,
    scaling::KEYS.name,
    scaling::PAYLOAD.name,
    scaling::CORES.name,
    lost_updates::NAME,
    heat_map::NAME,
];

/// What a picture needs to be drawn, for the message when it cannot be drawn.
pub(crate) fn needs(name: &str) -> &'static str {
    match name {
        load_latency::NAME => "it needs runs at two or more open-loop rates (loadgen sweep)",
        _ if name == scaling::CONNECTIONS.name => {
            "it needs runs over two or more numbers of connections (loadgen sweep)"
        }
        _ if name == scaling::KEYS.name => {
            "it needs runs over two or more numbers of counters (--over keys=…)"
        }
        _ if name == scaling::PAYLOAD.name => {
            "it needs runs over two or more sizes of payload (--over size=…)"
        }
        _ if name == scaling::CORES.name => {
            "it needs servers on two or more numbers of processors (loadgen compare --over cores=…)"
        }
        lost_updates::NAME => "no run lost an update",
        heat_map::NAME => "it needs runs with intervals",
        _ => "it needs a run with replies",
    }
}

/// The most systems that a title names.
const MOST_NAMED: usize = 4;

/// The systems in a title: all if they are few, otherwise those with the least and the greatest number.
fn few_or_ends(mut named: Vec<(f64, String)>) -> String {
    if named.len() > MOST_NAMED {
        named.sort_by(|left, right| left.0.total_cmp(&right.0));
        if let [(_, least), .., (_, most)] = named.as_slice() {
            return format!("from {least} to {most}");
        }
    }
    let named: Vec<String> = named.into_iter().map(|(_, text)| text).collect();
    named.join("; ")
}

/// What the pictures have in common: the groups, and each system's place.
pub(crate) struct Input<'a> {
    groups: &'a [Group<'a>],
    systems: Systems,
}

impl<'a> Input<'a> {
    fn new(comparison: &'a Comparison, groups: &'a [Group<'a>]) -> Self {
        let systems = Systems::of(Some(comparison), None);
        Self { groups, systems }
    }

    /// The systems, by their places.
    fn labels(&self) -> &[String] {
        self.systems.labels()
    }

    /// The groups of a system.
    fn of_system(&self, label: &str) -> Vec<&'a Group<'a>> {
        let groups = self.groups.iter();
        groups.filter(|group| group.label == label).collect()
    }

    /// The system's place, which decides how it looks.
    fn place(&self, group: &Group) -> usize {
        self.systems.place(group.label).unwrap_or(0)
    }

    /// The groups that may be drawn into one picture: all of them, or those of one load of a sweep.
    ///
    /// Of a sweep it is the last load under which the most systems were measured and every one of them kept up: beyond
    /// its knee a server is described by its queue.
    fn of_one_load(&self) -> Vec<&'a Group<'a>> {
        if !self.is_sweep() {
            return self.groups.iter().collect();
        }
        let under = |load: &Group| -> Vec<&'a Group<'a>> {
            let same = |group: &&Group| group.workload().same_load(load.workload());
            self.groups.iter().filter(same).collect()
        };
        let by_load = self.groups.iter().map(under);
        by_load
            .max_by_key(|groups| (groups.len(), groups.iter().all(|group| keeps_up(group))))
            .unwrap_or_default()
    }

    /// Whether any system was measured under several loads.
    fn is_sweep(&self) -> bool {
        let mut labels = self.labels().iter();
        labels.any(|label| self.of_system(label).len() > 1)
    }
}

#[cfg(test)]
mod tests;

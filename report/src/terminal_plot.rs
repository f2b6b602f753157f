//! Percentile curves in letters: enough to see which tail is the longer one.

use results::{Comparison, CurvePoint, Group, percentile_curve, units};

use crate::style::{SYMBOLS, Style, Systems};
use crate::terminal::Screen;

/// Lines of the plot.
const ROWS: usize = 10;
/// More systems would cover each other.
const MOST_SYSTEMS: usize = 8;
/// Columns of the names on the left.
const MARGIN: usize = 10;

/// The plot, or none where the screen is too narrow or there is nothing to plot.
pub(crate) fn percentile_plot(comparison: &Comparison, screen: Screen) -> Option<String> {
    let columns = usize::from(screen.columns).min(100).checked_sub(MARGIN)?;
    let systems = Systems::of(Some(comparison), None);
    let curves = curves(comparison, &systems);
    let deepest = curves
        .iter()
        .flat_map(|(_, curve)| curve.last())
        .map(|point| point.nines);
    let deepest = deepest.max_by(f64::total_cmp)?;
    let heights = || {
        curves
            .iter()
            .flat_map(|(_, curve)| curve.iter().map(|point| point.ns.max(1)))
    };
    let (low, high) = (heights().min()?, heights().max()?);
    if columns < 30 || curves.len() > MOST_SYSTEMS {
        return None;
    }

    let mut grid = vec![vec![' '; columns]; ROWS];
    let tall = (high as f64 / low as f64).ln().max(f64::MIN_POSITIVE);
    let row_of = |point: &CurvePoint| {
        let share = (point.ns.max(1) as f64 / low as f64).ln() / tall;
        ((1.0 - share) * (ROWS - 1) as f64).round() as usize
    };
    for (place, curve) in curves.iter().rev() {
        let nines = (0..columns).map(|column| deepest * column as f64 / (columns - 1) as f64);
        for (column, nines) in nines.enumerate() {
            if let Some(row) = at(curve, nines).map(row_of) {
                grid[row.min(ROWS - 1)][column] = mark(&systems, *place);
            }
        }
    }
    let height =
        |row: usize| (low as f64 * (tall * (1.0 - row as f64 / (ROWS - 1) as f64)).exp()) as u64;
    let line = |(row, letters): (usize, &Vec<char>)| {
        // Every third line is named: the eye finds those between.
        let name = if row % 3 == 0 {
            units::time(height(row))
        } else {
            String::new()
        };
        let letters: String = letters.iter().collect();
        format!("{name:>8} ┤{}\n", letters.trim_end())
    };
    let plot: String = grid.iter().enumerate().map(line).collect();
    Some(plot + &foot(deepest, columns))
}

/// The mark of a system in the table and in the plot: its symbol, or a letter where there are more systems than symbols,
/// for a terminal has neither colours nor dashes to tell them apart.
pub(crate) fn mark(systems: &Systems, place: usize) -> char {
    if systems.labels().len() <= SYMBOLS {
        return Style::of_system(place).glyph();
    }
    ('a'..='z').chain('A'..='Z').nth(place).unwrap_or('·')
}

/// Each system's curve, all runs of one load together.
fn curves(comparison: &Comparison, systems: &Systems) -> Vec<(usize, Vec<CurvePoint>)> {
    let groups = Group::of(comparison);
    let Some(load) = groups.last().map(Group::workload) else {
        return Vec::new();
    };
    let of_load = groups
        .iter()
        .filter(|group| group.workload().same_load(load));
    let curve = |group: &Group| {
        Some((
            systems.place(group.label)?,
            percentile_curve(&group.response()),
        ))
    };
    of_load.filter_map(curve).collect()
}

/// The last point at or before a place of the axis; none beyond the end of a curve.
fn at(curve: &[CurvePoint], nines: f64) -> Option<&CurvePoint> {
    let behind = curve.partition_point(|point| point.nines <= nines + 1e-9);
    let ends_here = curve.last().is_some_and(|last| last.nines + 0.06 < nines);
    if ends_here {
        None
    } else {
        curve.get(behind.saturating_sub(1))
    }
}

/// The places that are named.
const NAMES: [(f64, &str); 6] = [
    (0.301, "p50"),
    (1.0, "p90"),
    (2.0, "p99"),
    (3.0, "p99.9"),
    (4.0, "p99.99"),
    (5.0, "p99.999"),
];

/// The axis: where each nine stands.
fn foot(deepest: f64, columns: usize) -> String {
    let mut letters = vec![' '; columns];
    let mut free = 0;
    for (nines, name) in NAMES {
        let column = (nines / deepest * (columns - 1) as f64).round() as usize;
        let start = column
            .saturating_sub(name.len() / 2)
            .min(columns - name.len());
        if nines <= deepest && start >= free {
            letters[start..start + name.len()].copy_from_slice(&name.chars().collect::<Vec<_>>());
            free = start + name.len() + 1;
        }
    }
    let letters: String = letters.iter().collect();
    format!(
        "{:>8} └{}\n{:MARGIN$}{}\n",
        "",
        "─".repeat(columns),
        "",
        letters.trim_end()
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use results::example::Recipe;

    use super::*;

    #[test]
    fn more_systems_than_symbols_have_a_mark_each() {
        for many in [8, 9, 40] {
            let run = |place: u64| Recipe::quick(&format!("system {place}")).run();
            let comparison = Comparison::of_runs(String::new(), (0..many).map(run).collect());
            let systems = Systems::of(Some(&comparison), None);
            let places = 0..systems.labels().len();
            let marks: BTreeSet<char> = places.map(|place| mark(&systems, place)).collect();
            assert_eq!(marks.len(), systems.labels().len());
        }
    }
}

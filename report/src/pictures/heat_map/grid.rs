//! The rows of the heat maps: the same for all systems, fine where the replies are, and a lane for the few far out.

use results::{Histogram, Quantile, units};

use super::{Course, seconds};
use crate::axes::{extent, log_axis};
use crate::picture::{Axis, Beyond, Heat, Tick};

/// Rows in each power of ten.
const ROWS_PER_DECADE: f64 = 12.0;
/// Rows that a lane is as high as.
const LANE_ROWS: i32 = 2;
/// One reply of a thousand, of each system and at each end, may lie in a lane.
const FEW: [Quantile; 2] = [Quantile::above(999_000_000), Quantile::P99_9];
/// The part of the axis that the name of a lane takes from the ticks beside it.
const TICK_ROOM: f64 = 0.08;
/// Where all replies reach no further than this beyond the others, rows for them squeeze nothing.
const NEAR: f64 = 2.0;

/// Rows from the least to the greatest latency that most replies of some system have, in seconds.
pub(super) struct Grid {
    low: f64,
    high: f64,
    least: f64,
    greatest: f64,
    /// Whether there is a lane below.
    pub(super) shorter: bool,
    /// Whether there is a lane above.
    pub(super) longer: bool,
}

impl Grid {
    /// The grid that suits all of them; none without a reply.
    pub(super) fn of(shown: &[Course]) -> Option<Self> {
        let wholes: Vec<Histogram> = shown.iter().map(Course::whole).collect();
        let most = wholes.iter().flat_map(|whole| whole.quantiles_ns(&FEW));
        let (low, high) = extent(most.map(seconds))?;
        let ends = wholes
            .iter()
            .flat_map(|whole| [whole.min_ns(), whole.max_ns()]);
        let (least, greatest) = extent(ends.flatten().map(seconds))?;
        let (shorter, longer) = (least * NEAR < low, greatest > high * NEAR);
        // A little air, so that the outermost row is whole.
        let low = if shorter { low } else { least } / 1.1;
        let high = if longer { high } else { greatest } * 1.1;
        Some(Self {
            low,
            high,
            least,
            greatest,
            shorter,
            longer,
        })
    }

    /// The rows and the lanes, with a name for each.
    pub(super) fn axis(&self) -> Axis {
        let text = |at: f64| units::time((at * 1e9).round() as u64);
        let mut axis = log_axis("response time", [self.low, self.high].into_iter(), text);
        let within = |at: f64| (self.low..=self.high).contains(&at);
        axis.ticks.retain(|tick| within(tick.at));
        axis.minor.retain(|at| within(*at));
        let lanes = [self.lane(false, Vec::new()), self.lane(true, Vec::new())];
        let lanes = || lanes.iter().flatten();
        let edges = lanes().flat_map(|lane| [lane.edges.0, lane.edges.1]);
        axis.range = extent(edges.chain([self.low, self.high])).unwrap_or(axis.range);
        let room = (axis.range.1 / axis.range.0).ln() * TICK_ROOM;
        for lane in lanes() {
            let middle = (lane.edges.0 * lane.edges.1).sqrt();
            axis.ticks
                .retain(|tick| (tick.at / middle).ln().abs() >= room);
            axis.ticks.push(Tick::new(middle, lane.name));
        }
        axis.ticks
            .sort_by(|left, right| left.at.total_cmp(&right.at));
        axis
    }

    /// The counts of one system; the greatest of all is not known here.
    pub(super) fn heat(&self, course: &Course) -> Heat {
        let rows = self.edges();
        let empty = || vec![0; course.columns.len()];
        let mut counts = vec![empty(); rows.len() - 1];
        let (mut shorter, mut longer) = (empty(), empty());
        for (at, column) in course.columns.iter().enumerate() {
            for (ns, samples) in column.response.ranges() {
                let above = rows.partition_point(|edge| *edge <= seconds(ns));
                let row = match above.checked_sub(1) {
                    None => &mut shorter,
                    Some(row) => counts.get_mut(row).unwrap_or(&mut longer),
                };
                row[at] += samples;
            }
        }
        Heat {
            system: course.system,
            columns: course.column_edges(),
            rows,
            counts,
            beyond: [self.lane(false, shorter), self.lane(true, longer)]
                .into_iter()
                .flatten()
                .collect(),
            most: 0,
        }
    }

    fn edges(&self) -> Vec<f64> {
        let rows = self.rows();
        let edge = |row| self.low * (self.high / self.low).powf(f64::from(row) / rows);
        (0..=rows as u32).map(edge).collect()
    }

    fn rows(&self) -> f64 {
        ((self.high / self.low).log10() * ROWS_PER_DECADE)
            .ceil()
            .max(1.0)
    }

    /// How many times as much each row is as the one below it.
    fn step(&self) -> f64 {
        (self.high / self.low).powf(1.0 / self.rows())
    }

    /// The lane below the rows or the one above them, where there is one.
    fn lane(&self, is_above: bool, counts: Vec<u64>) -> Option<Beyond> {
        let height = self.step().powi(LANE_ROWS);
        let (is_there, edges, holds) = match is_above {
            false => (
                self.shorter,
                (self.low / height, self.low),
                (self.least, self.low),
            ),
            true => (
                self.longer,
                (self.high, self.high * height),
                (self.high, self.greatest),
            ),
        };
        let (name, than) = if is_above {
            ("longer", self.high)
        } else {
            ("shorter", self.low)
        };
        is_there.then(|| Beyond {
            edges,
            holds,
            name,
            text: format!("{name} than {}", units::time_of(than * 1e9)),
            counts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::heat_map::Slice;

    fn course(latencies: &[(u64, u64)]) -> Course<'static> {
        let mut response = Histogram::new();
        for (ns, count) in latencies {
            response.record_many(*ns, *count);
        }
        let column = Slice {
            start_ns: 0,
            end_ns: 1,
            response,
        };
        Course {
            system: 0,
            label: "a",
            columns: vec![column],
        }
    }

    #[test]
    fn one_reply_of_many_does_not_squeeze_the_others() {
        let shown = [course(&[
            (100_000, 5_000),
            (200_000, 5_000),
            (1_000_000_000, 1),
        ])];
        let grid = Grid::of(&shown).unwrap();
        assert!(grid.high < 300e-6 && grid.longer && !grid.shorter);
        let heat = grid.heat(&shown[0]);
        assert_eq!(heat.counts.iter().flatten().sum::<u64>(), 10_000);
        assert_eq!(heat.beyond[0].counts, [1]);
        assert!(heat.beyond[0].holds.1 > 0.99 && heat.beyond[0].text.starts_with("longer than 2"));
        assert_eq!(grid.axis().ticks.last().unwrap().text, "longer");
    }

    #[test]
    fn a_slow_system_is_no_outlier() {
        let shown = [course(&[(100_000, 5_000)]), course(&[(50_000_000, 500)])];
        let grid = Grid::of(&shown).unwrap();
        assert!(grid.low < 100e-6 && grid.high > 50e-3 && !grid.longer);
    }
}

//! The isolation curves: what the others wait, beside more and more slow requests of each kind.

use results::{AxisScale, Chart, ChartSeries, Figure, Unit};

use super::beside::Beside;
use super::{DECIDING_PERCENT, Delayed, KINDS};
use crate::bench::{Bench, Entry};
use crate::figures;
use crate::system::{Hold, System};

/// Where nobody is slow the curves have one point in common; from there each kind of slow request has its own.
pub(super) struct Curves {
    none: Beside,
    slow: Vec<Beside>,
}

impl Curves {
    /// Measures these systems, so often at each place.
    pub(super) fn measure(bench: &mut Bench<'_>, systems: &[System], rounds: u32) -> Self {
        let entries = entries(systems);
        let percents = bench.quick_or_full(
            &[DECIDING_PERCENT][..],
            &[0.5, 1.0, DECIDING_PERCENT, 4.0][..],
        );
        let mut measure = |how, percent| Beside::measure(bench, &entries, rounds, how, percent);
        let none = measure(Hold::Asleep, 0.0);
        let mut slow = Vec::new();
        for (how, _) in KINDS {
            slow.extend(percents.iter().map(|percent| measure(how, *percent)));
        }
        Self { none, slow }
    }

    /// More runs at the two places that decide.
    pub(super) fn measure_again(
        &mut self,
        bench: &mut Bench<'_>,
        systems: &[System],
        rounds: u32,
        how: Hold,
    ) {
        let entries = entries(systems);
        self.none.measure_again(bench, &entries, rounds);
        let deciding = self.slow.iter_mut().filter(|place| decides(place, how));
        deciding.for_each(|place| place.measure_again(bench, &entries, rounds));
    }

    /// What decides.
    pub(super) fn delayed(&self, how: Hold) -> Delayed {
        let deciding = self.slow.iter().find(|place| decides(place, how));
        Delayed {
            before: self.none.delayed(),
            beside: deciding.map_or_else(Vec::new, Beside::delayed),
        }
    }

    /// The same places of other systems join these.
    pub(super) fn stand_beside(&mut self, others: Self) {
        self.none.systems.extend(others.none.systems);
        for (place, other) in self.slow.iter_mut().zip(others.slow) {
            place.systems.extend(other.systems);
        }
    }

    /// Every place once.
    pub(super) fn figures(&self) -> Vec<Figure> {
        let places = std::iter::once(&self.none).chain(&self.slow);
        places.flat_map(Beside::figures).collect()
    }

    /// P4: a drawing for each kind.
    pub(super) fn chart(&self, finding: &str) -> Chart {
        let lines = KINDS.iter().flat_map(|(how, name)| {
            let panel = format!("p99 beside {name}");
            let line = move |place| self.line(*how, place).in_panel(&panel);
            (0..self.none.systems.len()).map(line)
        });
        Chart {
            finding: finding.to_owned(),
            caption: "The 99th percentile of requests that have nothing to wait for, against the share of requests beside them that sleep, or compute, for 10 ms. Median of the runs; the band is from the lowest to the highest."
                .to_owned(),
            x: figures::axis("requests that take 10 ms", Unit::Share, AxisScale::Linear),
            y: figures::axis("p99 of the others", Unit::Time, AxisScale::Log),
            series: figures::seen(lines),
        }
    }

    /// One system's curve.
    fn line(&self, how: Hold, system: usize) -> ChartSeries {
        let own = self.slow.iter().filter(|place| place.how == how);
        let point = |place: &Beside| {
            let (_, runs) = place.systems.get(system)?;
            let p99_ns = runs.iter().map(|run| run.p99_ns).collect();
            Some((place.percent / 100.0, p99_ns))
        };
        let points = std::iter::once(&self.none).chain(own).filter_map(point);
        let label = self.none.systems[system].0;
        figures::series(label, &points.collect::<Vec<_>>())
    }
}

fn decides(place: &Beside, how: Hold) -> bool {
    place.how == how && place.percent == DECIDING_PERCENT
}

/// They may be asked to sleep and to compute.
fn entries(systems: &[System]) -> Vec<Entry> {
    let entry = |system: &System| Entry::from(*system).holding();
    systems.iter().map(entry).collect()
}

//! Where an axis has its ticks, and what they are called.

use results::units;

use crate::picture::{Axis, Scale, Tick};

/// An axis of times, with equal factors, that holds all of `values` (in ns).
pub(crate) fn time_axis(title: &str, values: impl Iterator<Item = f64>) -> Axis {
    log_axis(title, values, |ns| units::time(ns.round() as u64))
}

/// An axis of equal factors that holds all of `values`; what is zero among them has a lane of its own below the rest.
pub(crate) fn log_axis(
    title: &str,
    values: impl Iterator<Item = f64>,
    text: impl Fn(f64) -> String,
) -> Axis {
    let (above, zeroes): (Vec<f64>, Vec<f64>) = values.partition(|value| *value > 0.0);
    let (least, high) = extent(above.into_iter()).unwrap_or((1.0, 10.0));
    let lane = (!zeroes.is_empty()).then_some(least / 4.0);
    let low = lane.unwrap_or(least);
    // A tenth of a decade of air, so that no line lies on the frame.
    let range = (low / 1.26, high * 1.26);
    let named: &[u32] = match (range.1 / range.0).log10() {
        narrow if narrow <= 1.5 => &[1, 2, 3, 5, 7],
        wider if wider <= 3.5 => &[1, 2, 5],
        _ => &[1],
    };
    let (first, last) = (
        range.0.log10().floor() as i32,
        range.1.log10().ceil() as i32,
    );
    let steps = |factors: &[u32]| -> Vec<f64> {
        let decade = |power| {
            factors
                .iter()
                .map(move |factor| f64::from(*factor) * 10f64.powi(power))
        };
        let all = (first..=last).flat_map(decade);
        all.filter(|at| (range.0..=range.1).contains(at)).collect()
    };
    let zero = lane.map(|lane| Tick::new(lane, "0"));
    let mut ticks: Vec<Tick> = zero.into_iter().collect();
    let has_room = |at: &f64| lane.is_none_or(|lane| *at > lane * 1.6);
    ticks.extend(
        steps(named)
            .into_iter()
            .filter(has_room)
            .map(|at| Tick::new(at, text(at))),
    );
    let mut minor = steps(&[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    minor.retain(|at| lane.is_none_or(|lane| *at > lane));
    Axis {
        minor,
        lane,
        ..Axis::new(title, Scale::Log, range, ticks)
    }
}

/// An axis from zero, of equal steps, that holds all of `values`.
pub(crate) fn count_axis(
    title: &str,
    values: impl Iterator<Item = f64>,
    text: impl Fn(f64) -> String,
) -> Axis {
    let high = extent(values).map_or(1.0, |(_, high)| high);
    let range = (0.0, if high > 0.0 { high * 1.08 } else { 1.0 });
    linear_axis(title, range, text)
}

/// An axis of equal steps over this range.
pub(crate) fn linear_axis(title: &str, range: (f64, f64), text: impl Fn(f64) -> String) -> Axis {
    Axis::new(title, Scale::Linear, range, linear_ticks(range, text))
}

/// Four to eight ticks at steps of 1, 2 or 5 times a power of ten.
fn linear_ticks(range: (f64, f64), text: impl Fn(f64) -> String) -> Vec<Tick> {
    let rough = (range.1 - range.0) / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let step = steps
        .into_iter()
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(rough);
    let (first, last) = (
        (range.0 / step).ceil() as i64,
        (range.1 / step).floor() as i64,
    );
    // Zero needs no unit, and "0 ns" on an axis of seconds would be odd.
    let name = |at: f64| if at == 0.0 { "0".to_owned() } else { text(at) };
    let at = |number: i64| Tick::new(number as f64 * step, name(number as f64 * step));
    (first..=last).map(at).collect()
}

/// An axis on which each step doubles, with a tick at every value of `values` that leaves room for its name.
pub(crate) fn doubling_axis(title: &str, values: impl Iterator<Item = f64>) -> Axis {
    let mut values: Vec<f64> = values.filter(|value| *value > 0.0).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let (low, high) = extent(values.iter().copied()).unwrap_or((1.0, 2.0));
    let range = (low / 1.3, high * 1.3);
    let room = (range.1 / range.0).ln() / 9.0;
    let has_room = |from: f64, to: f64| (to / from).ln() >= room;
    // How far the axis reaches must be read: where there is no room for both, the last one stays.
    let last = values.last().copied().unwrap_or(high);
    let mut ticks: Vec<Tick> = Vec::new();
    for value in values {
        let before = ticks.last().is_none_or(|tick| has_room(tick.at, value));
        if value == last || before && has_room(value, last) {
            ticks.push(Tick::new(value, units::count(value as u64)));
        }
    }
    Axis::new(title, Scale::Log, range, ticks)
}

/// The axis of nines from p0 to the last percentile that has a tick, and a lane for the longest beyond.
///
/// `samples` is the greatest number of samples of any curve. Returns the axis and the place of the lane.
pub(crate) fn nines_axis(samples: u64) -> (Axis, f64) {
    let end = (samples.max(10) as f64).log10();
    let lane = end + 0.4;
    let name = |nines: u32| match nines {
        0 => "0 %".to_owned(),
        1 => "90 %".to_owned(),
        2 => "99 %".to_owned(),
        more => format!("99.{} %", "9".repeat(more as usize - 2)),
    };
    let mut ticks = vec![Tick::new(0.0, name(0)), Tick::new(2f64.log10(), "50 %")];
    let whole = (1..=9).take_while(|nines| f64::from(*nines) < lane - 0.45);
    ticks.extend(whole.map(|nines| Tick::new(f64::from(nines), name(nines))));
    ticks.push(Tick::new(lane, "max"));
    let axis = Axis::new("percentile", Scale::Linear, (0.0, lane + 0.35), ticks);
    (axis, lane)
}

/// The least and the greatest of some values.
pub(crate) fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |extent, value| match extent {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(axis: &Axis) -> Vec<String> {
        axis.ticks
            .iter()
            .map(|tick| tick.text.replace('\u{a0}', " "))
            .collect()
    }

    #[test]
    fn a_narrow_axis_of_times_has_more_names_than_a_wide_one() {
        let axis = |low, high| names(&time_axis("", [low, high].into_iter()));
        assert_eq!(axis(90e3, 400e3), ["100 µs", "200 µs", "300 µs", "500 µs"]);
        assert_eq!(
            axis(40e3, 4e6),
            [
                "50.0 µs", "100 µs", "200 µs", "500 µs", "1.00 ms", "2.00 ms", "5.00 ms"
            ]
        );
        assert_eq!(axis(1e3, 6e10).len(), 8);
        assert_eq!(axis(5e3, 5e3), ["5.00 µs"]);
    }

    #[test]
    fn equal_steps_are_round_numbers() {
        let ticks = |low, high| -> Vec<f64> {
            linear_ticks((low, high), units::number)
                .iter()
                .map(|tick| tick.at)
                .collect()
        };
        assert_eq!(ticks(0.0, 1.1), [0.0, 0.5, 1.0]);
        assert_eq!(
            ticks(0.0, 86_000.0),
            [0.0, 20_000.0, 40_000.0, 60_000.0, 80_000.0]
        );
        assert_eq!(ticks(0.0, 2.0), [0.0, 0.5, 1.0, 1.5, 2.0]);
    }

    #[test]
    fn doublings_are_named_where_there_is_room() {
        let all = (0..14).map(|power| 2f64.powi(power));
        let axis = doubling_axis("", all);
        assert!((5..=9).contains(&axis.ticks.len()), "{:?}", names(&axis));
        assert_eq!(
            names(&doubling_axis(
                "",
                [1.0, 100.0, 5_000.0, 10_000.0].into_iter()
            )),
            ["1", "100", "10 000"]
        );
        assert_eq!(
            names(&doubling_axis("", [1.0, 16.0, 256.0].into_iter())),
            ["1", "16", "256"]
        );
    }

    #[test]
    fn what_is_zero_has_a_lane_below_the_rest() {
        let values = [0.0, 400.0, 20_000.0].into_iter();
        let axis = log_axis("", values, units::bytes);
        assert_eq!((axis.lane, axis.place(0.0)), (Some(100.0), 100.0));
        assert!(axis.range.0 < 100.0 && names(&axis)[0] == "0", "{axis:?}");
        assert_eq!(log_axis("", [1.0].into_iter(), units::bytes).lane, None);
    }

    #[test]
    fn no_values_still_have_an_axis() {
        assert!(!time_axis("", std::iter::empty()).ticks.is_empty());
    }

    #[test]
    fn the_nines_are_named_up_to_the_samples() {
        let (axis, lane) = nines_axis(40_000);
        assert_eq!(
            names(&axis),
            ["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %", "max"]
        );
        assert!(lane > 4.6 && axis.range.1 > lane);
        assert_eq!(names(&nines_axis(0).0), ["0 %", "50 %", "max"]);
        assert_eq!(names(&nines_axis(1_000_000_000).0).len(), 11);
    }
}

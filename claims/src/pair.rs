//! Two systems under one condition, compared over their runs.

use results::statistics::{Contrast, contrast};
use results::{ChartPoint, Figure, Metric, Run, Unit};

use crate::figures;

/// Two systems under one condition, with a number for each run of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The condition, as a sentence names it: `50 connections`.
    pub condition: String,
    /// The numbers of the system that the other is compared with.
    pub reference: Vec<f64>,
    /// The numbers of the other.
    pub candidate: Vec<f64>,
}

/// How the candidate differs from the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Its number is greater.
    More,
    /// Its number is less.
    Less,
    /// Neither, by more than the margin.
    Same,
    /// The runs cannot tell.
    Unclear,
}

impl Pair {
    /// These numbers under this condition.
    pub fn new(condition: impl Into<String>, reference: Vec<f64>, candidate: Vec<f64>) -> Self {
        Self {
            condition: condition.into(),
            reference,
            candidate,
        }
    }

    /// A metric of the runs of two systems.
    pub fn of_runs(condition: impl Into<String>, runs: &[Vec<Run>], metric: Metric) -> Self {
        let values = |place: usize| figures::values(&runs[place], metric);
        Self::new(condition, values(0), values(1))
    }

    /// The ratio of the medians, candidate over reference, with its interval.
    fn contrast(&self) -> Option<Contrast> {
        contrast(&self.reference, &self.candidate)
    }

    /// The ratio of the medians, candidate over reference.
    pub fn ratio(&self) -> Option<f64> {
        Some(self.contrast()?.ratio.value())
    }

    /// The ends of the ratio's 95 % interval; `None` of too few runs.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let evidence = self.contrast()?.evidence?;
        Some((evidence.low.value(), evidence.high.value()))
    }

    /// How the two differ. They do if the test finds a difference, the interval excludes equality, and the ratio is beyond the
    /// margin (0.05 is 5 %). They are the same if the whole interval lies within the margin.
    pub fn difference(&self, margin: f64) -> Difference {
        let (Some(contrast), Some((low, high))) = (self.contrast(), self.interval()) else {
            return Difference::Unclear;
        };
        let (is_significant, ratio) = (contrast.is_significant(), contrast.ratio.value());
        let (least, most) = (1.0 / (1.0 + margin), 1.0 + margin);
        match () {
            () if low >= least && high <= most => Difference::Same,
            () if is_significant && low > 1.0 && ratio > most => Difference::More,
            () if is_significant && high < 1.0 && ratio < least => Difference::Less,
            () => Difference::Unclear,
        }
    }

    /// The ratio as a figure.
    pub fn ratio_figure(&self, system: &str, what: &str) -> Option<Figure> {
        let figure = Figure::new(system, what, Unit::Ratio, self.ratio()?)?;
        let figure = figure.of_runs(self.reference.len().min(self.candidate.len()));
        Some(match self.interval() {
            Some((low, high)) => figure.between(low, high),
            None => figure,
        })
    }

    /// The ratio as a figure that names the condition.
    pub fn figure(&self, system: &str, what: &str) -> Option<Figure> {
        self.ratio_figure(system, &format!("{what}, {}", self.condition))
    }

    /// The ratio with its interval, at this place of a picture.
    pub fn point(&self, place: usize) -> Option<ChartPoint> {
        ChartPoint::new(place as f64, self.ratio()?, self.interval())
    }

    /// `3.10× [2.60×, 3.70×]`.
    pub fn text(&self) -> String {
        figures::or_not_measured(self.ratio_figure("", "").map(|figure| figure.to_string()))
    }

    /// Every ratio with its condition: `3.10× [2.60×, 3.70×] with 1 connection; …`.
    pub fn list<'a>(pairs: impl IntoIterator<Item = &'a Self>) -> String {
        let text = |pair: &Self| format!("{} with {}", pair.text(), pair.condition);
        figures::list(pairs.into_iter().map(text))
    }

    /// The smallest and the largest ratio, each with its condition: `what: from 3.10× [2.60×, 3.70×] (a) to …`. A single
    /// ratio stands alone; the text is empty where there is none.
    pub fn smallest_to_largest(what: &str, pairs: impl IntoIterator<Item = Self>) -> String {
        let known = |pair: Self| Some((pair.ratio()?, pair));
        let mut all: Vec<(f64, Self)> = pairs.into_iter().filter_map(known).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let text = |(_, pair): &(f64, Self)| format!("{} ({})", pair.text(), pair.condition);
        match &all[..] {
            [] => String::new(),
            [only] => format!("{what}: {}", text(only)),
            [smallest, .., largest] => {
                format!("{what}: from {} to {}", text(smallest), text(largest))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(reference: [f64; 4], candidate: [f64; 4]) -> Pair {
        Pair::new("a", reference.to_vec(), candidate.to_vec())
    }

    #[test]
    fn a_difference_is_beyond_the_margin() {
        let ones = [1.0, 1.01, 1.0, 1.01];
        for (candidate, difference) in [
            ([1.5, 1.52, 1.49, 1.5], Difference::More),
            ([0.5, 0.52, 0.49, 0.5], Difference::Less),
            ([1.02, 1.03, 1.02, 1.03], Difference::Same),
            ([0.7, 1.5, 0.9, 1.4], Difference::Unclear),
        ] {
            assert_eq!(pair(ones, candidate).difference(0.05), difference);
        }
    }

    #[test]
    fn three_runs_are_too_few() {
        let mut few = pair([1.0; 4], [9.0; 4]);
        few.candidate.truncate(3);
        assert_eq!(few.difference(0.05), Difference::Unclear);
    }

    #[test]
    fn ratios_are_listed_from_the_smallest_to_the_largest() {
        let of = |condition: &str, factor: f64| Pair {
            condition: condition.to_owned(),
            ..pair([1.0; 4], [factor; 4])
        };
        let text = Pair::smallest_to_largest("x", [of("a", 4.0), of("b", 2.0), of("c", 3.0)]);
        assert_eq!(
            text,
            "x: from 2.00× [2.00×, 2.00×] (b) to 4.00× [4.00×, 4.00×] (a)"
        );
        let only = Pair::smallest_to_largest("x", [of("a", 4.0)]);
        assert_eq!(only, "x: 4.00× [4.00×, 4.00×] (a)");
        assert_eq!(Pair::smallest_to_largest("x", []), "");
    }
}

//! A picture of a claim as data: who was measured, over what, and what came out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Unit;
use crate::{CurvePoint, Finite, Histogram, percentile_curve};

/// One picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Chart {
    /// What it shows, as a sentence with numbers.
    pub finding: String,
    /// How it is read.
    pub caption: String,
    /// The horizontal axis.
    pub x: ChartAxis,
    /// The vertical axis.
    pub y: ChartAxis,
    /// One for each system.
    pub series: Vec<ChartSeries>,
}

/// An axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChartAxis {
    /// What it measures.
    pub title: String,
    /// The unit of its numbers.
    pub unit: Unit,
    /// How its numbers are spread.
    pub scale: AxisScale,
}

/// How the numbers of an axis are spread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum AxisScale {
    /// Equal steps are equal sums, from zero on.
    Linear,
    /// Equal steps are equal factors; what is zero has a lane of its own.
    Log,
    /// Percentiles: each step is a tenth of the rest.
    Nines,
    /// Places with names, numbered from zero.
    Names {
        /// The names.
        names: Vec<String>,
    },
}

/// The points of one system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChartSeries {
    /// The system.
    pub label: String,
    /// How the points are joined.
    pub joined: Joining,
    /// The points, from left to right.
    pub points: Vec<ChartPoint>,
}

/// How the points of a series are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Joining {
    /// Not at all.
    Apart,
    /// All by one line.
    Line,
    /// The first with the second, the third with the fourth, and so on.
    Pairs,
}

/// One point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChartPoint {
    /// Its place from the left.
    pub x: Finite,
    /// Its height.
    pub y: Finite,
    /// The ends of its interval, or the lowest and highest of the repetitions.
    pub range: Option<(Finite, Finite)>,
}

impl ChartPoint {
    /// A point; `None` where a number is none.
    pub fn new(x: f64, y: f64, range: Option<(f64, f64)>) -> Option<Self> {
        let ends = |(low, high)| Some((Finite::new(low)?, Finite::new(high)?));
        Some(Self {
            x: Finite::new(x)?,
            y: Finite::new(y)?,
            range: range.and_then(ends),
        })
    }
}

impl ChartSeries {
    /// The percentile curve of a histogram, for an axis of [`AxisScale::Nines`].
    pub fn percentiles(label: &str, histogram: &Histogram) -> Self {
        let point = |point: CurvePoint| ChartPoint::new(point.nines, point.ns as f64, None);
        Self {
            label: label.to_owned(),
            joined: Joining::Line,
            points: percentile_curve(histogram)
                .into_iter()
                .filter_map(point)
                .collect(),
        }
    }
}

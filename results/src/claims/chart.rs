//! The data of a claim's chart: the systems, the axis and the values.

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
    /// A point of its own at the end, such as the longest time: among percentiles it has a place behind all of them.
    #[serde(default)]
    pub last: Option<ChartPoint>,
    /// The title of the drawing that it is in; empty where there is only one.
    #[serde(default)]
    pub panel: String,
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
    /// All by one line that is not measured: a bound.
    Bound,
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
    /// A series of the only drawing.
    pub fn new(label: &str, joined: Joining, points: impl IntoIterator<Item = ChartPoint>) -> Self {
        Self {
            label: label.to_owned(),
            joined,
            points: points.into_iter().collect(),
            last: None,
            panel: String::new(),
        }
    }

    /// The percentile curve of a histogram, for an axis of [`AxisScale::Nines`]; the greatest of all is its last point, at the
    /// logarithm of how many there are.
    pub fn percentiles(label: &str, histogram: &Histogram) -> Self {
        let point = |point: CurvePoint| ChartPoint::new(point.nines, point.ns as f64, None);
        let curve = percentile_curve(histogram).into_iter().filter_map(point);
        let count = histogram.count().max(1) as f64;
        let greatest = |ns: u64| ChartPoint::new(count.log10(), ns as f64, None);
        Self {
            last: histogram.max_ns().and_then(greatest),
            ..Self::new(label, Joining::Line, curve)
        }
    }

    /// The same in the drawing of that title.
    #[must_use]
    pub fn in_panel(self, title: &str) -> Self {
        Self {
            panel: title.to_owned(),
            ..self
        }
    }
}

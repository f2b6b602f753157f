//! A picture as data: what is drawn, before it is decided with what.
//!
//! A file in `pictures/` turns a comparison into a [`Picture`]; `plotly/` and `static_picture/` turn any picture into an
//! interactive figure or an SVG. Neither knows the other, and a new picture needs no new drawing code.

use crate::table::Table;

/// One picture of the page, perhaps of several panels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    /// What it is called on the command line and in links.
    pub(crate) name: String,
    /// What it shows, as a sentence with numbers.
    pub(crate) finding: String,
    /// How it is read.
    pub(crate) caption: String,
    /// The drawings, side by side where there is room.
    pub(crate) panels: Vec<Panel>,
    /// The same numbers for those who cannot see it, or prefer numbers.
    pub(crate) table: Table,
    /// All that is drawn, where it is too much to be read: for those who want to draw it themselves.
    pub(crate) cells: Option<Table>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Panel {
    /// What distinguishes it from its neighbours; empty of a single one.
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) marks: Marks,
}

/// How much of its colour a band has, among this many: together they must not hide the lines.
pub(crate) fn band_opacity(series: usize) -> f64 {
    const ALONE: f64 = 0.16;
    const WITHOUT_HARM: f64 = 6.0;
    ALONE * (WITHOUT_HARM / series.max(1) as f64).min(1.0)
}

impl Panel {
    /// The lanes that it has, one for each name of its vertical axis; none where that measures something.
    pub(crate) fn lanes(&self) -> Option<usize> {
        (!self.y.places.is_empty()).then_some(self.y.places.len())
    }
}

/// What is drawn between the axes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Marks {
    /// Points, in most pictures joined by lines.
    Series(Vec<Series>),
    /// Counts as colours.
    Heat(Heat),
}

/// The points of one system.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// The system's place in the comparison: it decides colour and symbol.
    pub(crate) system: usize,
    pub(crate) label: String,
    /// The points, from left to right.
    pub(crate) points: Vec<Point>,
    /// How the points are joined.
    pub(crate) joined: Joined,
    /// A point of its own at the end, such as the longest latency.
    pub(crate) last: Option<Point>,
}

impl Series {
    /// Its points and the last one.
    pub(crate) fn all_points(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().chain(&self.last)
    }

    /// The points that carry its symbol.
    pub(crate) fn marked(&self) -> Vec<&Point> {
        let points = self.all_points();
        points.filter(|point| point.mark != Mark::None).collect()
    }

    /// The lines of [`Joined::Line`], each with its points.
    pub(crate) fn lines(&self) -> Vec<(Stroke, Vec<&Point>)> {
        let Joined::Line { sure } = self.joined else {
            return Vec::new();
        };
        let sure = sure.min(self.points.len());
        let all: Vec<&Point> = self.points.iter().collect();
        // The dotted part begins where the solid one ends, or there would be a hole.
        let (solid, dotted) = (&all[..sure], &all[sure.saturating_sub(1)..]);
        let ends: Vec<&Point> = self.points.last().into_iter().chain(&self.last).collect();
        let lines = [
            (Stroke::Solid, 1, solid),
            (Stroke::Dotted, 2, dotted),
            (Stroke::ToLast, 2, &ends),
        ];
        let drawn = lines
            .into_iter()
            .filter(|(_, least, points)| points.len() >= *least);
        drawn
            .map(|(stroke, _, points)| (stroke, points.to_vec()))
            .collect()
    }

    /// The ranges of its points as `(x, (low, high))`, where there are enough for a band.
    pub(crate) fn band(&self) -> Option<Vec<(f64, (f64, f64))>> {
        let ranged = |point: &Point| Some((point.x, point.range?));
        let band: Vec<_> = self.points.iter().filter_map(ranged).collect();
        (band.len() > 1).then_some(band)
    }

    /// The lengths of a point's whiskers, below and above it; in a lane to its left and right.
    pub(crate) fn whiskers(&self, point: &Point) -> (f64, f64) {
        let middle = match self.joined {
            Joined::Lanes => point.x,
            _ => point.y,
        };
        let (low, high) = point.range.unwrap_or((middle, middle));
        (middle - low, high - middle)
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// In the dash of its system.
    Solid,
    /// Dotted: fewer samples than are needed to be sure.
    Dotted,
    /// Dotted and thin, to the last point.
    ToLast,
}

/// How the points of a series are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joined {
    /// By a line in the dash of its system for this many points from the left, and dotted after; ranges are a band around it.
    Line {
        /// Points from the left that are sure.
        sure: usize,
    },
    /// Not at all; ranges are whiskers.
    Apart,
    /// Not at all, each in the lane of its name: `y` is the lane, and `range` lies along it.
    Lanes,
    /// The first with the second, the third with the fourth, and so on.
    Pairs,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    /// Its place from the left.
    pub(crate) x: f64,
    /// Its height.
    pub(crate) y: f64,
    /// The lowest and the highest of the repetitions, or the ends of an interval: of the height, but in a lane of its length.
    pub(crate) range: Option<(f64, f64)>,
    /// Whether it carries the system's symbol, and how.
    pub(crate) mark: Mark,
    /// What is said when it is pointed at, without the system's label.
    pub(crate) hover: String,
}

/// How a point carries the system's symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    None,
    Full,
    /// Hollow: the number is not the system's own.
    Hollow,
}

/// Counts in a grid: columns of time, rows of latency.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heat {
    /// The system's place in the comparison.
    pub(crate) system: usize,
    /// The edges of the columns, one more than there are.
    pub(crate) columns: Vec<f64>,
    /// The edges of the rows, one more than there are.
    pub(crate) rows: Vec<f64>,
    /// `counts[row][column]`.
    pub(crate) counts: Vec<Vec<u64>>,
    /// What lies below and above the rows, where anything does.
    pub(crate) beyond: Vec<Beyond>,
    /// The greatest count of any panel of the picture: equal colours mean equal counts.
    pub(crate) most: u64,
}

/// A lane for the few that lie so far out that rows for them would squeeze all others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Beyond {
    /// Where it is drawn: its lower and its upper edge.
    pub(crate) edges: (f64, f64),
    /// The least and the greatest value that it stands for.
    pub(crate) holds: (f64, f64),
    /// Its name on the axis: `longer`.
    pub(crate) name: &'static str,
    /// What it holds: `longer than 5.00 ms`.
    pub(crate) text: String,
    /// A count for each column.
    pub(crate) counts: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    /// What it measures, with its unit where the ticks name none.
    pub(crate) title: String,
    /// Whether equal steps are equal sums or equal factors.
    pub(crate) scale: Scale,
    /// The first and the last value.
    pub(crate) range: (f64, f64),
    /// The values that are named.
    pub(crate) ticks: Vec<Tick>,
    /// Values between them that only have a line.
    pub(crate) minor: Vec<f64>,
    /// Every place that can be pointed at, by name; empty of an axis whose numbers speak for themselves.
    pub(crate) places: Vec<Tick>,
    /// Where zero stands on an axis of equal factors, which has no place for it; none where nothing is zero.
    pub(crate) lane: Option<f64>,
}

impl Axis {
    /// An axis without minor lines, named places or a lane.
    pub(crate) fn new(title: &str, scale: Scale, range: (f64, f64), ticks: Vec<Tick>) -> Self {
        Self {
            title: title.to_owned(),
            scale,
            range,
            ticks,
            minor: Vec::new(),
            places: Vec::new(),
            lane: None,
        }
    }

    /// A vertical axis of names, from the first at the top to the last. The place of a name is [`lane_of`].
    pub(crate) fn of_lanes<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let many = names.len();
        let tick = |(at, name): (usize, &str)| Tick::new(lane_of(at, many), name);
        let mut ticks: Vec<Tick> = names.enumerate().map(tick).collect();
        ticks.reverse();
        let range = (-0.6, many as f64 - 0.4);
        Self {
            places: ticks.clone(),
            ..Self::new("", Scale::Linear, range, ticks)
        }
    }

    /// Where a value stands: itself, but zero in its lane.
    pub(crate) fn place(&self, value: f64) -> f64 {
        self.lane.map_or(value, |lane| value.max(lane))
    }

    /// The first and the last place that has a name, or the ends of the axis.
    pub(crate) fn places_or_range(&self) -> (f64, f64) {
        match (self.places.first(), self.places.last()) {
            (Some(first), Some(last)) => (first.at, last.at),
            _ => self.range,
        }
    }
}

/// The height of a name among this many, of which the first stands at the top.
pub(crate) fn lane_of(at: usize, many: usize) -> f64 {
    many.saturating_sub(at + 1) as f64
}

/// What equal steps on an axis mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Equal sums.
    Linear,
    /// Equal factors.
    Log,
}

/// A named value of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) at: f64,
    pub(crate) text: String,
}

impl Tick {
    pub(crate) fn new(at: f64, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { at, text }
    }
}

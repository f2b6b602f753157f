//! The style of a system in every picture: its colour, its symbol, and the dash of its lines.
//!
//! Colour is never the only key: neighbours differ in their symbol, systems of one colour in their dash.

use results::{Claims, Comparison};

use crate::theme::COLOURS;

/// Every system of a page, once. Its place decides its style, in all pictures alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Systems(Vec<String>);

impl Systems {
    /// Those of the comparison, then those that only the claims know. One that was not measured is never drawn, and takes no place.
    pub(crate) fn of(comparison: Option<&Comparison>, claims: Option<&Claims>) -> Self {
        let compared = comparison
            .into_iter()
            .flat_map(|comparison| &comparison.systems);
        let measured = compared.filter(|system| !system.runs().is_empty());
        let charts = claims.into_iter().flat_map(|claims| &claims.claims);
        let series = charts
            .filter_map(|claim| claim.chart.as_ref())
            .flat_map(|chart| &chart.series);
        let mut labels: Vec<String> = Vec::new();
        for label in measured
            .map(|system| &system.label)
            .chain(series.map(|series| &series.label))
        {
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        Self(labels)
    }

    /// The labels, by their places.
    pub(crate) fn labels(&self) -> &[String] {
        &self.0
    }

    /// The place of a system; `None` of one that is not drawn.
    pub(crate) fn place(&self, label: &str) -> Option<usize> {
        self.0.iter().position(|known| known == label)
    }
}

/// How many symbols there are.
pub(crate) const SYMBOLS: usize = 8;

/// The symbols as letters, for keys and terminals.
const GLYPHS: [char; SYMBOLS] = ['●', '■', '▲', '◆', '▼', '✚', '✖', '★'];

/// Lengths of strokes and gaps in pixels, as SVG writes them; empty of a line without gaps. Dots are not among them: they mean that little
/// is known.
const DASHES: [&str; 4] = ["", "12 4", "12 4 4 4", "6 4"];

/// The style of the system at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) colour: usize,
    pub(crate) symbol: usize,
    /// The dash of its lines: lengths of strokes and gaps in pixels, as SVG writes them; empty of a line without gaps.
    pub(crate) dash: &'static str,
}

impl Style {
    /// No line looks like another before each colour was drawn in each dash, nor anything like another before all
    /// combinations of the three are used up.
    pub(crate) fn of_system(place: usize) -> Self {
        let lines = COLOURS * DASHES.len();
        Self {
            colour: place % COLOURS,
            dash: DASHES[place / COLOURS % DASHES.len()],
            // Its own step after each round of lines, or the second round would pair the same symbols with them.
            symbol: (place % lines + place / lines) % SYMBOLS,
        }
    }

    pub(crate) fn glyph(self) -> char {
        GLYPHS[self.symbol]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use results::example;

    use super::*;

    #[test]
    fn no_look_repeats_before_all_are_used() {
        let key = |place| {
            let style = Style::of_system(place);
            (style.colour, style.symbol, style.dash)
        };
        let all = COLOURS * SYMBOLS * DASHES.len();
        assert_eq!((0..all).map(key).collect::<BTreeSet<_>>().len(), all);
        let line = |place| (key(place).0, key(place).2);
        let lines = COLOURS * DASHES.len();
        assert_eq!((0..lines).map(line).collect::<BTreeSet<_>>().len(), lines);
    }

    #[test]
    fn a_missing_system_takes_no_place() {
        let mut comparison = example::comparison(1);
        comparison.systems.rotate_right(1);
        let systems = Systems::of(Some(&comparison), None);
        assert_eq!(comparison.systems[0].label, "redis");
        assert_eq!(
            (systems.place("redis"), systems.place("reactor")),
            (None, Some(0))
        );
    }
}

//! Colours: one list for the page, its script and the static pictures.
//!
//! The colours are those of Okabe and Ito (*Color Universal Design*, 2008) without the yellow, which no white page can
//! carry, and shifted in lightness where the background asks for it: lines keep a contrast of 3:1 and text of 4.5:1
//! (WCAG 2.2, 1.4.3 and 1.4.11), which the tests compute. Colour is never the only key: see [`Style`](crate::style::Style).

/// Colours that systems are told apart by.
pub(crate) const COLOURS: usize = 7;

/// The colours of a page or picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Theme {
    /// `light` or `dark`.
    pub(crate) name: &'static str,
    /// Behind everything.
    pub(crate) paper: &'static str,
    /// Behind cards and tables.
    pub(crate) surface: &'static str,
    pub(crate) ink: &'static str,
    /// Text that explains.
    pub(crate) muted: &'static str,
    /// Lines that only guide the eye.
    pub(crate) grid: &'static str,
    pub(crate) line: &'static str,
    /// Something is wrong.
    pub(crate) fail: &'static str,
    /// Something may be wrong.
    pub(crate) doubt: &'static str,
    /// Something is right.
    pub(crate) pass: &'static str,
    pub(crate) series: [&'static str; COLOURS],
    /// From no requests to most of them, in a heat map: the darker, the further from the paper.
    pub(crate) heat: [&'static str; 5],
}

impl Theme {
    /// For paper and bright rooms.
    pub(crate) const LIGHT: Self = Self {
        name: "light",
        paper: "#ffffff",
        surface: "#f5f6f8",
        ink: "#16191d",
        muted: "#555c66",
        grid: "#e3e6ea",
        line: "#c3c8cf",
        fail: "#b3261e",
        doubt: "#8a5300",
        pass: "#0b6b4f",
        series: [
            "#0072b2", "#c44e00", "#00835f", "#a8478a", "#1a1a1a", "#a87400", "#2584b8",
        ],
        heat: ["#ffffff", "#cfe3f1", "#7fb3d8", "#2171a9", "#08304f"],
    };

    /// For screens at night.
    pub(crate) const DARK: Self = Self {
        name: "dark",
        paper: "#121417",
        surface: "#1b1e23",
        ink: "#eceef1",
        muted: "#a4acb8",
        grid: "#2a2e35",
        line: "#454b55",
        fail: "#ff8a80",
        doubt: "#f0b35a",
        pass: "#5fd3a8",
        series: [
            "#4aa8e8", "#ff7f3f", "#1fc295", "#de8fc4", "#f2f2f2", "#e6a62a", "#8fd3ff",
        ],
        heat: ["#121417", "#123a5a", "#1f6aa0", "#5fb0e6", "#e6f4ff"],
    };

    /// Every colour under the name that the page's style sheet and its figures know it by.
    pub(crate) fn variables(&self) -> Vec<(String, &'static str)> {
        let single = [
            ("paper", self.paper),
            ("surface", self.surface),
            ("ink", self.ink),
            ("muted", self.muted),
            ("grid", self.grid),
            ("line", self.line),
            ("fail", self.fail),
            ("doubt", self.doubt),
            ("pass", self.pass),
        ];
        let single = single.map(|(name, colour)| (name.to_owned(), colour));
        let numbered = |name: &'static str, colours: &[&'static str]| {
            let pair =
                |(index, colour): (usize, &&'static str)| (format!("{name}-{index}"), *colour);
            colours.iter().enumerate().map(pair).collect::<Vec<_>>()
        };
        let mut all = single.to_vec();
        all.extend(numbered("series", &self.series));
        all.extend(numbered("heat", &self.heat));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(left: &str, right: &str) -> f64 {
        let (left, right) = (luminance(left) + 0.05, luminance(right) + 0.05);
        left.max(right) / left.min(right)
    }

    #[test]
    fn text_and_lines_stand_out_from_what_is_behind_them() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            for behind in [theme.paper, theme.surface] {
                let text = [theme.ink, theme.muted, theme.fail, theme.doubt, theme.pass];
                for colour in text {
                    let seen = contrast(colour, behind);
                    assert!(
                        seen >= 4.5,
                        "{}: {colour} on {behind} is {seen:.2}",
                        theme.name
                    );
                }
                for colour in theme.series {
                    let seen = contrast(colour, behind);
                    assert!(
                        seen >= 3.0,
                        "{}: {colour} on {behind} is {seen:.2}",
                        theme.name
                    );
                }
            }
        }
    }

    #[test]
    fn more_counts_stand_out_more() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            let steps = theme.heat.map(|colour| contrast(colour, theme.paper));
            assert!(
                steps.is_sorted_by(|less, more| less < more),
                "{}: {steps:?}",
                theme.name
            );
        }
    }
}

//! The data inside the page: as links that need no server, as far as the page stays small.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use results::{Claims, Comparison, Run, hgrm, hlog, units};
use serde::Serialize;

use crate::claims;
use crate::picture::Picture;
use crate::table::Table;

/// A file that the page offers.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Download {
    name: String,
    what: String,
    /// The file itself; none where it would have made the page too heavy.
    href: Option<String>,
}

/// Everything that the page offers.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Downloads {
    whole: Vec<Download>,
    runs: Vec<OfRun>,
}

/// The files of one run.
#[derive(Debug, PartialEq, Serialize)]
struct OfRun {
    label: String,
    files: Vec<Download>,
}

/// The tables, the whole data, and each run's histograms, while there is room for them in the page.
pub(crate) fn all(
    comparison: &Comparison,
    claims: Option<&Claims>,
    summary: &Table,
    pictures: &[Picture],
    room_bytes: usize,
) -> Downloads {
    let mut room = Room(room_bytes);
    let mut whole = Vec::new();
    if !comparison.systems.is_empty() {
        whole.push(room.file("summary.csv", CSV, "the summary", &summary.csv()));
    }
    for picture in pictures {
        let (name, csv) = (format!("{}.csv", picture.name), picture.table.csv());
        whole.push(room.file(&name, CSV, "the numbers of the picture", &csv));
    }
    for picture in pictures {
        let Some(cells) = &picture.cells else {
            continue;
        };
        let name = format!("{}-cells.csv", picture.name);
        whole.push(room.file(&name, CSV, "every cell of the picture", &cells.csv()));
    }
    if let Some(claims) = claims {
        let csv = claims::all_figures(claims).csv();
        whole.push(room.file("claims.csv", CSV, "every figure of the claims", &csv));
        whole.extend(room.json("claims.json", "the claims, whole", claims));
    }
    if !comparison.systems.is_empty() {
        // What loadgen can be told to plot again.
        whole.extend(room.json("comparison.json", "the comparison, whole", comparison));
    }
    let of_run = |(place, run): (usize, &Run)| OfRun {
        label: run.label.clone(),
        files: vec![
            room.file(
                &format!("run-{}.hlog", place + 1),
                TEXT,
                "interval log",
                &hlog::text(run),
            ),
            room.file(
                &format!("run-{}.hgrm", place + 1),
                TEXT,
                "percentiles",
                &hgrm::text(&run.latency.response),
            ),
        ],
    };
    let runs = comparison.runs().enumerate().map(of_run).collect();
    Downloads { whole, runs }
}

const CSV: &str = "text/csv";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

/// The bytes that are left.
struct Room(usize);

impl Room {
    /// None where it cannot be written as JSON, which data that was read from JSON can.
    fn json(&mut self, name: &str, what: &str, data: &impl Serialize) -> Option<Download> {
        let json = serde_json::to_string(data).ok()?;
        Some(self.file(name, JSON, what, &json))
    }

    fn file(&mut self, name: &str, kind: &str, what: &str, text: &str) -> Download {
        let href = format!("data:{kind};base64,{}", STANDARD.encode(text));
        let size = units::bytes(text.len() as f64);
        let Some(left) = self.0.checked_sub(href.len()) else {
            return Download {
                name: name.to_owned(),
                what: format!(
                    "{what} ({size}: too large for this page; where it was stored, it lies beside it)"
                ),
                href: None,
            };
        };
        self.0 = left;
        Download {
            name: name.to_owned(),
            what: format!("{what} ({size})"),
            href: Some(href),
        }
    }
}

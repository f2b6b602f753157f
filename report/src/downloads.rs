//! The data inside the page: as links that need no server, as far as the page stays small.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use results::{Comparison, Run, hgrm, hlog, units};
use serde::Serialize;

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
    summary: &Table,
    pictures: &[Picture],
    room_bytes: usize,
) -> Downloads {
    let mut room = Room(room_bytes);
    let mut whole = vec![room.file("summary.csv", CSV, "the summary", &summary.csv())];
    for picture in pictures {
        let name = format!("{}.csv", picture.name);
        whole.push(room.file(
            &name,
            CSV,
            "the numbers of the picture",
            &picture.table.csv(),
        ));
    }
    // What loadgen can be told to plot again.
    if let Ok(json) = serde_json::to_string(comparison) {
        whole.push(room.file("comparison.json", JSON, "everything on this page", &json));
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
    fn file(&mut self, name: &str, kind: &str, what: &str, text: &str) -> Download {
        let href = format!("data:{kind};base64,{}", STANDARD.encode(text));
        let size = units::bytes(text.len() as f64);
        let Some(left) = self.0.checked_sub(href.len()) else {
            return Download {
                name: name.to_owned(),
                what: format!(
                    "{what} ({size}: too large for this page, and beside it where loadgen wrote it)"
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

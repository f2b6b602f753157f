//! The percentiles of each latency of a run, under one line of headings, and how sure they are.

use report::HeadedLines;
use results::units::{NOT_MEASURED, time};
use results::{Histogram, LoadMode, PercentileInterval, Quantile, Run};

/// The table, and what its rows mean.
pub(super) fn lines(run: &Run) -> HeadedLines {
    let latency = &run.latency;
    let values = |histogram: &Histogram| row(|quantile| histogram.quantile_ns(quantile).map(time));
    let mut lines = vec![
        ("", row(|quantile| Some(quantile.to_string()))),
        ("response", values(&latency.response)),
    ];
    lines.extend(intervals(run));
    lines.extend(
        latency
            .service
            .as_ref()
            .map(|service| ("service", values(service))),
    );
    lines.extend(latency.lag.as_ref().map(|lag| ("lag", values(lag))));
    let meaning = match run.workload.mode {
        LoadMode::Closed => {
            "closed loop: a slow reply delays the next request, so a stall is seen once and not by all who would have come"
        }
        LoadMode::Open { .. } => {
            "response: since the intended start; service: since the write; lag: the load generator's own delay"
        }
    };
    lines.push(("", meaning.to_owned()));
    lines
}

/// Between which two response times each percentile lies, if there are samples enough for any.
fn intervals(run: &Run) -> HeadedLines {
    let ends = |end: fn(&PercentileInterval) -> u64| {
        row(|quantile| {
            let name = quantile.to_string();
            let mut known = run.percentile_intervals.iter();
            let interval = known.find(|known| known.percentile == name);
            interval.map(|interval| time(end(interval)))
        })
    };
    match run.percentile_intervals.is_empty() {
        true => Vec::new(),
        false => vec![
            ("95 % from", ends(|interval| interval.low_ns)),
            ("to", ends(|interval| interval.high_ns)),
        ],
    }
}

fn row(cell: impl Fn(Quantile) -> Option<String>) -> String {
    let cells = Quantile::SHOWN.map(|quantile| cell(quantile).unwrap_or(NOT_MEASURED.to_owned()));
    cells.map(|cell| format!("{cell:>10}")).concat()
}

#[cfg(test)]
mod tests {
    use results::example;

    use super::*;

    fn text(run: &Run) -> String {
        report::headed_lines(&lines(run), 80)
    }

    #[test]
    fn a_percentile_has_its_interval_where_the_samples_suffice() {
        let mut run = example::open_loop("a");
        assert!(!text(&run).contains("95 % from"));
        run.percentile_intervals =
            PercentileInterval::all_of(&run.latency.response, &run.intervals, run.warmup_ns);
        let text = text(&run);
        let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
        let cells = |name| line(name).matches('s').count();
        assert!(cells("95 % from") >= 2, "{text}");
        assert_eq!(cells("95 % from"), cells("to "), "{text}");
        assert!(
            line("to ").trim_end().ends_with("n/a"),
            "nothing bounds the longest"
        );
    }
}

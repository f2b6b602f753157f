//! `latency.hlog`: the run's intervals in HdrHistogram's interval log, which HistogramLogAnalyzer and others read.

use std::fmt::Write as _;

use crate::{Interval, Packed, Run};

/// The text of `latency.hlog`.
///
/// Each interval has a line for each latency that was measured, tagged `response`, `service` or `lag`. Times are
/// seconds since `BaseTime`; the one column meant for people, the longest latency, is in milliseconds. The format is
/// that of HdrHistogram's `HistogramLogWriter` (version 1.3: with tags).
pub fn text(run: &Run) -> String {
    let started_s = run.started_unix_ms as f64 / 1e3;
    let mut log = format!(
        "#[{} {}: {}]\n\
         #[Histogram log format version 1.3]\n\
         #[StartTime: {started_s:.3} (seconds since epoch)]\n\
         #[BaseTime: {started_s:.3} (seconds since epoch)]\n\
         #[MaxValueDivisor: {MAX_VALUE_DIVISOR:.1}]\n\
         \"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
        one_line(&run.tool.name),
        one_line(&run.tool.version),
        one_line(&run.label),
    );
    for interval in &run.intervals {
        write_interval(&mut log, interval);
    }
    log
}

/// Nanoseconds are recorded, milliseconds are read.
const MAX_VALUE_DIVISOR: f64 = 1e6;

fn write_interval(log: &mut String, interval: &Interval) {
    let latencies = [
        ("response", Some(&interval.response)),
        ("service", interval.service.as_ref()),
        ("lag", interval.lag.as_ref()),
    ];
    for (tag, histogram) in latencies {
        if let Some(histogram) = histogram {
            write_histogram(log, tag, interval, &Packed::from(histogram.clone()));
        }
    }
}

fn write_histogram(log: &mut String, tag: &str, interval: &Interval, packed: &Packed) {
    let seconds = |ns: u64| ns as f64 / 1e9;
    // Writing to a String cannot fail.
    let _ = writeln!(
        log,
        "Tag={tag},{:.3},{:.3},{:.3},{}",
        seconds(interval.start_ns),
        seconds(interval.length_ns),
        packed.max_ns.unwrap_or(0) as f64 / MAX_VALUE_DIVISOR,
        packed.encoded
    );
    if packed.over_range > 0 {
        // The format has no place for them, and silence would make the tail look better than it was.
        let _ = writeln!(
            log,
            "#[{tag}: {} samples over 60 s are not in the histogram above]",
            packed.over_range
        );
    }
}

/// A label may hold anything; a line break in it would begin a line of its own.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::*;
    use crate::example;

    #[test]
    fn another_reader_finds_every_interval_of_every_tag() {
        let run = example::open_loop("reactor");
        let log = text(&run);
        let mut counts = [0, 0, 0];
        for entry in IntervalLogIterator::new(log.as_bytes()) {
            let LogEntry::Interval(line) = entry.unwrap() else {
                continue;
            };
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(line.encoded_histogram())
                .unwrap();
            let histogram: hdrhistogram::Histogram<u64> = Deserializer::new()
                .deserialize(&mut bytes.as_slice())
                .unwrap();
            let tag = line.tag().unwrap();
            let place = ["response", "service", "lag"]
                .iter()
                .position(|name| *name == tag.as_str());
            counts[place.unwrap()] += histogram.len();
        }
        let recorded: u64 = run.intervals.iter().map(|one| one.response.count()).sum();
        assert!(recorded > 0);
        assert_eq!(counts, [recorded; 3]);
    }

    #[test]
    fn the_head_is_that_of_the_format() {
        let mut run = example::closed_loop("a\nb");
        run.started_unix_ms = 1_700_000_000_250;
        let log = text(&run);
        let head: Vec<&str> = log.lines().take(6).collect();
        assert_eq!(head[0], "#[loadgen 0.1.0: a b]");
        assert_eq!(head[1], "#[Histogram log format version 1.3]");
        assert_eq!(
            head[2],
            "#[StartTime: 1700000000.250 (seconds since epoch)]"
        );
        assert_eq!(head[3], "#[BaseTime: 1700000000.250 (seconds since epoch)]");
        assert_eq!(head[4], "#[MaxValueDivisor: 1000000.0]");
        assert!(head[5].starts_with("\"StartTimestamp\",\"Interval_Length\""));
        assert!(!log.contains("Tag=lag"), "a closed loop has no schedule");
    }
}

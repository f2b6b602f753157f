//! `latency.hgrm`: the percentile distribution as text, which every HdrHistogram plotter reads.

use std::fmt::Write as _;

use crate::Histogram;

/// The text of `latency.hgrm`: latencies in milliseconds, five steps for each halving of the tail.
///
/// The format is that of HdrHistogram's `outputPercentileDistribution`. Samples over 60 s are part of it.
pub fn text(histogram: &Histogram) -> String {
    let mut table = format!(
        "{:>12} {:>14} {:>10} {:>14}\n\n",
        "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
    );
    let count = histogram.count();
    let ranks = ranks(count);
    for (rank, ns) in ranks.iter().zip(histogram.at_ranks(&ranks)) {
        write_row(&mut table, *rank, count, ns);
    }
    write_foot(&mut table, histogram);
    table
}

/// Halvings of the tail that 64 bits can count.
const MAX_HALVINGS: u32 = 63;

/// The ranks to print: the tail is halved again and again, each half in five steps, until no whole sample remains.
fn ranks(count: u64) -> Vec<u64> {
    const STEPS: u32 = 5;
    let mut ranks = Vec::new();
    for halving in 0..MAX_HALVINGS {
        let tail = (count as f64) / 2f64.powi(halving as i32);
        if tail < 1.0 {
            break;
        }
        for step in 0..STEPS {
            let above = tail * (1.0 - f64::from(step) / f64::from(2 * STEPS));
            ranks.push((count - (above as u64).min(count)).max(1));
        }
    }
    if count > 0 {
        ranks.push(count);
    }
    ranks.dedup();
    ranks
}

fn write_row(table: &mut String, rank: u64, count: u64, ns: u64) {
    let milliseconds = ns as f64 / 1e6;
    let below = rank as f64 / count as f64;
    // Writing to a String cannot fail.
    let _ = write!(table, "{milliseconds:>12.6} {below:>14.12} {rank:>10}");
    // The last row has no samples beyond it, and infinity is not written down.
    let _ = match count - rank {
        0 => writeln!(table),
        beyond => writeln!(table, " {:>14.2}", count as f64 / beyond as f64),
    };
}

fn write_foot(table: &mut String, histogram: &Histogram) {
    let milliseconds = |ns: Option<u64>| ns.unwrap_or(0) as f64 / 1e6;
    let _ = write!(
        table,
        "#[Mean    = {:>12.6}, StdDeviation   = {:>12.6}]\n\
         #[Max     = {:>12.6}, Total count    = {:>12}]\n\
         #[Buckets = {:>12}, SubBuckets     = {:>12}]\n",
        milliseconds(histogram.mean_ns()),
        milliseconds(histogram.standard_deviation_ns()),
        milliseconds(histogram.max_ns()),
        histogram.count(),
        histogram.in_range.buckets(),
        2_048,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_samples_make_a_table_that_can_be_checked_by_eye() {
        let mut histogram = Histogram::new();
        [1_000_000, 2_000_000, 3_000_000, 4_000_000]
            .iter()
            .for_each(|ns| histogram.record(*ns));
        let rows: Vec<Vec<String>> = text(&histogram)
            .lines()
            .skip(2)
            .take_while(|line| !line.starts_with('#'))
            .map(|line| line.split_whitespace().map(str::to_owned).collect())
            .collect();
        assert_eq!(
            rows,
            [
                vec!["1.000447", "0.250000000000", "1", "1.33"],
                vec!["2.000895", "0.500000000000", "2", "2.00"],
                vec!["3.000319", "0.750000000000", "3", "4.00"],
                vec!["4.001791", "1.000000000000", "4"],
            ]
        );
    }

    #[test]
    fn no_samples_make_an_empty_table() {
        let table = text(&Histogram::new());
        assert!(table.contains("Total count    =            0"), "{table}");
        assert_eq!(table.lines().count(), 5);
    }

    #[test]
    fn the_ranks_rise_to_the_last_sample() {
        for count in [1, 2, 3, 10, 1_000_000_000] {
            let ranks = ranks(count);
            assert!(
                ranks.is_sorted_by(|left, right| left < right),
                "{count}: {ranks:?}"
            );
            assert_eq!(ranks.last(), Some(&count));
            assert!(ranks.len() < 200);
        }
    }
}

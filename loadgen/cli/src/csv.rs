//! A run as redis-benchmark's `--csv` writes it, for scripts that read that.

use results::{Quantile, Run};

/// redis-benchmark's header (version 7), to the letter.
const HEADER: &str = r#""test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms""#;

/// One in twenty is above.
const P95: Quantile = Quantile::above(50_000_000);

/// The header, and a row for each run. What was not measured is an empty field, as CSV has it.
pub(crate) fn text(runs: &[Run]) -> String {
    let rows: String = runs.iter().map(row).collect();
    format!("{HEADER}\n{rows}")
}

fn row(run: &Run) -> String {
    let response = &run.latency.response;
    let ms = |ns: Option<u64>| ns.map_or(String::new(), |ns| format!("{:.3}", ns as f64 / 1e6));
    let rate = run.totals.requests_per_s;
    let operations = run.workload.operations.iter();
    let names = operations.map(|share| share.operation.to_string().to_uppercase());
    let fields = [
        names.collect::<Vec<_>>().join("+"),
        rate.map_or(String::new(), |rate| format!("{:.2}", rate.value())),
        ms(response.mean_ns()),
        ms(response.min_ns()),
        ms(response.quantile_ns(Quantile::P50)),
        ms(response.quantile_ns(P95)),
        ms(response.quantile_ns(Quantile::P99)),
        ms(response.max_ns()),
    ];
    fields.map(|field| format!("\"{field}\"")).join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use results::{Finite, Histogram, example};

    use super::*;

    #[test]
    fn a_row_is_as_redis_benchmark_writes_it() {
        let mut run = example::closed_loop("x");
        run.workload.operations.truncate(1);
        run.workload.operations[0].operation = results::Operation::INCR;
        run.totals.requests_per_s = Finite::new(90_909.09);
        run.latency.response = Histogram::new();
        (1..=100).for_each(|n| run.latency.response.record(n * 10_000));
        let text = text(&[run]);
        assert_eq!(text.lines().next(), Some(HEADER));
        let row = r#""INCR","90909.09","0.505","0.010","0.500","0.950","0.990","1.000""#;
        assert_eq!(text.lines().nth(1), Some(row));
    }

    #[test]
    fn what_was_not_measured_is_empty() {
        let text = text(&[example::empty("x")]);
        assert!(text.ends_with("\"\",\"\",\"\",\"\",\"\",\"\"\n"), "{text}");
    }
}

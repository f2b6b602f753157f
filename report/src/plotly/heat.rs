//! The traces of a heat map: its cells, and the lanes of what lies beyond them.

use serde_json::{Value, json};

use super::number;
use crate::picture::Heat;

/// The cells first, then each lane, which says itself what it holds.
pub(super) fn heat_traces(heat: &Heat) -> Vec<Value> {
    let cells = trace(heat, &heat.rows, &heat.counts, "about %{y:.3s}s");
    let lanes = heat.beyond.iter().map(|lane| {
        let edges = [lane.edges.0, lane.edges.1];
        trace(heat, &edges, std::slice::from_ref(&lane.counts), &lane.text)
    });
    [cells].into_iter().chain(lanes).collect()
}

/// Counts as colours, by their logarithm: a single slow request must not vanish beside ten thousand quick ones.
fn trace(heat: &Heat, rows: &[f64], counts: &[Vec<u64>], latency: &str) -> Value {
    let table = |cell: fn(u64) -> Value| -> Vec<Vec<Value>> {
        let row = |row: &Vec<u64>| row.iter().map(|count| cell(*count)).collect();
        counts.iter().map(row).collect()
    };
    let none_is_paper = |count: u64| {
        if count > 0 {
            number((count as f64).log10())
        } else {
            Value::Null
        }
    };
    let exact = |count: u64| if count > 0 { json!(count) } else { Value::Null };
    let shade = |step: usize| json!([step as f64 / 4.0, format!("@heat-{step}")]);
    json!({
        "type": "heatmap",
        "x": heat.columns,
        "y": rows,
        "z": table(none_is_paper),
        "customdata": table(exact),
        // One reply is to be seen as well: it begins a little way into the colours.
        "zmin": -0.3,
        "zmax": (heat.most.max(10) as f64).log10(),
        "hovertemplate": format!("at %{{x:.2f}} s, {latency}: %{{customdata:,}} replies<extra></extra>"),
        "hoverongaps": false,
        "colorscale": (0..5).map(shade).collect::<Vec<_>>(),
        "showscale": false,
        "meta": {"system": heat.system},
    })
}

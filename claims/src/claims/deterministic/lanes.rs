//! Who runs when: a lane for each peer, a line for each turn.

use std::collections::BTreeMap;

use results::{AxisScale, Chart, ChartPoint, ChartSeries, Joining, Unit};

use super::PEERS;
use super::record::{self, Turn};
use crate::figures;
use crate::system::{REACTOR, THREADS};

/// P7: who runs when, for a moment from the middle of each record.
pub(super) fn chart(threads: &[Turn], reactor: &[Turn]) -> Chart {
    let mut names: Vec<String> = Vec::new();
    let mut series = Vec::new();
    for (system, turns) in [(REACTOR, reactor), (THREADS, threads)] {
        let mut lane_of = BTreeMap::new();
        for peer in record::peers(turns).into_iter().take(PEERS) {
            lane_of.insert(peer, names.len());
            names.push(format!("{} {}", system.label, lane_of.len()));
        }
        let points = record::moment(turns, MOMENT_NS)
            .into_iter()
            .filter_map(|(peer, began_ns, ended_ns)| {
                Some((
                    *lane_of.get(&peer)? as f64,
                    began_ns as f64,
                    ended_ns as f64,
                ))
            })
            .flat_map(|(lane, began, ended)| {
                [
                    ChartPoint::new(began, lane, None),
                    ChartPoint::new(ended, lane, None),
                ]
            })
            .flatten();
        series.push(ChartSeries::new(system.label, Joining::Pairs, points));
    }
    Chart {
        finding: "Who runs when: one thread takes turns, threads run into each other".to_owned(),
        caption: "Every line is a turn, from the return of the read to the last reply; a lane for each peer. Each peer asks for work of 100 µs, again and again. From runs of their own: writing the record takes time too.".to_owned(),
        x: figures::axis("time", Unit::Time, AxisScale::Linear),
        y: figures::axis("", Unit::Count, AxisScale::Names { names }),
        series,
    }
}

/// A few turns of every peer.
const MOMENT_NS: u64 = 4_000_000;

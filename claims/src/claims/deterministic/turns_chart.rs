//! The picture of which client's turn is on when: a lane for each client, a line for each turn.

use std::collections::BTreeMap;

use results::{AxisScale, Chart, ChartPoint, ChartSeries, Joining, Unit};

use super::CLIENTS;
use super::record::{self, Turn};
use crate::figures;
use crate::systems::{REACTOR, THREADS};

/// P7: a moment from the middle of each record.
pub(super) fn chart(threads: &[Turn], reactor: &[Turn]) -> Chart {
    let mut names: Vec<String> = Vec::new();
    let mut series = Vec::new();
    let mut found = Vec::new();
    for (system, turns) in [(REACTOR, reactor), (THREADS, threads)] {
        let mut lane_of = BTreeMap::new();
        for client in record::clients(turns).into_iter().take(CLIENTS) {
            lane_of.insert(client, names.len());
            names.push(format!("{} {}", system.label, lane_of.len()));
        }
        let moment = record::moment(turns, MOMENT_NS);
        found.push(format!("{} with {}", at_once(&moment), system.label));
        let ends = |(client, began_ns, ended_ns)| {
            let lane = *lane_of.get(&client)? as f64;
            let end = |ns: u64| ChartPoint::new(ns as f64, lane, None);
            Some([end(began_ns), end(ended_ns)])
        };
        let points = moment.into_iter().filter_map(ends).flatten().flatten();
        series.push(ChartSeries::new(system.label, Joining::Pairs, points));
    }
    figures::chart(
        &format!("turns that were on at once, at most: {}", found.join(", ")),
        "Which client's turn is on when. Every line is a turn, from the return of the read to the last reply; a lane for each client. Each client asks for work of 100 µs, again and again. From runs of their own, since writing the record takes time too.",
        figures::axis("time", Unit::Time, AxisScale::Linear),
        figures::names(names),
        series,
    )
}

/// The most turns that had begun and not ended. One thread never has more than one.
fn at_once<P>(moment: &[(P, u64, u64)]) -> usize {
    let on_at = |at: u64| {
        let is_on = |(_, began_ns, ended_ns): &&(P, u64, u64)| (*began_ns..*ended_ns).contains(&at);
        moment.iter().filter(is_on).count()
    };
    let begins = moment.iter().map(|(_, began_ns, _)| *began_ns);
    begins.map(on_at).max().unwrap_or(0)
}

/// A few turns of every client.
const MOMENT_NS: u64 = 4_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_that_follow_each_other_are_one_at_once() {
        assert_eq!(at_once(&[(1, 0, 10), (2, 10, 20), (1, 20, 30)]), 1);
        assert_eq!(at_once(&[(1, 0, 10), (2, 5, 20), (3, 9, 30)]), 3);
        assert_eq!(at_once::<u8>(&[]), 0);
    }
}

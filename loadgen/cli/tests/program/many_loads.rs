//! `sweep` and `find`: one server under many loads.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::support::{Counter, converse, correct_reply, correct_server, loadgen, serve};
use results::Comparison;

#[test]
fn a_sweep_has_a_run_for_every_point_and_repeat() {
    let folder = tempfile::tempdir().unwrap();
    let ran = loadgen(&format!(
        "sweep {} --over connections=1,3,10 -n 100 --repeat 2 --out {}",
        correct_server(),
        folder.path().display()
    ));
    ran.assert(0, "6 of 6 runs made");
    let comparison: Comparison =
        results::file::load(&folder.path().join("comparison.json")).unwrap();
    let connections: Vec<_> = comparison
        .runs()
        .map(|run| run.workload.connections)
        .collect();
    assert_eq!(connections, [1, 3, 10, 1, 3, 10]);
    assert!(folder.path().join("report.html").exists());
}

/// A server that answers one request at a time in 5 ms cannot answer more than 200 in a second.
#[test]
fn find_stays_below_the_capacity_of_the_server() {
    let (counter, turn) = (Counter::default(), Mutex::new(()));
    let server = serve(move |peer| {
        converse(peer, |words| {
            let _turn = turn.lock().unwrap();
            thread::sleep(Duration::from_millis(5));
            Some(correct_reply(words, &counter))
        });
    });
    let ran = loadgen(&format!(
        "find {server} p50<1h --from 25 --to 10k -c 4 -d 400ms --warmup 0s --max-in-flight 8"
    ));
    if ran.code != 4 {
        ran.assert(0, "the greatest rate is ");
        let words = ran.last_line.split_once("the greatest rate is ").unwrap().1;
        let rate: f64 = words.split_once(" requests/s").unwrap().0.parse().unwrap();
        assert!(rate <= 210.0, "{ran:?}");
    }
}

#[test]
fn a_wrong_command_line_exits_with_2_and_a_remedy() {
    loadgen("sweep h:1 --over colour=1").assert(2, "--help");
    loadgen("sweep h:1 --over connections=0").assert(2, "-c 0");
    loadgen("find h:1 p99<1ms -r 5").assert(2, "find chooses the rate itself");
    loadgen("find h:1 p99").assert(2, "--help");
}

//! `loadgen compare` over several loads or processors: what is run, left out, and resumed.

use std::fs;

use crate::support::{ENDLESS, Ran, compare, comparison, processors, spec};
use loadgen::machine::cpus::Cpus;

/// Both are kept to their processors, and not only one of them: the server tells its own, and at the first request those of the load's threads.
#[test]
fn servers_and_load_run_on_their_processors() {
    let folder = tempfile::tempdir().unwrap();
    let (first, last) = ends(&processors("self"));
    let flags = format!("-n 200 --repeat 1 --cpus server={first} client={last}");
    let specs = [spec("true", ENDLESS)];
    let ran = Ran::of(compare(&flags, &specs, folder.path()).output().unwrap());
    ran.assert(0, "1 of 1 systems measured");
    let log = fs::read_to_string(folder.path().join("servers/true-1.log")).unwrap();
    assert!(
        log.contains(&format!("serving on processors {first}\n")),
        "{log}"
    );
    assert!(
        log.contains(&format!("load on processors {last}\n")),
        "{log}"
    );
    let run = comparison(folder.path()).runs().next().cloned().unwrap();
    assert_eq!(run.workload.server_processors, Some(1));
    if first != last {
        let told = (run.host.client_cpus, run.host.server_cpus);
        assert_eq!(told, (Some(last.to_string()), Some(first.to_string())));
    }
}

/// The least and the greatest of a list such as `0-3,6`.
fn ends(list: &str) -> (u32, u32) {
    let mut numbers = list.split([',', '-']).map(|number| number.parse().unwrap());
    let first = numbers.next().unwrap();
    (first, numbers.next_back().unwrap_or(first))
}

/// Each number of processors is a point of one curve, and the servers keep to this many.
#[test]
fn cores_can_be_varied() {
    let folder = tempfile::tempdir().unwrap();
    let all: Cpus = processors("self").parse().unwrap();
    let many = all.count();
    let flags = format!("-n 200 --repeat 1 --over cores=1,{many}");
    let specs = [spec("true", ENDLESS)];
    let ran = Ran::of(compare(&flags, &specs, folder.path()).output().unwrap());
    ran.assert(0, "1 of 1 systems measured");
    let log = |cores: &str| {
        fs::read_to_string(folder.path().join(format!("servers/true-{cores}-1.log"))).unwrap()
    };
    let (first, _) = ends(&processors("self"));
    assert!(log("1").contains(&format!("serving on processors {first}\n")));
    let on_all = format!("serving on processors {}\n", processors("self"));
    assert!(log(&many.to_string()).contains(&on_all));
    let cores: Vec<_> = comparison(folder.path())
        .runs()
        .map(|run| run.workload.server_processors)
        .collect();
    assert_eq!(cores, [Some(1), Some(many)]);
}

/// Runs over several loads are kept as they are made: with `--resume`, those that are there are not made again.
#[test]
fn resume_keeps_the_runs_that_exist() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &str| {
        let flags = format!("-n 200 --over connections=1,4 --repeat 2{more}");
        let specs = [spec("true", ENDLESS)];
        let ran = Ran::of(compare(&flags, &specs, folder.path()).output().unwrap());
        ran.assert(0, "1 of 1 systems measured");
        let connections: Vec<_> = comparison(folder.path())
            .runs()
            .map(|run| run.workload.connections)
            .collect();
        assert_eq!(connections, [1, 4, 1, 4]);
    };
    let servers = || -> Vec<_> {
        let logs = fs::read_dir(folder.path().join("servers")).unwrap();
        let mut names: Vec<_> = logs.map(|log| log.unwrap().file_name()).collect();
        names.sort();
        names
    };
    run("");
    assert_eq!(servers().len(), 4);

    fs::remove_dir_all(folder.path().join("servers")).unwrap();
    fs::remove_file(folder.path().join("runs/true-4-1.json")).unwrap();
    run(" --resume");
    assert_eq!(servers(), ["true-4-1.log"]);
}

/// What another command line has left is another load.
#[test]
fn resume_ignores_the_runs_of_another_command() {
    let folder = tempfile::tempdir().unwrap();
    let run = |requests: u64| {
        let flags = format!("-n {requests} --repeat 1 --resume");
        let specs = [spec("true", ENDLESS)];
        Ran::of(compare(&flags, &specs, folder.path()).output().unwrap())
            .assert(0, "1 of 1 systems measured");
        comparison(folder.path())
            .runs()
            .next()
            .unwrap()
            .totals
            .completed
    };
    assert_eq!((run(200), run(300)), (200, 300));
}

/// A rate that is far too high for a server is its last, in every round.
#[test]
fn rates_beyond_an_overload_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let flags =
        "-d 300ms -c 2 --max-in-flight 100 --over rate=100,20M,21M,22M --repeat 2 --timeout 20s";
    let output = compare(flags, &[spec("true", ENDLESS)], folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("rates above 20\u{a0}000\u{a0}000 requests/s were left out"),
        "{said}"
    );
    assert_eq!(comparison(folder.path()).runs().count(), 4);
}

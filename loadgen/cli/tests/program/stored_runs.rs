//! Stored runs: `plot` draws them, `diff` says whether the new ones are worse.

use std::fs;

use crate::support::{correct_server, loadgen};

#[test]
fn stored_runs_are_drawn_into_one_picture() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let server = correct_server();
    for name in ["one", "two"] {
        loadgen(&format!(
            "run {server} -n 500 --key same --out {}",
            at(name)
        ))
        .assert(0, "none wrong");
    }
    for (name, begins) in [
        ("x.html", &b"<!"[..]),
        ("x.svg", b"<"),
        ("x.png", b"\x89PNG"),
    ] {
        let ran = loadgen(&format!(
            "plot {}/run.json {} -o {}",
            at("one"),
            at("two"),
            at(name)
        ));
        ran.assert(0, "2 runs drawn");
        assert!(fs::read(at(name)).unwrap().starts_with(begins), "{name}");
    }
    let svg = fs::read_to_string(at("x.svg")).unwrap();
    assert!(
        svg.contains("(two)"),
        "two runs of one name are told apart by their folders"
    );
}

/// Drawn alone, a comparison keeps its title and the systems that could not be measured; who asks for another title gets it.
#[test]
fn a_stored_comparison_keeps_its_title_and_missing_systems() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let comparison = results::example::comparison(1);
    let json = serde_json::to_string(&comparison).unwrap();
    fs::write(at("comparison.json"), json).unwrap();
    let page = |flags: &str| {
        loadgen(&format!("plot {} -o {} {flags}", at(""), at("x.html"))).assert(0, "4 runs drawn");
        fs::read_to_string(at("x.html")).unwrap()
    };
    let own = page("");
    assert!(own.contains(&format!("<title>{}</title>", comparison.title)));
    assert!(
        own.contains("apt-get install"),
        "the missing one has its row"
    );
    assert!(page("--title mine").contains("<title>mine</title>"));
}

#[test]
fn files_that_cannot_be_drawn_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    fs::write(&file, "{\"schema\": \"other/1\"}").unwrap();
    loadgen(&format!("plot {} -o /tmp/x.svg", file.display())).assert(1, "other/1");
    loadgen("plot /nowhere/run.json -o /tmp/x.svg").assert(1, "cannot read /nowhere/run.json");
    loadgen("plot run.json -o x.jpeg").assert(2, "write .html, .svg or .png");
    loadgen("plot -o x.svg").assert(2, "--help");
}

/// Stores this many copies of a run, each with its latencies multiplied and a little changed.
fn store(folder: &std::path::Path, runs: u64, factor: u64) {
    for number in 0..runs {
        let mut run = results::example::closed_loop("system");
        run.latency.response = results::Histogram::new();
        (1..1_000).for_each(|n| run.latency.response.record((n + number) * 1_000 * factor));
        results::file::save(&folder.join(number.to_string()).join("run.json"), &run).unwrap();
    }
}

#[test]
fn diff_finds_a_regression_where_there_are_enough_runs() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (name, runs, factor) in [
        ("base", 5, 10),
        ("same", 5, 10),
        ("slow", 5, 20),
        ("few", 3, 20),
    ] {
        store(&at(name), runs, factor);
    }
    let diff = |new: &str| {
        loadgen(&format!(
            "diff {} {}",
            at("base").display(),
            at(new).display()
        ))
    };
    diff("same").assert(0, "no regression is established");
    diff("slow").assert(4, "p99 of slow is 2.00 × that of base");
    let needed = "needs at least 4 runs of each; base has 5, few has 3";
    diff("few").assert(0, needed);
    assert!(diff("few").stdout.contains(needed));
    for metric in ["req/s", "p50", "p99", "p99.9", "CPU/req"] {
        let slow = diff("slow").stdout;
        let of_metric = |line: &&str| line.starts_with(metric) && line.contains("× ");
        assert!(
            slow.lines().any(|line| of_metric(&line)),
            "{metric}: {slow}"
        );
    }
    diff("none").assert(1, "cannot read");
    diff("base").assert(2, "are the same runs");
    diff("base/../base").assert(2, "are the same runs");

    let mut run: results::Run = results::file::load(&at("same/0/run.json")).unwrap();
    run.workload.connections += 1;
    results::file::save(&at("other/0/run.json"), &run).unwrap();
    diff("other").assert(1, "connections: ");
    loadgen(&format!(
        "diff {} {} --force",
        at("base").display(),
        at("other").display()
    ))
    .assert(0, "no regression");

    run.workload.connections -= 1;
    run.correctness.level = results::CheckLevel::None;
    results::file::save(&at("unchecked/0/run.json"), &run).unwrap();
    diff("unchecked").assert(1, "--check: full and none");
}

/// What `run --json` printed may be kept under any name, beside others.
#[test]
fn files_in_one_folder_have_different_names() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["before.json", "after.json", "run.json"] {
        results::file::save(&at(name), &results::example::closed_loop("system")).unwrap();
    }
    let diff = |one: &str, other: &str| {
        let [one, other] = [at(one), at(other)];
        loadgen(&format!("diff {} {}", one.display(), other.display()))
    };
    let ran = diff("before.json", "after.json");
    ran.assert(0, "no regression is established");
    assert!(ran.stdout.contains("\nafter against before "), "{ran:?}");
    diff("run.json", "before.json").assert(0, "no regression is established");
    diff("", "run.json").assert(2, "are the same runs");
}

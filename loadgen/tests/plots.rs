//! `loadgen plot`: stored runs become the page, an SVG or a PNG; what cannot be drawn is said.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod truth;

use std::fs;

use truth::{loadgen, truthful};

#[test]
fn two_stored_runs_are_overlaid() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let server = truthful();
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

#[test]
fn what_cannot_be_drawn_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    fs::write(&file, "{\"schema\": \"other/1\"}").unwrap();
    loadgen(&format!("plot {} -o /tmp/x.svg", file.display())).assert(1, "other/1");
    loadgen("plot /nowhere/run.json -o /tmp/x.svg").assert(1, "cannot read /nowhere/run.json");
    loadgen("plot run.json -o x.jpeg").assert(2, "write .html, .svg or .png");
    loadgen("plot -o x.svg").assert(2, "--help");
}

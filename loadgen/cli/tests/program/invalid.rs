//! Every command exits with 5 if the measurement is invalid, unless that is allowed; then the last line says so.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::support::{ENDLESS, Ran, correct_server, spec, strict_command};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use results::{Run, ValidityVerdict};

/// Lets a process stand still and go on, again and again, until it has ended: what it measures meanwhile is its own.
fn frozen_now_and_then(mut command: Command) -> Ran {
    const STILL: Duration = Duration::from_millis(60);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = Pid::from_raw(child.id() as i32);
    while child.try_wait().unwrap().is_none() {
        for signal in [Signal::SIGSTOP, Signal::SIGCONT] {
            // It has not been waited for, so nobody else has its number.
            kill(pid, signal).unwrap();
            thread::sleep(STILL);
        }
    }
    Ran::of(child.wait_with_output().unwrap())
}

const LOAD: &str = "-d 500ms -c 2 --timeout 1m";

/// Ends with 5, and with `--allow-invalid` so, and with words that say what was allowed.
#[track_caller]
fn assert_invalid(words: &str, allowed: i32) {
    let end = |words: &str| frozen_now_and_then(strict_command(words));
    end(words).assert(5, "measurement invalid");
    let said = match allowed {
        0 => "measurement invalid (exit 0, --allow-invalid)",
        _ => "allowed by --allow-invalid",
    };
    end(&format!("{words} --allow-invalid")).assert(allowed, said);
}

#[test]
fn every_command_reports_a_load_generator_that_stopped() {
    let (server, folder) = (correct_server(), tempfile::tempdir().unwrap());
    let out = folder.path().display();
    assert_invalid(&format!("run {server} {LOAD}"), 0);
    assert_invalid(&format!("run {server} {LOAD} --repeat 2"), 0);
    assert_invalid(
        &format!("sweep {server} --over connections=2 {LOAD} --out {out}"),
        0,
    );
    let find = format!("find {server} p99<1ns --from 100 --to 100 {LOAD}");
    assert_invalid(&find, 4);
    assert_invalid(&format!("calibrate {LOAD}"), 0);
}

#[test]
fn a_comparison_in_which_the_load_generator_stopped_is_invalid() {
    let folder = tempfile::tempdir().unwrap();
    let words = format!(
        "compare {LOAD} --repeat 1 --out {}",
        folder.path().display()
    );
    let end = |more: &[&str]| {
        let mut command = strict_command(&words);
        command.args(spec("true", ENDLESS)).args(more);
        frozen_now_and_then(command)
    };
    end(&[]).assert(5, "1 of 1 systems measured");
    end(&["--allow-invalid"]).assert(0, "measurement invalid (exit 0, --allow-invalid)");
}

#[test]
fn stored_invalid_runs_stay_invalid() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).join("run.json");
    let store = |name: &str, run: &Run| results::file::save(&path(name), run).unwrap();
    let mut run = results::example::closed_loop("x");
    store("base", &run);
    run.validity.verdict = ValidityVerdict::Suspect;
    run.validity.reasons_v1 = vec!["it stood still".to_owned()];
    store("new", &run);
    let words = format!("diff {} {}", path("base").display(), path("new").display());
    let end = |words: &str| Ran::of(strict_command(words).output().unwrap());
    end(&words).assert(5, "1 of 2 runs are invalid (new)");
    end(&format!("{words} --allow-invalid")).assert(0, "it stood still");
}

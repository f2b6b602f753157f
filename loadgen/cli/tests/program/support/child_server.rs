//! This test program as a server: `loadgen compare` starts it again, with the one test that serves.

use std::os::unix::process::parent_id;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Once;
use std::{env, fs};

use results::Comparison;

use super::{Counter, command, converse, correct_reply, integer, serve_on};

/// Checks nothing: with a port in the environment this serves until it is killed.
#[test]
fn serve_on_the_port_of_the_environment() {
    let Ok(port) = env::var("TEST_SERVER_PORT") else {
        return;
    };
    let most: i64 = env::var("TEST_SERVER_MOST").unwrap().parse().unwrap();
    println!("serving as process {}", std::process::id());
    println!("serving on processors {}", processors("self"));
    let (counter, told) = (Counter::default(), Once::new());
    serve_on(&format!("127.0.0.1:{port}"), move |peer| {
        converse(peer, |words| match words[0].as_slice() {
            b"INCR" => {
                told.call_once(|| println!("load on processors {}", processors_of_the_load()));
                Some(integer(counter.incr_up_to(most)))
            }
            _ => Some(correct_reply(words, &counter)),
        });
    });
    loop {
        std::thread::park();
    }
}

/// Every list of processors that a thread of loadgen is kept to. This program is a child of the guard, which is loadgen's.
fn processors_of_the_load() -> String {
    let load = field(&parent_id().to_string(), "PPid:");
    let threads = fs::read_dir(format!("/proc/{load}/task")).unwrap();
    let mut all: Vec<_> = threads
        .map(|thread| thread.unwrap().file_name().display().to_string())
        .map(|thread| processors(&format!("{load}/task/{thread}")))
        .collect();
    all.sort();
    all.dedup();
    all.join(" and ")
}

/// The processors that a process or thread may use, as the kernel lists them.
pub fn processors(process: &str) -> String {
    field(process, "Cpus_allowed_list:")
}

/// A field of `/proc/PROCESS/status`.
fn field(process: &str, name: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().trim().to_owned()
}

/// `--server` for this program as a server whose counter stops at `most`.
pub fn spec(name: &str, most: i64) -> [String; 2] {
    let program = env::current_exe().unwrap();
    let program = program.display();
    // The name of a test begins after the name of its program.
    let (_, module) = module_path!().split_once("::").unwrap();
    let test = format!("{module}::serve_on_the_port_of_the_environment");
    [
        "--server".to_owned(),
        format!(
            "{name}=env TEST_SERVER_PORT={{port}} TEST_SERVER_MOST={most} '{program}' --exact {test} --nocapture"
        ),
    ]
}

/// No increment is lost.
pub const ENDLESS: i64 = i64::MAX;

/// `loadgen compare` of these servers.
pub fn compare(flags: &str, specs: &[[String; 2]], out: &Path) -> Command {
    let mut command = command(&format!("compare {flags} --out {}", out.display()));
    command
        .args(specs.iter().flatten())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What it wrote.
pub fn comparison(out: &Path) -> Comparison {
    results::file::load(&out.join("comparison.json")).unwrap()
}

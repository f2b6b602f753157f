//! A test program that `loadgen compare` starts again as a server.

use std::os::unix::process::parent_id;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Once;
use std::{env, fs};

use results::Comparison;

use super::{Counter, command, converse, integer, serve_on, truth};

/// Where `compare` has started this program with a port, it is a server until it is killed; else nothing.
pub fn contestant() {
    let Ok(port) = env::var("TRUTH_PORT") else {
        return;
    };
    let most: i64 = env::var("TRUTH_MOST").unwrap().parse().unwrap();
    println!("serving as process {}", std::process::id());
    println!("serving on processors {}", processors("self"));
    let (counter, told) = (Counter::default(), Once::new());
    serve_on(&format!("127.0.0.1:{port}"), move |peer| {
        converse(peer, |words| match words[0].as_slice() {
            b"INCR" => {
                told.call_once(|| println!("load on processors {}", processors_of_the_load()));
                Some(integer(counter.incr_up_to(most)))
            }
            _ => Some(truth(words, &counter)),
        });
    });
    loop {
        std::thread::park();
    }
}

/// Every list of processors that a thread of the program which started this one is kept to.
fn processors_of_the_load() -> String {
    let threads = fs::read_dir(format!("/proc/{}/task", parent_id())).unwrap();
    let of_thread = |thread: fs::DirEntry| {
        processors(&format!(
            "{}/task/{}",
            parent_id(),
            thread.file_name().display()
        ))
    };
    let mut all: Vec<_> = threads.map(|thread| of_thread(thread.unwrap())).collect();
    all.sort();
    all.dedup();
    all.join(" and ")
}

/// The processors that a process or thread may use, as the kernel lists them.
pub fn processors(process: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.unwrap().trim().to_owned()
}

/// `--server` for this program as a server whose counter stops at `most`.
pub fn spec(name: &str, most: i64) -> [String; 2] {
    let program = env::current_exe().unwrap();
    let program = program.display();
    [
        "--server".to_owned(),
        format!(
            "{name}=env TRUTH_PORT={{port}} TRUTH_MOST={most} '{program}' --exact server --nocapture"
        ),
    ]
}

pub const ENDLESS: i64 = i64::MAX;

pub fn compare(flags: &str, specs: &[[String; 2]], out: &Path) -> Command {
    let mut command = command(&format!("compare {flags} --out {}", out.display()));
    command
        .args(specs.iter().flatten())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub fn comparison(out: &Path) -> Comparison {
    results::file::load(&out.join("comparison.json")).unwrap()
}

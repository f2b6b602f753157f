//! The article's three counting programs, in every Python found and in Rust.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use results::units;
use service::Counter;
use service::counter::{Mutex, Racy};

/// The three programs in one language: the time of every repetition, and how many increments were lost.
#[derive(Debug, Clone, Default)]
pub struct ArticlePrograms {
    /// The language and its version.
    pub name: String,
    /// Threads without a lock, in nanoseconds.
    pub unlocked_ns: Vec<f64>,
    /// Threads with a lock.
    pub locked_ns: Vec<f64>,
    /// Deferreds; empty where there is no Twisted.
    pub deferred_ns: Vec<f64>,
    /// Increments that the unlocked threads lost, all repetitions together.
    pub lost: u64,
}

/// One repetition in one interpreter takes a tenth of a second, or a few tenths on a busy machine.
const SCRIPT: &str = include_str!("../../originals/counter.py");

impl ArticlePrograms {
    /// The article's number of threads.
    pub const THREADS: usize = 100;

    /// Increments of each thread.
    pub const INCREMENTS: usize = 1000;

    /// Times that each program is run in one repetition. The quickest counts: a disturbance only makes a time longer.
    pub const TIMES: usize = 3;

    /// Runs the article's script `rounds` times in every Python found, interleaved.
    pub fn in_pythons(rounds: u32) -> Vec<Self> {
        let mut found: BTreeMap<Version, Self> = BTreeMap::new();
        let pythons = one_for_each_version(pythons());
        for _ in 0..rounds {
            for (version, python) in &pythons {
                let Some(printed) = run(python, &["-c", SCRIPT]) else {
                    continue;
                };
                let programs = found.entry(*version).or_default();
                programs.name = format!("CPython {}.{}", version.0, version.1);
                programs.add(&printed);
            }
        }
        // A script that did not run to its end printed no time.
        found.retain(|_, programs| !programs.unlocked_ns.is_empty());
        found.into_values().collect()
    }

    /// Runs the same in Rust, with this many increments for each thread.
    pub fn in_rust(rounds: u32, increments: usize) -> Self {
        let number = units::count(increments as u64);
        let mut programs = Self {
            name: format!("Rust, {number} increments for each thread"),
            ..Self::default()
        };
        for _ in 0..rounds {
            let mut quickest = [Duration::MAX; 3];
            for _ in 0..Self::TIMES {
                let (unlocked, counted) = in_threads::<Racy>(increments);
                programs.lost += (Self::THREADS * increments) as u64 - counted;
                let locked = in_threads::<Mutex>(increments).0;
                let times = [unlocked, locked, deferred(increments)];
                for (quickest, time) in quickest.iter_mut().zip(times) {
                    *quickest = time.min(*quickest);
                }
            }
            let [unlocked, locked, deferred] = quickest.map(|time| time.as_nanos() as f64);
            programs.unlocked_ns.push(unlocked);
            programs.locked_ns.push(locked);
            programs.deferred_ns.push(deferred);
        }
        programs
    }

    /// Adds what one run of the script printed: for each program its name, its time and what it lost, then the version. A
    /// script without a version did not run to its end.
    fn add(&mut self, printed: &str) {
        let lines = printed
            .lines()
            .map(|line| line.split_whitespace().collect());
        let lines: Vec<Vec<&str>> = lines.collect();
        if !lines
            .iter()
            .any(|words| words[..].first() == Some(&"version"))
        {
            return;
        }
        for words in lines {
            let [name, ns, lost] = words[..] else {
                continue;
            };
            let (Ok(ns), Ok(lost)) = (ns.parse(), lost.parse::<u64>()) else {
                continue;
            };
            match name {
                "unlocked" => {
                    self.unlocked_ns.push(ns);
                    self.lost += lost;
                }
                "locked" => self.locked_ns.push(ns),
                _ => self.deferred_ns.push(ns),
            }
        }
    }
}

/// The two numbers of a version: as text, 3.10 would come before 3.9.
type Version = (u32, u32);

/// One interpreter for each version; one with Twisted is preferred.
fn one_for_each_version(pythons: Vec<PathBuf>) -> BTreeMap<Version, PathBuf> {
    const QUESTION: &str = "import pkgutil, sys; print('%d.%d' % sys.version_info[:2]); print(pkgutil.find_loader('twisted'))";
    let mut chosen: BTreeMap<Version, (bool, PathBuf)> = BTreeMap::new();
    for python in pythons {
        let printed = run(&python, &["-W", "ignore", "-c", QUESTION]).unwrap_or_default();
        let (first, second) = printed.split_once('\n').unwrap_or_default();
        let Some(version) = version(first.trim()) else {
            continue;
        };
        let has_twisted = !["", "None"].contains(&second.trim());
        let known = chosen.get(&version);
        if known.is_none_or(|(known_has, _)| has_twisted && !known_has) {
            chosen.insert(version, (has_twisted, python));
        }
    }
    let chosen = chosen.into_iter();
    chosen
        .map(|(version, (_, python))| (version, python))
        .collect()
}

fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// What an interpreter prints.
fn run(python: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(python).args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Interpreters: the one of `originals`, which has Twisted, those on PATH, and those of pyenv.
fn pythons() -> Vec<PathBuf> {
    let mut found = Vec::new();
    // This program lies in target/release or target/debug.
    if let Some(target) = env::current_exe()
        .ok()
        .as_deref()
        .and_then(|own| own.parent()?.parent())
    {
        found.push(target.join("originals/bin/python"));
    }
    for folder in env::split_paths(&env::var_os("PATH").unwrap_or_default()) {
        found.extend(["python3", "python2"].map(|name| folder.join(name)));
    }
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".pyenv"));
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(home);
    let versions = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let versions = versions.into_iter().flatten().flatten();
    let mut kept: Vec<PathBuf> = versions
        .map(|entry| entry.path().join("bin/python"))
        .collect();
    kept.sort();
    found.extend(kept);
    found.retain(|path| path.exists());
    found
}

fn in_threads<C: Counter + Sync>(increments: usize) -> (Duration, u64) {
    let counter = C::starting_at(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..ArticlePrograms::THREADS {
            scope.spawn(|| (0..increments).for_each(|_| assert!(counter.add(1).is_some())));
        }
    });
    (start.elapsed(), counter.get().unsigned_abs())
}

/// A hundred pending calls, fired one after the other.
fn deferred(increments: usize) -> Duration {
    let counter = Cell::new(0_u64);
    let start = Instant::now();
    let pending: Vec<Box<dyn FnOnce() + '_>> = (0..ArticlePrograms::THREADS)
        .map(|_| -> Box<dyn FnOnce() + '_> {
            Box::new(|| {
                for _ in 0..increments {
                    // Else the compiler adds all of them in one step.
                    counter.set(std::hint::black_box(counter.get() + 1));
                }
            })
        })
        .collect();
    pending.into_iter().for_each(|call| call());
    start.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_count_what_they_should() {
        assert_eq!(in_threads::<Mutex>(10).1, 1000);
        let programs = ArticlePrograms::in_rust(2, 10);
        assert_eq!(
            (programs.locked_ns.len(), programs.deferred_ns.len()),
            (2, 2)
        );
    }

    #[test]
    fn versions_are_numbers_and_not_text() {
        assert!(version("3.9") < version("3.10"));
        assert_eq!(version("pypy"), None);
    }

    #[test]
    fn a_script_s_lines_become_numbers() {
        let mut programs = ArticlePrograms::default();
        programs.add("unlocked 5 3267\nlocked 6 0\n");
        assert!(programs.unlocked_ns.is_empty(), "it did not end");
        programs.add("unlocked 5 3267\ndeferred 7 0\nversion 3.11\n");
        assert_eq!(
            (programs.unlocked_ns, programs.deferred_ns, programs.lost),
            (vec![5.0], vec![7.0], 3_267)
        );
    }
}

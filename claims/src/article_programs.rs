//! The article's three counting programs, in every Python found and in Rust.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

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

/// The article's number of threads.
pub const THREADS: usize = 100;
/// Increments of each thread.
pub const INCREMENTS: usize = 1000;

/// Times that each program is run in one repetition. The quickest counts: a disturbance only makes a time longer.
pub const TIMES: usize = 3;

/// One repetition in one interpreter takes a tenth of a second, or a few tenths on a busy machine.
const SCRIPT: &str = include_str!("../../originals/counter.py");

/// Runs the article's script `rounds` times in every Python found, interleaved.
pub fn in_pythons(rounds: u32) -> Vec<ArticlePrograms> {
    let mut found: BTreeMap<Version, ArticlePrograms> = BTreeMap::new();
    let pythons = distinct(pythons());
    for _ in 0..rounds {
        for (version, python) in &pythons {
            let Some(lines) = once(python) else {
                continue;
            };
            let programs = found.entry(*version).or_default();
            programs.name = format!("CPython {}.{}", version.0, version.1);
            programs.take(&lines);
        }
    }
    found.into_values().collect()
}

/// The two numbers of a version: as text, 3.10 would come before 3.9.
type Version = (u32, u32);

/// One interpreter for each version; one with Twisted is preferred.
fn distinct(pythons: Vec<PathBuf>) -> BTreeMap<Version, PathBuf> {
    let mut chosen: BTreeMap<Version, (PathBuf, bool)> = BTreeMap::new();
    for python in pythons {
        let Some((version, has_twisted)) = version_and_twisted(&python) else {
            continue;
        };
        let better = |(_, had): &(PathBuf, bool)| has_twisted && !had;
        if chosen.get(&version).is_none_or(better) {
            chosen.insert(version, (python, has_twisted));
        }
    }
    let path = |(version, (python, _))| (version, python);
    chosen.into_iter().map(path).collect()
}

/// An interpreter's version, and whether it has Twisted.
fn version_and_twisted(python: &Path) -> Option<(Version, bool)> {
    const QUESTION: &str = "import pkgutil, sys; print('%d.%d' % sys.version_info[:2]); print(pkgutil.find_loader('twisted'))";
    let output = Command::new(python)
        .args(["-W", "ignore", "-c", QUESTION])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    Some((
        version(lines.next()?)?,
        lines.next().is_some_and(|loader| loader != "None"),
    ))
}

fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// What one program printed.
struct Line {
    name: String,
    ns: f64,
    lost: u64,
}

impl ArticlePrograms {
    fn take(&mut self, lines: &[Line]) {
        for Line { name, ns, lost } in lines {
            match name.as_str() {
                "unlocked" => {
                    self.unlocked_ns.push(*ns);
                    self.lost += lost;
                }
                "locked" => self.locked_ns.push(*ns),
                _ => self.deferred_ns.push(*ns),
            }
        }
    }
}

/// One run of the script: what each program printed. A script that did not print its version did not run.
fn once(python: &Path) -> Option<Vec<Line>> {
    let output = Command::new(python).args(["-c", SCRIPT]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut began = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["version", _] => began = true,
            [name, ns, lost] => {
                lines.push(Line {
                    name: name.to_owned(),
                    ns: ns.parse().ok()?,
                    lost: lost.parse().ok()?,
                });
            }
            _ => {}
        }
    }
    began.then_some(lines)
}

/// Interpreters: the one of `originals`, which has Twisted, those on PATH, and those of pyenv.
fn pythons() -> Vec<PathBuf> {
    // This program lies in target/release or target/debug.
    let program = env::current_exe().ok();
    let target = program
        .as_deref()
        .and_then(|program| program.parent()?.parent());
    let mut found: Vec<PathBuf> = target
        .map(|target| target.join("originals/bin/python"))
        .into_iter()
        .collect();
    let names = ["python3", "python2"];
    for folder in env::split_paths(&env::var_os("PATH").unwrap_or_default()) {
        found.extend(names.iter().map(|name| folder.join(name)));
    }
    let pyenv = env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".pyenv")));
    let versions = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let mut kept: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin/python"))
        .collect();
    kept.sort();
    found.extend(kept);
    found.retain(|path| path.exists());
    found
}

/// The same in Rust, with this many increments for each thread.
pub fn in_rust(rounds: u32, increments: usize) -> ArticlePrograms {
    let mut programs = ArticlePrograms {
        name: format!(
            "Rust, {} increments for each thread",
            results::units::count(increments as u64)
        ),
        ..ArticlePrograms::default()
    };
    for _ in 0..rounds {
        let mut quickest = [Duration::MAX; 3];
        for _ in 0..TIMES {
            let (unlocked, counted) = in_threads::<Racy>(increments);
            programs.lost += (THREADS * increments) as u64 - counted;
            let took = [
                unlocked,
                in_threads::<Mutex>(increments).0,
                deferred(increments),
            ];
            for (quickest, took) in quickest.iter_mut().zip(took) {
                *quickest = took.min(*quickest);
            }
        }
        let [unlocked, locked, deferred] = quickest.map(|took| took.as_nanos() as f64);
        programs.unlocked_ns.push(unlocked);
        programs.locked_ns.push(locked);
        programs.deferred_ns.push(deferred);
    }
    programs
}

fn in_threads<C: Counter + Sync>(increments: usize) -> (Duration, u64) {
    let counter = C::starting_at(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..increments).for_each(|_| assert!(counter.add(1).is_some())));
        }
    });
    (start.elapsed(), counter.get().unsigned_abs())
}

/// A hundred pending calls, fired one after the other.
fn deferred(increments: usize) -> Duration {
    let counter = Cell::new(0_u64);
    let start = Instant::now();
    let pending: Vec<Box<dyn FnOnce() + '_>> = (0..THREADS)
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
        let programs = in_rust(2, 10);
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
        let line = |name: &str, lost| Line {
            name: name.to_owned(),
            ns: 5.0,
            lost,
        };
        programs.take(&[line("unlocked", 3_267), line("deferred", 0)]);
        assert_eq!(
            (
                programs.lost,
                programs.unlocked_ns.len(),
                programs.deferred_ns.len()
            ),
            (3_267, 1, 1)
        );
    }
}

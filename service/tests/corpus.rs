//! Replays what the fuzzer found worth keeping: each file of `fuzz/corpus/TARGET` once through the property of that name.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a replay stops at the first surprise"
)]

mod properties;

use std::fs;
use std::path::{Path, PathBuf};

use properties::{differential, requests, splits};

#[test]
fn every_split_gives_the_same_replies() {
    replay("splits", splits::hold);
}

#[test]
fn what_is_written_is_read_back() {
    replay("requests", requests::hold);
}

#[test]
fn a_naive_reading_says_the_same() {
    replay("differential", differential::hold);
}

fn replay(target: &str, hold: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let files: Vec<_> = fs::read_dir(&corpus)
        .unwrap_or_else(|error| panic!("no corpus in {}: {error}", corpus.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(
        !files.is_empty(),
        "the corpus in {} is empty",
        corpus.display()
    );
    for file in files {
        let data = fs::read(&file).unwrap();
        let _named = Named(file);
        hold(&data);
    }
}

/// Names the file whose replay panicked.
struct Named(PathBuf);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the input was {}", self.0.display());
        }
    }
}

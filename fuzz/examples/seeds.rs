//! Writes the rows of the conformance tables into the corpora, as what the fuzzer starts from: `cargo run --example seeds`.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::Path;

/// Longer inputs are slow to change, and say nothing that the narrow limits do not say.
const LONGEST_BYTES: usize = 2048;

/// What stands before the stream in a case of `splits`: switches and the lengths of the pieces.
const HEADS: [[u8; 8]; 5] = [
    [0b0111_1000, 1, 1, 1, 1, 1, 1, 1],
    [0b0000_0010, 3, 5, 0, 7, 11, 2, 13],
    [0b0110_1110, 100, 1, 2, 50, 4, 0, 9],
    [0b0100_0100, 255, 255, 255, 255, 255, 255, 255],
    [0b0010_0101, 0, 1, 9, 1, 0, 30, 2],
];

fn main() -> io::Result<()> {
    let rows = conformance::scripts::all();
    let streams = rows
        .iter()
        .map(|row| &row.sends[..])
        .filter(|stream| stream.len() <= LONGEST_BYTES);
    for stream in streams {
        for head in HEADS {
            write("splits", &[&head, stream].concat())?;
        }
        write("requests", stream)?;
        write("differential", &[b"\0", stream].concat())?;
        write("differential", &[b"\x01", stream].concat())?;
    }
    for row in &rows {
        if row.expects.len() <= LONGEST_BYTES {
            write("requests", &row.expects)?;
        }
    }
    Ok(())
}

fn write(target: &str, seed: &[u8]) -> io::Result<()> {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    fs::create_dir_all(&corpus)?;
    fs::write(corpus.join(format!("seed-{:016x}", hasher.finish())), seed)
}

//! Made-up runs: for the tests of everything that reads a run, and for looking at pictures without a server.
//!
//! They follow from a seed and a [`Recipe`], so a picture drawn from one is the same picture tomorrow.

mod claims;
mod machine;
mod recipe;

pub use claims::claims;
pub use recipe::Recipe;

use crate::schema::ComparisonSchema;
use crate::*;

/// A short open-loop run of a right server.
pub fn open_loop(label: &str) -> Run {
    Recipe::quick(label).run()
}

/// A short closed-loop run of a right server.
pub fn closed_loop(label: &str) -> Run {
    Recipe {
        rate_per_s: None,
        ..Recipe::quick(label)
    }
    .run()
}

/// A run in which nothing ever came back.
pub fn empty(label: &str) -> Run {
    let recipe = Recipe {
        intervals: 0,
        ..Recipe::quick(label)
    };
    let mut run = recipe.run();
    run.fairness = None;
    run.server_cost = None;
    run.correctness.verdict = Verdict::NotChecked;
    run
}

/// Four systems, each measured `repeats` times, and one that is missing.
pub fn comparison(repeats: u64) -> Comparison {
    let measured = |label: &str, median_ns, slow_ns, lost| {
        let recipe = |seed| Recipe {
            median_ns: median_ns + seed * median_ns / 80,
            slow_ns: slow_ns + (seed * 7 % 5) * slow_ns / 20,
            lost,
            seed,
            ..Recipe::quick(label)
        };
        System {
            label: label.to_owned(),
            outcome: Outcome::Measured {
                runs: (0..repeats).map(|seed| recipe(seed).run()).collect(),
            },
            expected_to_lose: false,
        }
    };
    Comparison {
        schema: ComparisonSchema::V2,
        title: "one counter, 20 000 increments per second over 64 connections".to_owned(),
        started_unix_ms: 1_700_000_000_000,
        command: vec!["loadgen".into(), "compare".into()],
        reference: Some("reactor".to_owned()),
        systems: vec![
            measured("reactor", 92_000, 900_000, 0),
            measured("threaded mutex", 101_000, 4_000_000, 0),
            measured("threaded atomic", 99_000, 3_600_000, 0),
            measured("threaded racy", 98_000, 3_700_000, 137),
            System {
                label: "redis".to_owned(),
                outcome: Outcome::Missing {
                    reason: "redis-server is not installed".to_owned(),
                    remedy: "apt-get install redis-server".to_owned(),
                },
                expected_to_lose: false,
            },
        ],
    }
}

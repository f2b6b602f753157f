//! The article's claims, one file each: the sentence, what would confirm it, what would refute it, the experiment, and the
//! rule that makes a verdict of the evidence.
//!
//! ```text
//!  claims/NAME.rs   sentence, confirms, refutes        written before the run
//!       │
//!       ├── examine ──> Experiment: servers restarted, interleaved, loaded by `loadgen` ──> evidence (numbers)
//!       └── rule(&evidence) ──> verdict       a pure function: its tests give it numbers, not servers
//!                                   │
//!                    results::Claims ──> claims.json, claims.md, the page
//! ```
//!
//! **Contract.** A verdict follows from the evidence by a rule that was written before the run. It rests on at least four
//! restarted servers, or on a count over a million operations. A claim that could not be measured says why.
//!
//! Reading order: [`claim`], [`rule`], [`experiment`], then any file of [`claims`].

pub mod claim;
pub mod rule;

pub mod experiment;
pub mod failure;
pub mod load;
mod peer;
pub mod process_cost;
pub mod sweep;
pub mod systems;
mod threads;

pub mod event_count;
pub mod figures;
pub mod pair;

pub mod article_programs;
pub mod claims;

pub mod agree;
pub mod cli;
pub mod markdown;

#[cfg(test)]
mod example;

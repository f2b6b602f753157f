//! The article's claims: one file for each, and in it the sentence, what would confirm it, what would refute it, the
//! experiment, and the rule that makes a verdict of the evidence.
//!
//! ```text
//!  claims/NAME.rs   sentence, confirms, refutes        written before the run
//!       │
//!       ├── examine ──> bench: servers started anew, interleaved, loaded by `loadgen` ──> evidence (numbers)
//!       └── rule(&evidence) ──> verdict       a pure function: its tests feed it numbers, not servers
//!                                   │
//!                    results::Claims ──> claims.json, claims.md, the page
//! ```
//!
//! **Contract.** A verdict follows from the evidence by a rule that was there before the run. It rests on at least four
//! restarted servers, or on a count over a million operations. What could not be measured says so, with the reason.
//!
//! Reading order: [`claim`], [`rule`], [mod@bench], then any file of [`claims`].

pub mod claim;
pub mod rule;

pub mod bench;
pub mod figures;
pub mod life;
mod peer;
mod pin;
mod procfs;

pub mod article;

pub mod system;

pub mod claims;

pub mod agree;
pub mod cli;
pub mod markdown;

#[cfg(test)]
mod example;

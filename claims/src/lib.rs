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
//! Reading order: [`Claim`], [`Conclusion`], [`Experiment`], then any file of [`claims`].

mod claim;
mod rule;
pub use claim::{Claim, Evidence};
pub use rule::{Conclusion, Conditions, Indication};

mod client;
mod experiment;
mod failure;
mod load;
mod process_cost;
mod sweep;
pub mod systems;
mod threads;
pub use experiment::{CONTEXT_ROUNDS, Experiment, Setup, run};
pub use failure::Failure;
pub use load::{load_for_ms, load_of_requests};
pub use process_cost::ProcessCost;
pub use sweep::{Level, Sweep};

mod event_count;
pub mod figures;
mod pair;
pub use event_count::EventCount;
pub use pair::{Difference, Pair};

mod article_programs;
pub mod claims;
pub use article_programs::ArticlePrograms;

pub mod agree;
pub mod cli;
pub mod markdown;

//! Statistics of few runs and many samples.
//!
//! Two kinds of uncertainty are kept apart. Between runs, the unit is the **run with a restarted server**: medians,
//! a bootstrap interval of their ratio, and the exact Mann–Whitney test say whether two systems differ. Within one
//! run, an order-statistic interval with an effective sample size says how far a percentile may be trusted.
//!
//! Everything here is arithmetic on numbers: no clock, no randomness without a seed.

mod bootstrap;
mod contrast;
mod count_interval;
mod median;
mod order_interval;
mod rank_test;
mod spread;
mod steady_state;

pub use bootstrap::ratio_of_medians;
pub use contrast::{Contrast, Evidence, MIN_RUNS, SIGNIFICANT_BELOW, contrast};
pub use count_interval::count_interval;
pub use median::median;
pub use order_interval::{effective_count, rank_interval};
pub use rank_test::mann_whitney;
pub use spread::Spread;
pub use steady_state::warmup_length;

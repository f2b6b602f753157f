//! What came of it: counts, latencies, and whether the answers were right.

pub(crate) mod period;
pub(crate) mod recorder;
pub(crate) mod served;
pub(crate) mod slices;
pub(crate) mod told;

pub(crate) mod court;
pub(crate) mod desk;
pub(crate) mod findings;
pub(crate) mod note;
pub(crate) mod reporter;

pub(crate) mod accounts;
pub(crate) mod fairness;
pub(crate) mod validity;
pub(crate) mod window;

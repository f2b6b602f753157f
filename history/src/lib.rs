//! The history of a run, and the exact check of it.

//! What must hold of any bytes a peer may send: the bodies of the fuzz targets in `fuzz/`, replayed on their corpora by `corpus.rs`.
//!
//! | property | what it says |
//! |---|---|
//! | [`splits`] | however the bytes are cut and the turns are limited, the replies are the same, and memory is bounded |
//! | [`requests`] | what is written is read back, at every cut; any bytes are read without a panic |
//! | [`differential`] | the session says what a second, naive reading of the protocol says |

#![allow(
    unreachable_pub,
    reason = "the fuzz targets reach them from another crate"
)]

pub mod differential;
pub mod requests;
pub mod splits;

mod environment;
mod reference;

//! The hostile attacks, each bounded in time and bytes. Adding one is a function and a line in [`ATTACKS`].

mod bytes;
mod leaving;
mod pace;

use std::io;
use std::net::SocketAddr;

use fastrand::Rng;

use crate::totals::Totals;

/// What an attack needs: the server, the totals and random numbers.
pub(crate) struct Attack<'a> {
    pub(crate) server: SocketAddr,
    pub(crate) totals: &'a Totals,
    pub(crate) random: Rng,
}

/// One attack. `InvalidData` and a timeout are failures of the server; it may answer an attack with any other error.
type Run = fn(&mut Attack<'_>) -> io::Result<()>;

/// The counter that attacks use.
pub(crate) const HOSTILE: &str = "hostile";

/// Every kind of attack.
pub(crate) const ATTACKS: &[(&str, Run)] = &[
    ("connects and vanishes", leaving::connect_and_vanish),
    ("resets in mid-request", leaving::reset_in_mid_request),
    ("resets in mid-reply", leaving::reset_in_mid_reply),
    ("pipelines and leaves", leaving::pipeline_and_leave),
    ("half-closes", leaving::half_close),
    ("one too many", leaving::one_too_many),
    ("garbage", bytes::garbage),
    ("HTTP", bytes::http),
    ("error, then a count", bytes::nothing_behind_an_error),
    ("empty arguments", bytes::many_empty_arguments),
    ("pipelines", bytes::pipeline),
    ("in pieces", pace::in_pieces),
    ("writes slowly", pace::write_slowly),
    ("never reads", pace::never_read),
    ("says nothing", pace::say_nothing),
];

//! The hostile visits, each bounded in time and bytes. Adding one is a function and a line in [`VISITS`].

mod bytes;
mod leaving;
mod pace;

use std::io;
use std::net::SocketAddr;

use fastrand::Rng;

use crate::totals::Ledger;

/// Whom to visit, and the dice.
pub(crate) struct Visit<'a> {
    pub(crate) server: SocketAddr,
    pub(crate) ledger: &'a Ledger,
    pub(crate) random: Rng,
}

/// One visit. `InvalidData` and a silence are the server's fault; any other error is the visitor's due.
type Pay = fn(&mut Visit<'_>) -> io::Result<()>;

/// The counter that visits use.
pub(crate) const HOSTILE: &str = "hostile";

/// Every kind of visit.
pub(crate) const VISITS: &[(&str, Pay)] = &[
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

//! Faults that the checker must not report: delays and resets make no answer wrong.

use super::fault::Fault;
use super::framing::Framing;
use super::proxy::Proxy;
use super::{assert_correct, run};
use crate::target::Target;

/// Runs loads with a harmless fault. The verdict must be correct; `loses` says whether some outcomes stay unknown.
fn is_accepted(target: &Target, fault: Fault, loses: bool) {
    for discipline in target.exact {
        for load in [
            "-c 1 -P 8 -n 400",
            "-c 4 -P 8 -n 4000",
            "-c 4 -t 2 -P 1 -n 4000",
        ] {
            if fault == Fault::Delay && load.ends_with("-P 1 -n 4000") {
                // One request is in flight, so no later reply would release the delayed one.
                continue;
            }
            let server = target.start_with(discipline);
            let proxy = Proxy::before(server.address(), Framing::Resp, fault);
            let correctness = run(&format!("{} {load}", proxy.address)).correctness;
            assert_correct(&correctness);
            let unknown = correctness.operations_ambiguous;
            assert_eq!(unknown > 0, loses, "{correctness:#?}");
            assert_eq!(correctness.lost_updates(), Some(0));
        }
    }
}

/// Four replies are held back, then sent together with the next.
pub fn delays(target: &Target) {
    is_accepted(target, Fault::Delay, false);
}

/// The increment is executed, but its reply never arrives.
pub fn resets_instead_of_a_reply(target: &Target) {
    is_accepted(target, Fault::Reset, true);
}

/// The increment is executed, but only half of its reply arrives.
pub fn resets_in_the_middle_of_a_reply(target: &Target) {
    is_accepted(target, Fault::ResetMidReply, true);
}

/// The increment is never executed, and no reply arrives.
pub fn resets_instead_of_a_request(target: &Target) {
    is_accepted(target, Fault::ResetBeforeRequest, true);
}

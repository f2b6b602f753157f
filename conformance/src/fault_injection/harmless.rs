//! What is late or cut off is no lie.

use super::fault::Act;
use super::proxy::{Framing, Proxy};
use super::{assert_right, run};
use crate::target::Target;

/// Runs loads through a proxy that is truthful; the answers must be right, and so many operations of unknown fate.
fn is_right(target: &Target, act: Act, loses: bool) {
    for discipline in target.exact {
        for load in [
            "-c 1 -P 8 -n 400",
            "-c 4 -P 8 -n 4000",
            "-c 4 -t 2 -P 1 -n 4000",
        ] {
            if act == Act::Delay && load.ends_with("-P 1 -n 4000") {
                // Nothing would come behind the reply that waits for it.
                continue;
            }
            let server = target.start_with(discipline);
            let proxy = Proxy::before(server.address(), Framing::Resp, act);
            let correctness = run(&format!("{} {load}", proxy.address)).correctness;
            assert_right(&correctness);
            let unknown = correctness.operations_ambiguous;
            assert_eq!(unknown > 0, loses, "{correctness:#?}");
            assert_eq!(correctness.lost_updates(), Some(0));
        }
    }
}

/// Replies that are held back for a while.
pub fn delays(target: &Target) {
    is_right(target, Act::Delay, false);
}

/// The increment was made, and nobody is told.
pub fn resets_instead_of_a_reply(target: &Target) {
    is_right(target, Act::Reset, true);
}

/// The same with a part of the reply.
pub fn resets_in_the_middle_of_a_reply(target: &Target) {
    is_right(target, Act::ResetInTheMiddle, true);
}

/// The increment was not made, and nobody is told.
pub fn resets_instead_of_a_request(target: &Target) {
    is_right(target, Act::Swallow, true);
}

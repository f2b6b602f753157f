//! All claims, in the order of the page, one file each.

mod cooperative_is_exact;
mod data_waits_in_the_buffer;
mod deterministic;
mod exactness;
mod faster_on_one_processor;
mod lock_costs_ten_percent;
mod lock_is_exact;
mod lock_wait_state;
mod lost_updates;
mod one_slow_callback_blocks_all;
mod print_interleaves;
mod scheduling_overhead;
mod slower_with_more_threads;
mod socket_wait_state;
mod stuck_on_one_processor;
mod threads_beat_deferreds;
mod wait_state;
mod woken_in_vain;

use crate::Claim;

/// Every claim.
pub const ALL: &[Claim] = &[
    lost_updates::CLAIM,
    lock_is_exact::CLAIM,
    cooperative_is_exact::CLAIM,
    print_interleaves::CLAIM,
    one_slow_callback_blocks_all::CLAIM,
    faster_on_one_processor::CLAIM,
    stuck_on_one_processor::CLAIM,
    data_waits_in_the_buffer::CLAIM,
    scheduling_overhead::CLAIM,
    slower_with_more_threads::CLAIM,
    lock_costs_ten_percent::CLAIM,
    woken_in_vain::CLAIM,
    threads_beat_deferreds::CLAIM,
    socket_wait_state::CLAIM,
    lock_wait_state::CLAIM,
    deterministic::CLAIM,
];

/// The claim of that name.
pub fn find(name: &str) -> Option<&'static Claim> {
    ALL.iter().find(|claim| claim.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_no_text_is_empty() {
        for (place, claim) in ALL.iter().enumerate() {
            assert!(ALL[..place].iter().all(|other| other.name != claim.name));
            for text in [
                claim.sentence,
                claim.confirms,
                claim.refutes,
                claim.experiment,
            ] {
                assert!(!text.trim().is_empty(), "{}", claim.name);
            }
        }
    }
}

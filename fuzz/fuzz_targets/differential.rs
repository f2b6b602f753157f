//! See `service/tests/properties/differential.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::properties::differential::hold(data));

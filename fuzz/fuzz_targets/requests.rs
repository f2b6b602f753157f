//! See `service/tests/properties/requests.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::properties::requests::hold(data));

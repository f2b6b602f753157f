//! See `service/tests/properties/splits.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::properties::splits::hold(data));

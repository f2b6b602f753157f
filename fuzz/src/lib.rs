//! The properties of `service`, built with the fuzzer's instruments.

#[path = "../../service/tests/properties/mod.rs"]
pub mod properties;

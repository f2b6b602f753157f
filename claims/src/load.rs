//! The loads of the claims: INCR on one counter, every request measured.

use std::time::Duration;

use loadgen::config::target::Target;
use loadgen::config::{Config, ConfigBuilder, Warmup};

/// A load that ends after this many requests.
pub fn load_of_requests(number: u64) -> ConfigBuilder {
    // The runner sets the port of each server.
    Config::builder(Target::loopback(1)).requests(number)
}

/// A load that ends after this many milliseconds.
pub fn load_for_ms(time: u64) -> ConfigBuilder {
    let time = Duration::from_millis(time);
    let load = Config::builder(Target::loopback(1)).duration(time);
    load.warmup(Warmup::Fixed(Duration::ZERO))
}

//! The groups of cases that every server must pass; each public function is one test.

pub mod concurrency;
pub mod described;
pub mod echo;
pub mod instruments;
pub mod process;
pub mod redis_client;
pub mod streams;
pub mod tables;

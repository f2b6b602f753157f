//! The limits: each is reached over real sockets, on a server whose flags lower it. A [`HealthCheck`](crate::health_check::HealthCheck)
//! is answered throughout.

pub mod admission;
pub mod endings;
pub mod fairness;
pub mod memory;
pub mod refusals;
pub mod sockets;
pub mod stopping;
pub mod storm;
pub mod timeouts;

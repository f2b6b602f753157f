//! What is said on a connection, without any socket: requests to encode, and the replies they must get.

pub(crate) mod describe;
pub(crate) mod encode;
pub(crate) mod exchange;
pub(crate) mod operations;
pub(crate) mod payload;
pub(crate) mod random;
pub(crate) mod window;

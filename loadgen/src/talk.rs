//! What is said on a connection, without any socket: requests, and the replies that they must have.

pub(crate) mod conversation;
pub(crate) mod diagnosis;
pub(crate) mod payload;
pub(crate) mod random;
pub(crate) mod requests;
pub(crate) mod script;
pub(crate) mod window;

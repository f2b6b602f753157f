//! One suite of literal bytes over real sockets, for every server.

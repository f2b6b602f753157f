//! What the servers do: bytes in, replies out.

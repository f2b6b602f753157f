//! What a server process needs, whatever its concurrency model.

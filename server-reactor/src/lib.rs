//! One thread and one poll.

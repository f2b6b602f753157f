//! A thread per connection.

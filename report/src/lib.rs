//! Pictures and the page, from results alone.

//! The arguments of one request, as places in the received bytes: nothing is copied.

use std::ops::Index;

use smallvec::SmallVec;

/// The arguments of one request, the command's name first.
#[derive(Clone, Debug, Default)]
pub struct Args {
    /// Start and end of each argument. Four need no allocation: no command on the hot path has more.
    places: SmallVec<[(u32, u32); 4]>,
    /// The arguments of an inline request, without their quotes; an array's arguments stay where they arrived.
    unquoted: Vec<u8>,
    inline: bool,
}

impl Args {
    /// The arguments as slices of the `request` they were found in.
    pub fn of<'a>(&'a self, request: &'a [u8]) -> Arguments<'a> {
        Arguments {
            places: &self.places,
            bytes: if self.inline { &self.unquoted } else { request },
        }
    }

    /// Whether there is none: an empty line, or an array of no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.unquoted.clear();
        self.inline = false;
    }

    /// Adds the argument at `start..end` of the request.
    #[inline]
    pub(super) fn push(&mut self, start: usize, end: usize) {
        self.places.push((offset(start), offset(end)));
    }

    /// Bytes on the heap.
    pub(super) fn held_bytes(&self) -> usize {
        let spilled = usize::from(self.places.spilled());
        spilled * self.places.capacity() * size_of::<(u32, u32)>() + self.unquoted.capacity()
    }

    /// Frees the memory that an earlier, larger request of the same turn left behind. Room for as many arguments again stays, so that
    /// arguments that come one by one are not moved each time.
    pub(super) fn release_excess(&mut self) {
        if self.places.capacity() / 2 > self.places.len() {
            self.places.shrink_to_fit();
        }
        if self.unquoted.is_empty() {
            self.unquoted = Vec::new();
        }
    }

    /// Adds an argument of an inline request, without its quotes.
    pub(super) fn push_unquoted(&mut self, argument: impl Iterator<Item = u8>) {
        self.inline = true;
        let start = self.unquoted.len();
        self.unquoted.extend(argument);
        self.push(start, self.unquoted.len());
    }
}

/// An offset fits a `u32`, because [`Limits::request_bytes`](crate::Limits::request_bytes) is one: half the memory of a `usize`.
#[inline]
fn offset(at: usize) -> u32 {
    debug_assert!(
        u32::try_from(at).is_ok(),
        "{at} lies beyond the limit of a request"
    );
    at as u32
}

/// The arguments of a request, as slices of it.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
    places: &'a [(u32, u32)],
    bytes: &'a [u8],
}

impl<'a> Arguments<'a> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The argument at `index`, 0 being the command's name.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let &(start, end) = self.places.get(index)?;
        self.bytes.get(start as usize..end as usize)
    }

    /// All of them from `index` on.
    pub fn from(&self, index: usize) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let bytes = self.bytes;
        let places = self.places.get(index..).unwrap_or_default();
        places
            .iter()
            .map(move |&(start, end)| &bytes[start as usize..end as usize])
    }
}

impl Index<usize> for Arguments<'_> {
    type Output = [u8];

    #[inline]
    fn index(&self, index: usize) -> &[u8] {
        let (start, end) = self.places[index];
        &self.bytes[start as usize..end as usize]
    }
}

//! The values a counter has passed which no reply has named yet: a sliding window of bits, and the few left behind it.

use std::collections::{BTreeSet, VecDeque};

/// Words of the window: 65,536 positions in 8 KiB. Replies arrive nearly in order, so that the window spans the INCRs in
/// flight. A gap that stays open for longer (a stalled connection, an INCR never answered) is set aside in a tree, and
/// there are never more of those than INCRs in flight or unanswered.
const WINDOW_WORDS: u64 = 1024;

/// A set of positions that grows at its upper end and is emptied mostly at its lower end.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    count: u64,
    /// Bit `i` of `words[w]` stands for position `base + 64 w + i`. The first word is never 0.
    words: VecDeque<u64>,
    base: u64,
    /// All below `base`.
    set_aside: BTreeSet<u64>,
}

impl Gaps {
    /// How many positions are open.
    #[inline]
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Opens `first ..= last`, all above any position opened before. Nothing opens if `first` is `last + 1`.
    #[inline]
    pub(crate) fn open(&mut self, first: u64, last: u64) {
        if first <= last {
            self.open_some(first, last);
        }
    }

    fn open_some(&mut self, first: u64, last: u64) {
        self.count += last - first + 1;
        let mut from = first;
        while from <= last {
            let to = last.min(from | 63);
            let bits = u64::MAX >> (63 - (to - from)) << (from & 63);
            *self.word_at_the_top(from) |= bits;
            from = to + 1;
        }
    }

    /// The word of `position`, with the window slid up to it.
    fn word_at_the_top(&mut self, position: u64) -> &mut u64 {
        while !self.words.is_empty() && position - self.base >= 64 * WINDOW_WORDS {
            self.set_first_word_aside();
        }
        if self.words.is_empty() {
            self.base = position & !63;
        }
        let word = ((position - self.base) / 64) as usize;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        &mut self.words[word]
    }

    fn set_first_word_aside(&mut self) {
        if let Some(word) = self.words.pop_front() {
            self.set_aside.extend(positions(self.base, word));
            self.base += 64;
        }
        self.drop_empty_words();
    }

    /// Closes a position; says whether it was open.
    #[inline]
    pub(crate) fn close(&mut self, position: u64) -> bool {
        let open = match position.checked_sub(self.base) {
            Some(offset) => self.close_in_window(offset),
            None => self.set_aside.remove(&position),
        };
        self.count -= u64::from(open);
        open
    }

    #[inline]
    fn close_in_window(&mut self, offset: u64) -> bool {
        let Some(word) = self.words.get_mut((offset / 64) as usize) else {
            return false;
        };
        let bit = 1 << (offset & 63);
        let open = *word & bit != 0;
        *word &= !bit;
        self.drop_empty_words();
        open
    }

    /// Closes `first ..= last` if the window has all of them open; says whether it did.
    pub(crate) fn close_all(&mut self, first: u64, last: u64) -> bool {
        let Some(from) = first.checked_sub(self.base) else {
            return false;
        };
        let to = last - self.base;
        let touched = (from / 64) as usize..=(to / 64) as usize;
        if *touched.end() >= self.words.len() {
            return false;
        }
        let bits = |word: usize| {
            let (start, end) = (64 * word as u64, 64 * word as u64 + 63);
            let (low, high) = (from.max(start) - start, to.min(end) - start);
            u64::MAX >> (63 - (high - low)) << low
        };
        let all_open = touched
            .clone()
            .all(|word| self.words[word] & bits(word) == bits(word));
        if all_open {
            touched.for_each(|word| self.words[word] &= !bits(word));
            self.count -= last - first + 1;
            self.drop_empty_words();
        }
        all_open
    }

    #[inline]
    fn drop_empty_words(&mut self) {
        while self.words.front() == Some(&0) {
            self.words.pop_front();
            self.base += 64;
        }
    }

    /// Closes everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The open positions, rising.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let in_window = (0..).zip(&self.words);
        let in_window = in_window.flat_map(|(w, &word)| positions(self.base + 64 * w, word));
        self.set_aside.iter().copied().chain(in_window)
    }

    /// Bytes held on the heap. A tree node's share is taken as 24 bytes an entry.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.words.capacity() * 8 + self.set_aside.len() * 24
    }
}

/// The positions whose bits are set in a word that begins at `base`.
fn positions(base: u64, mut word: u64) -> impl Iterator<Item = u64> {
    std::iter::from_fn(move || {
        let bit = u64::from(word.trailing_zeros());
        word &= word.checked_sub(1)?;
        Some(base + bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(gaps: &Gaps) -> Vec<u64> {
        assert_eq!(gaps.count(), gaps.iter().count() as u64);
        gaps.iter().collect()
    }

    #[test]
    fn an_opened_position_closes_once() {
        let mut gaps = Gaps::default();
        gaps.open(3, 2);
        gaps.open(60, 70);
        assert_eq!(open(&gaps), (60..=70).collect::<Vec<_>>());
        assert!(gaps.close(64));
        assert!(!gaps.close(64));
        assert!(!gaps.close(59) && !gaps.close(71) && !gaps.close(1 << 40));
        assert_eq!(gaps.count(), 10);
    }

    #[test]
    fn a_whole_word_and_its_edges_are_covered() {
        for (first, last) in [(0, 0), (63, 63), (63, 64), (0, 63), (64, 191), (1, 300)] {
            let mut gaps = Gaps::default();
            gaps.open(first, last);
            assert_eq!(open(&gaps), (first..=last).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_window_follows_the_counter_and_old_holes_are_set_aside() {
        let mut gaps = Gaps::default();
        gaps.open(5, 5);
        for position in (1_000..5_000_000).step_by(1_000) {
            gaps.open(position, position + 1);
            assert!(gaps.close(position) && gaps.close(position + 1));
        }
        assert_eq!(open(&gaps), [5]);
        assert!(gaps.heap_bytes() <= 2 * 8 * WINDOW_WORDS as usize + 24);
        assert!(gaps.close(5) && !gaps.close(5));
        gaps.open(5_000_001, 5_000_001);
        assert_eq!(open(&gaps), [5_000_001]);
    }

    #[test]
    fn after_the_window_ran_empty_it_begins_anew_even_in_the_same_word() {
        let mut gaps = Gaps::default();
        gaps.open(5, 5);
        assert!(gaps.close(5));
        gaps.open(7, 8);
        assert!(gaps.close(8));
        assert_eq!(open(&gaps), [7]);
    }
}

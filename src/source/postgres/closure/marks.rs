//! Sets of rows by their place in the heap (`ctid`), 64 places to a word.

/// Places inside a block that a word of marks spans.
const SPAN: u32 = 6;

/// A row's place: the block, then 16 bits for the number inside it.
pub(super) type Place = u64;

/// Reads a `ctid` in its binary form.
pub(super) fn place(bytes: &[u8]) -> Option<Place> {
    let (block, number) = bytes.split_first_chunk::<4>()?;
    let number = u16::from_be_bytes(number.try_into().ok()?);
    Some(u64::from(u32::from_be_bytes(*block)) << 16 | u64::from(number))
}

/// Reads a `ctid` in its text form, such as `(12,3)`.
pub(super) fn place_of_text(bytes: &[u8]) -> Option<Place> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (block, number) = text.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
    Some(u64::from(block.parse::<u32>().ok()?) << 16 | u64::from(number.parse::<u16>().ok()?))
}

/// Marked rows of one table. Marks come in any order; they are looked up once all are in.
#[derive(Default)]
pub(in crate::source::postgres) struct Marks {
    /// Words by their number, sorted up to `settled`.
    words: Vec<(u64, u64)>,
    settled: usize,
}

impl Marks {
    /// Marks a row.
    pub(super) fn push(&mut self, place: Place) {
        let (word, bit) = (place >> SPAN, 1 << (place & 63));
        match self.words[self.settled..].last_mut() {
            // Rows mostly come in the order of the heap.
            Some((last, bits)) if *last == word => *bits |= bit,
            _ => self.words.push((word, bit)),
        }
    }

    /// Makes all marks so far known to [`Marks::contains`].
    pub(super) fn settle(&mut self) {
        self.words.sort_unstable_by_key(|(word, _)| *word);
        self.words.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 |= next.1;
            }
            same
        });
        self.words.shrink_to_fit();
        self.settled = self.words.len();
    }

    /// Whether a row is marked. `hint` is kept by the caller between calls and makes it fast for rows in order.
    pub(super) fn contains(&self, place: Place, hint: &mut usize) -> bool {
        let (word, bit) = (place >> SPAN, 1 << (place & 63));
        let settled = &self.words[..self.settled];
        let near = settled.iter().enumerate().skip(*hint).take(2).find(|(_, (near, _))| *near == word);
        let found = near.map(|(at, _)| at).or_else(|| settled.binary_search_by_key(&word, |(word, _)| *word).ok());
        match found {
            Some(at) => {
                *hint = at;
                settled[at].1 & bit != 0
            }
            None => false,
        }
    }

    /// Number of marked rows.
    pub(in crate::source::postgres) fn rows(&self) -> u64 {
        self.words[..self.settled].iter().map(|(_, bits)| u64::from(bits.count_ones())).sum()
    }

    /// Whether a row in blocks `from..to` (`to` open where `None`) is marked.
    pub(in crate::source::postgres) fn any(&self, from: u32, to: Option<u32>) -> bool {
        let word = |block: u32| u64::from(block) << (16 - SPAN);
        let settled = &self.words[..self.settled];
        let first = settled.partition_point(|(at, _)| *at < word(from));
        settled.get(first).is_some_and(|(at, _)| to.is_none_or(|to| *at < word(to)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_rows_are_found_and_no_others() {
        let mut marks = Marks::default();
        let places: Vec<Place> = (0..2000_u64).map(|n| (n * n % 977) << 16 | (n % 291 + 1)).collect();
        let (first, second) = places.split_at(1200);
        first.iter().for_each(|place| marks.push(*place));
        marks.settle();
        second.iter().for_each(|place| marks.push(*place));
        marks.settle();
        let expected: std::collections::BTreeSet<Place> = places.iter().copied().collect();
        assert_eq!(marks.rows(), expected.len() as u64);
        let mut hint = 0;
        for block in 0..978 {
            for number in 0..400 {
                let place = block << 16 | number;
                assert_eq!(marks.contains(place, &mut hint), expected.contains(&place), "{block} {number}");
            }
        }
        assert!(marks.any(0, None) && marks.any(0, Some(1)) && !marks.any(977, None));
        assert!(!Marks::default().any(0, None));
    }

    #[test]
    fn both_forms_of_a_place_are_read() {
        assert_eq!(place(&[0, 1, 0, 2, 0, 3]), Some(0x0001_0002 << 16 | 3));
        assert_eq!(place_of_text(b"(65538,3)"), place(&[0, 1, 0, 2, 0, 3]));
        assert_eq!(
            (place(&[0; 5]), place(&[0; 7]), place_of_text(b"(1)"), place_of_text(b"")),
            (None, None, None, None)
        );
    }
}

//! Values that repeat in a batch, so that each is masked once. Towns, streets and names repeat; what never does is seen
//! to be so after a few rows, and costs nothing more. What comes again in other batches is [`super::known`]'s.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hash, Hasher};

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, UInt32Array};
use arrow::compute::take;

use super::MaskError;
use crate::blocks::short_text;

/// Rows that are looked at first, spread over the batch.
const LOOKED_AT: u64 = 64;

/// One of so many has to repeat what another one holds: else the column is likely to have hundreds of values or more, and
/// looking for the others would cost more than it saves.
const ONE_OF: usize = 32;

/// The different values of a column, and which of them each row holds.
pub(super) struct Repeats {
    /// Each value once, NULL too, in the order of their first rows.
    pub(super) values: ArrayRef,
    /// First row of each value.
    first: UInt32Array,
    /// For every row the place of its value.
    places: UInt32Array,
}

impl Repeats {
    /// Looks for repetitions in a column of texts; `None` where there are few, or no texts.
    pub(super) fn of(array: &ArrayRef) -> Option<Self> {
        let texts = array.as_string_view_opt()?;
        if !repeat(texts) {
            return None;
        }
        let mut first: Vec<u32> = Vec::new();
        let mut places = Vec::with_capacity(texts.len());
        let mut short = HashMap::with_capacity_and_hasher(1024, ShortTexts::default());
        let mut long = HashMap::with_hasher(hasher());
        let mut null = None;
        for (row, at) in (0u32..).zip(0..texts.len()) {
            let next = first.len() as u32;
            let place = match short_text(texts, at) {
                // Whatever stands in its place is no text.
                _ if texts.is_null(at) => *null.get_or_insert(next),
                Some(text) => *short.entry(ShortText(text)).or_insert(next),
                None => *long.entry(texts.value(at)).or_insert(next),
            };
            if place == next {
                first.push(row);
            }
            places.push(place);
        }
        let first = UInt32Array::from(first);
        let values = take(array, &first, None).ok()?;
        Some(Self { values, first, places: UInt32Array::from(places) })
    }

    /// Puts the values' images where the values stood.
    ///
    /// # Errors
    /// There are fewer images than values: a defect of the mask.
    pub(super) fn spread(&self, images: &ArrayRef) -> Result<ArrayRef, MaskError> {
        let spread = if images.len() == self.values.len() { take(images, &self.places, None).ok() } else { None };
        spread.ok_or(MaskError { row: 0, reason: "the mask returned another number of rows (a defect)" })
    }

    /// For every row the place of its value.
    pub(super) fn places(&self) -> &UInt32Array {
        &self.places
    }

    /// The first row that holds the value at a place.
    pub(super) fn row(&self, place: usize) -> usize {
        if place < self.first.len() { self.first.value(place) as usize } else { 0 }
    }
}

/// Whether enough of the rows that are looked at hold what another one does.
fn repeat(texts: &StringViewArray) -> bool {
    let rows = texts.len() as u64;
    let mut looked_at: Vec<usize> = match rows {
        0..LOOKED_AT => (0..texts.len()).collect(),
        // As good as random, so that no order of the rows hides a repetition (the constant is 2^64 over the golden ratio).
        _ => (1..=LOOKED_AT)
            .map(|n| ((n * n).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20) % rows)
            .map(|n| n as usize)
            .collect(),
    };
    looked_at.sort_unstable();
    looked_at.dedup();
    let mut seen = HashSet::with_capacity_and_hasher(looked_at.len(), hasher());
    let rows = looked_at.len();
    let repeated = looked_at.into_iter().filter(|row| !seen.insert(texts.is_valid(*row).then(|| texts.value(*row))));
    repeated.count() * ONE_OF >= rows.max(1)
}

/// A text as [`short_text`] gives it.
#[derive(Clone, Copy, Eq)]
pub(super) struct ShortText(pub(super) [u128; 2]);

/// All at once: the halves have just been made, and are in registers.
impl PartialEq for ShortText {
    fn eq(&self, other: &Self) -> bool {
        (self.0[0] ^ other.0[0]) | (self.0[1] ^ other.0[1]) == 0
    }
}

impl Hash for ShortText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|half| state.write_u128(*half));
    }
}

/// Hashes short texts. Nobody gains by texts that meet but time, and not much of it in a batch (multiplied and folded; the
/// constants are those of wyhash by Wang Yi, public domain).
#[derive(Clone, Copy, Default)]
pub(super) struct Folded(u64);

/// Makes the hashers of maps of [`ShortText`].
pub(super) type ShortTexts = BuildHasherDefault<Folded>;

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u128((*byte).into()));
    }

    fn write_u128(&mut self, half: u128) {
        let (low, high) = (half as u64 ^ self.0 ^ 0xA076_1D64_78BD_642F, (half >> 64) as u64 ^ 0xE703_7ED1_A0B4_28DB);
        let product = u128::from(low) * u128::from(high);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The order of a map does not enter; fixed seeds, so that runs are alike in time as well.
pub(super) fn hasher() -> RandomState {
    RandomState::with_seeds(1, 2, 3, 4)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn texts(texts: &[Option<&str>]) -> ArrayRef {
        Arc::new(StringViewArray::from(texts.to_vec()))
    }

    #[test]
    fn each_value_stands_once_and_goes_back_to_its_rows() {
        let rows = [Some("a"), None, Some("b, longer than a view holds"), Some("a"), None, Some("")];
        let repeats = Repeats::of(&texts(&rows)).unwrap();
        assert_eq!(&repeats.values, &texts(&[rows[0], None, rows[2], Some("")]));
        assert_eq!([0, 1, 2, 3].map(|place| repeats.row(place)), [0, 1, 2, 5]);
        let images = texts(&[Some("A"), None, Some("B"), Some("")]);
        let spread = texts(&[Some("A"), None, Some("B"), Some("A"), None, Some("")]);
        assert_eq!(repeats.spread(&images), Ok(spread));
        assert!(repeats.spread(&texts(&[Some("A")])).is_err());
    }

    #[test]
    fn what_does_not_repeat_is_left_alone() {
        let many: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        let column = |period: usize| -> ArrayRef {
            Arc::new(StringViewArray::from_iter_values((0..1000).map(|row| &many[row % period])))
        };
        assert!(Repeats::of(&column(1000)).is_none());
        for period in [1, 10, 64, 130, 300] {
            assert_eq!(Repeats::of(&column(period)).unwrap().values.len(), period);
        }
    }
}

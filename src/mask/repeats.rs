//! Values that repeat in a batch, so that each is masked once. Towns, streets and names repeat; what never does is seen
//! to be so after a few rows, and costs nothing more. Nothing is remembered from one batch to the next.

use std::collections::HashMap;

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use arrow::compute::take;

use super::MaskError;

/// Rows that are looked at first. Without a repetition among them the column is likely to have a thousand values or more,
/// and looking for the others would cost more than it saves.
const LOOKED_AT: usize = 64;

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
        // The order of a map does not enter; fixed seeds, so that runs are alike in time as well.
        let mut seen: HashMap<Option<&str>, u32, RandomState> =
            HashMap::with_capacity_and_hasher(texts.len().min(1024), RandomState::with_seeds(1, 2, 3, 4));
        let mut first: Vec<u32> = Vec::new();
        let mut places = Vec::with_capacity(texts.len());
        for (row, text) in (0..).zip(texts) {
            if places.len() == LOOKED_AT && first.len() == LOOKED_AT {
                return None;
            }
            let next = first.len() as u32;
            let place = *seen.entry(text).or_insert(next);
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

    /// The first row that holds the value at a place.
    pub(super) fn row(&self, place: usize) -> usize {
        if place < self.first.len() { self.first.value(place) as usize } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringViewArray;

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
        let many: Vec<String> = (0..2 * LOOKED_AT).map(|number| number.to_string()).collect();
        let all: ArrayRef = Arc::new(StringViewArray::from_iter_values(&many));
        assert!(Repeats::of(&all).is_none());
        let halves: ArrayRef = Arc::new(StringViewArray::from_iter_values(many.iter().map(|text| &text[..1])));
        assert_eq!(Repeats::of(&halves).unwrap().values.len(), 10);
    }
}

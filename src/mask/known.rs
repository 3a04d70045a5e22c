//! Images of values that came in earlier batches: towns, streets and names come again and again, and are masked once. What
//! is remembered is little, is learnt from a unit's first batches, and is given up where hardly a value comes again.

use std::collections::HashMap;

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, UInt32Array};
use arrow::compute::{concat, interleave, take};

use super::MaskError;
use super::repeats::{ShortText, ShortTexts, hasher};
use crate::blocks::short_text;

/// Batches that values are learnt from.
const LEARNT_FROM: usize = 32;
/// Batches that are not judged yet, and then so many that are judged together at the least.
const TRIAL: usize = 8;
/// It is worth it where one of so many values is known: masking a value costs about ten times what looking for it does.
const ONE_OF: usize = 4;
/// Values that are remembered at the most.
const MOST: usize = 4096;
/// Bytes of the longest.
const LONGEST: usize = 64;

/// What is known of a column of texts, within one unit.
pub(super) struct Known {
    batches: usize,
    /// Values that were looked for since the trial, and those that were known.
    looked_for: usize,
    found: usize,
    given_up: bool,
    /// Places of values among the images: of short ones, and of others.
    short: HashMap<ShortText, usize, ShortTexts>,
    long: HashMap<Box<str>, usize, RandomState>,
    images: Option<ArrayRef>,
}

impl Known {
    /// Nothing yet.
    pub(super) fn nothing() -> Self {
        let long = HashMap::with_hasher(hasher());
        Self { batches: 0, looked_for: 0, found: 0, given_up: false, short: HashMap::default(), long, images: None }
    }

    /// The images of values, of which `mask` gets those that are not known. It has to be a function of single values.
    ///
    /// # Errors
    /// Those of `mask`, with the row among these values.
    pub(super) fn images_of(
        &mut self,
        values: &ArrayRef,
        mask: impl FnOnce(&ArrayRef) -> Result<ArrayRef, MaskError>,
    ) -> Result<ArrayRef, MaskError> {
        let Some(texts) = values.as_string_view_opt().filter(|_| !self.given_up) else {
            return mask(values);
        };
        let mut fresh = Vec::new();
        let mut places = Vec::with_capacity(texts.len());
        for (row, at) in (0..).zip(0..texts.len()) {
            match self.place(texts, at) {
                Some(place) => places.push((0, place)),
                None => {
                    places.push((1, fresh.len()));
                    fresh.push(row);
                }
            }
        }
        let fresh = UInt32Array::from(fresh);
        self.judge(texts.len(), texts.len() - fresh.len());
        let Some(known) = self.images.clone().filter(|_| fresh.len() < texts.len()) else {
            let images = mask(values)?;
            self.learn(texts, &fresh, &images);
            return Ok(images);
        };
        let at = |error: MaskError| MaskError { row: row(&fresh, error.row), ..error };
        let defect = MaskError { row: 0, reason: "the mask returned another number of rows (a defect)" };
        let images = match fresh.is_empty() {
            true => known.slice(0, 0),
            false => mask(&take(values, &fresh, None).map_err(|_| defect)?).map_err(at)?,
        };
        if images.len() != fresh.len() {
            return Err(at(defect));
        }
        self.learn(texts, &fresh, &images);
        interleave(&[&known, &images], &places).map_err(|_| defect)
    }

    /// Where the image of a row's value stands, if it is known. That of NULL is NULL, and never looked for.
    fn place(&self, texts: &StringViewArray, row: usize) -> Option<usize> {
        match short_text(texts, row) {
            _ if texts.is_null(row) => None,
            Some(text) => self.short.get(&ShortText(text)).copied(),
            None if self.long.is_empty() => None,
            None => self.long.get(texts.value(row)).copied(),
        }
    }

    /// Gives up where it is not worth it.
    fn judge(&mut self, looked_for: usize, found: usize) {
        self.batches += 1;
        if self.batches <= TRIAL {
            return;
        }
        self.looked_for += looked_for;
        self.found += found;
        if self.batches > 2 * TRIAL && self.found * ONE_OF < self.looked_for {
            // Forgets all.
            *self = Self { given_up: true, ..Self::nothing() };
        }
    }

    /// Remembers the images of these rows' values, as far as there is room.
    fn learn(&mut self, texts: &StringViewArray, rows: &UInt32Array, images: &ArrayRef) {
        if self.given_up || self.batches > LEARNT_FROM || images.as_string_view_opt().is_none() {
            return;
        }
        let mut learnt = Vec::new();
        for (image, row) in (0u32..).zip(rows.values()) {
            let row = *row as usize;
            let next = self.short.len() + self.long.len();
            if next >= MOST || texts.is_null(row) || self.place(texts, row).is_some() {
                continue;
            }
            match (short_text(texts, row), texts.value(row)) {
                (Some(text), _) => self.short.insert(ShortText(text), next),
                (None, text) if text.len() <= LONGEST => self.long.insert(text.into(), next),
                _ => continue,
            };
            learnt.push(image);
        }
        // Copied out, so that a few images do not keep all of a batch.
        let copied = take(images, &UInt32Array::from(learnt), None).map(|images| images.as_string_view().gc());
        let joined = copied.and_then(|images| match &self.images {
            Some(known) => concat(&[known, &images]),
            None => Ok(std::sync::Arc::new(images)),
        });
        match joined {
            Ok(images) if images.len() == self.short.len() + self.long.len() => self.images = Some(images),
            _ => *self = Self { given_up: true, ..Self::nothing() },
        }
    }
}

fn row(rows: &UInt32Array, at: usize) -> usize {
    rows.values().get(at).map_or(0, |row| *row as usize)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn texts(texts: impl IntoIterator<Item = Option<String>>) -> ArrayRef {
        Arc::new(StringViewArray::from_iter(texts))
    }

    /// Masks a batch, and says how many values it had to.
    fn masked(known: &mut Known, values: &ArrayRef) -> usize {
        let mut asked = 0;
        let upper = |values: &ArrayRef| -> Result<ArrayRef, MaskError> {
            asked = values.len();
            Ok(texts(values.as_string_view().iter().map(|text| text.map(|text| format!("the image of {text}")))))
        };
        let images = known.images_of(values, upper).unwrap();
        let wanted = texts(values.as_string_view().iter().map(|text| text.map(|text| format!("the image of {text}"))));
        assert_eq!(&images, &wanted);
        asked
    }

    #[test]
    fn values_that_come_again_are_masked_once() {
        let mut known = Known::nothing();
        let batch = |from: usize| texts((from..from + 100).map(|n| (n % 10 > 0).then(|| format!("value {}", n % 50))));
        // NULL is none.
        let asked: Vec<usize> = (0..20).map(|n| masked(&mut known, &batch(7 * n))).collect();
        assert_eq!(asked[0], 100);
        assert!(asked[1..].iter().all(|asked| *asked == 10), "{asked:?}");
        let too_long = texts([Some("x".repeat(LONGEST + 1)), Some("value 1".to_owned())]);
        assert_eq!([masked(&mut known, &too_long), masked(&mut known, &too_long)], [1, 1]);
        let long = texts([31, 32, LONGEST, 31].map(|len| Some("y".repeat(len))));
        assert_eq!([masked(&mut known, &long), masked(&mut known, &long)], [4, 0]);
    }

    #[test]
    fn values_that_do_not_come_again_are_given_up() {
        let mut known = Known::nothing();
        let value = |n: usize, row: usize| Some(format!("value {}", if row < 20 { 0 } else { 1000 * n + row }));
        let asked: Vec<usize> =
            (0..30).map(|n| masked(&mut known, &texts((0..1000).map(|row| value(n, row))))).collect();
        assert!(known.given_up && known.short.is_empty() && known.images.is_none());
        assert!(asked.ends_with(&[1000; 12]), "{asked:?}");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut known = Known::nothing();
        // Half of each batch comes again.
        let batch = |n: usize| {
            texts((0..1000).map(|row| Some(format!("value {}", if row < 500 { row } else { 1000 * n + row }))))
        };
        (0..100).for_each(|n| assert!(masked(&mut known, &batch(n)) <= 1000));
        assert!(!known.given_up);
        assert_eq!(known.short.len(), MOST);
        assert_eq!(masked(&mut known, &batch(100)), 500);
    }

    #[test]
    fn an_error_names_its_row() {
        let mut known = Known::nothing();
        let all = texts(["a", "b", "c"].map(|text| Some(text.to_owned())));
        masked(&mut known, &texts(["a", "b"].map(|text| Some(text.to_owned()))));
        let refused = known.images_of(&all, |_| Err(MaskError { row: 0, reason: "no" }));
        assert_eq!(refused.unwrap_err(), MaskError { row: 2, reason: "no" });
    }
}

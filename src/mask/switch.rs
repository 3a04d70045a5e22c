//! Several masks in one column: another column of the row tells which. For columns that refer to different tables
//! (`references:` with `where:`).

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, UInt32Array, new_null_array};
use arrow::compute::{interleave, take};

use super::map::canonical;
use super::promise::{Promise, SAME};
use super::{Built, Input, Mask, MaskError};
use crate::chance;
use crate::schema::Kind;

/// The mask for the rows in which the telling column has certain values.
pub struct Case {
    /// The values, as [`Switch::value`] gives them.
    pub values: Vec<Vec<u8>>,
    /// The mask.
    pub built: Built,
    /// What it promises about its outputs.
    pub promise: Promise,
}

/// Several masks; `per` is the column that tells.
pub struct Switch {
    cases: Vec<Case>,
    /// For all other rows; without it, a value in one of them stops the run.
    otherwise: Option<(Built, Promise)>,
}

const UNTOLD: &str = "no reference tells what this row refers to, and the column has no rule of its own";
const TOO_LARGE: &str = "the batch is too large";

impl Switch {
    /// Puts masks together. The first case that has a row's value counts.
    pub fn new(cases: Vec<Case>, otherwise: Option<(Built, Promise)>) -> Self {
        Self { cases, otherwise }
    }

    /// A word of a rule file as cells of a telling column of this kind are compared with it; `None` where the word is
    /// no value of the kind.
    pub fn value(kind: &Kind, word: &str) -> Option<Vec<u8>> {
        match kind {
            Kind::Text | Kind::Enum => Some(word.as_bytes().to_vec()),
            Kind::Int2 | Kind::Int4 | Kind::Int8 => Some(word.parse::<i64>().ok()?.to_le_bytes().to_vec()),
            Kind::Bool => Some(vec![u8::from(word.parse::<bool>().ok()?)]),
            _ => None,
        }
    }

    /// The rows of every case, then all others; rows without a value are nobody's.
    fn sorted(&self, input: Input<'_>) -> Vec<Vec<u32>> {
        let mut rows = vec![Vec::new(); self.cases.len() + 1];
        let mut told = Vec::new();
        for row in (0..input.value.len()).filter(|row| input.value.is_valid(*row)) {
            let tells = input.per.is_some_and(|per| canonical(per, row, &mut told));
            let case = self.cases.iter().position(|case| tells && case.values.contains(&told));
            // A batch has far fewer than 2^32 rows.
            rows[case.unwrap_or(self.cases.len())].push(row as u32);
        }
        rows
    }
}

impl Mask for Switch {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut outputs: Vec<ArrayRef> = vec![new_null_array(input.value.data_type(), 1)];
        // Rows without a value point at the NULL.
        let mut places = vec![(0, 0); input.value.len()];
        let masks = self.cases.iter().map(|case| Some((&case.built, &case.promise)));
        let otherwise = self.otherwise.as_ref().map(|(built, promise)| (built, promise));
        for (rows, mask) in self.sorted(input).into_iter().zip(masks.chain([otherwise])) {
            let Some(first) = rows.first() else { continue };
            let Some((built, promise)) = mask else {
                return Err(MaskError { row: *first as usize, reason: UNTOLD });
            };
            rows.iter().enumerate().for_each(|(at, row)| places[*row as usize] = (outputs.len(), at));
            let at = |error: MaskError| MaskError { row: rows[error.row] as usize, ..error };
            let indices = UInt32Array::from(rows.clone());
            let value = take(input.value, &indices, None).map_err(|_| MaskError { row: 0, reason: TOO_LARGE })?;
            outputs.push(one(built, promise, &value).map_err(at)?);
        }
        let outputs: Vec<&dyn Array> = outputs.iter().map(AsRef::as_ref).collect();
        interleave(&outputs, &places).map_err(|_| MaskError { row: 0, reason: TOO_LARGE })
    }
}

/// One mask on its rows. What stays by chance is judged here, batch by batch: outside, these rows are not told apart.
fn one(built: &Built, promise: &Promise, value: &ArrayRef) -> Result<ArrayRef, MaskError> {
    let (input, output) = match built {
        Built::Keep => return Ok(value.clone()),
        Built::Blind(mask) => {
            let nothing = new_null_array(value.data_type(), value.len());
            let output = mask.apply(Input { value: &nothing, per: None })?;
            (nothing, output)
        }
        Built::Mask(mask) => (value.clone(), mask.apply(Input { value, per: None })?),
    };
    let mut stayed = BTreeMap::new();
    promise.hold(Input { value: &input, per: None }, &output, |value, chance| {
        stayed.insert(value, chance);
    })?;
    let own = stayed.values().map(|chance| -chance.log2()).sum();
    if chance::stayed(value.len() as u64, stayed.len() as u64, own) > chance::BEYOND {
        return Err(MaskError { row: 0, reason: SAME });
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, Int32Array, StringViewArray};
    use arrow::datatypes::Int32Type;

    use super::*;
    use crate::mask::map::map_integer;
    use crate::mask::tried::column;
    use crate::mask::{Params, find};

    /// Adds a number; refuses negative ones.
    struct Plus(i64);

    impl Mask for Plus {
        fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
            map_integer(input.value, |_, number| if number < 0 { Err("below 0") } else { Ok(number + self.0) })
        }
    }

    fn never() -> Promise {
        Promise::of(find("city").unwrap(), &Params::default(), &column(None, false))
    }

    fn case(word: &str, by: i64, promise: Promise) -> Case {
        let values = vec![Switch::value(&Kind::Text, word).unwrap()];
        Case { values, built: Built::Mask(Box::new(Plus(by))), promise }
    }

    fn run(switch: &Switch, numbers: &[Option<i32>], words: &[Option<&str>]) -> Result<Vec<Option<i32>>, usize> {
        let value: ArrayRef = Arc::new(Int32Array::from(numbers.to_vec()));
        let per: ArrayRef = Arc::new(StringViewArray::from(words.to_vec()));
        let output = switch.apply(Input { value: &value, per: Some(&per) }).map_err(|error| error.row)?;
        Ok(output.as_primitive::<Int32Type>().iter().collect())
    }

    #[test]
    fn every_row_gets_the_mask_that_its_word_tells() {
        let both = || vec![case("post", 100, Promise::nothing()), case("photo", 1000, Promise::nothing())];
        let open = Switch::new(both(), Some((Built::Keep, Promise::nothing())));
        let numbers = [Some(1), Some(2), None, Some(3), Some(4), None];
        let words = [Some("photo"), Some("post"), Some("post"), None, Some("other"), None];
        assert_eq!(run(&open, &numbers, &words), Ok(vec![Some(1001), Some(102), None, Some(3), Some(4), None]));
        let closed = Switch::new(both(), None);
        assert_eq!(run(&closed, &numbers, &words), Err(3));
        assert_eq!(run(&closed, &numbers[..3], &words[..3]), Ok(vec![Some(1001), Some(102), None]));
        assert_eq!(run(&closed, &[], &[]), Ok(vec![]));
    }

    #[test]
    fn errors_name_the_row_of_the_batch() {
        let switch = Switch::new(vec![case("a", 1, never()), case("b", 0, never())], None);
        assert_eq!(run(&switch, &[Some(1), None, Some(-1)], &[Some("a"), Some("a"), Some("a")]), Err(2));
        assert_eq!(run(&switch, &[Some(1), None, Some(7)], &[Some("a"), Some("a"), Some("b")]), Err(2));
    }

    #[test]
    fn words_are_read_as_the_telling_column_has_them() {
        assert_eq!(Switch::value(&Kind::Int2, "7"), Some(7i64.to_le_bytes().to_vec()));
        assert_eq!(Switch::value(&Kind::Bool, "true"), Some(vec![1]));
        assert_eq!(Switch::value(&Kind::Int4, "seven"), None);
        assert_eq!(Switch::value(&Kind::Date, "2024-01-01"), None);
    }
}

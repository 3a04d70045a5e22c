//! Keys of type `numeric`: whole numbers, permuted as the integers that they are.

use std::fmt::Write as _;

use arrow::array::{ArrayRef, AsArray};

use super::{Integer, MaskError, Problem};
use crate::mask::ColumnFacts;
use crate::mask::map::map_text;
use crate::schema::Kind;

/// Most digits of which every number fits an i64.
const DIGITS: u32 = 18;

/// H where nothing narrower asks for less: what a double holds exactly.
const TOP: i64 = 1 << 52;

/// The type as an integer type of as many digits as the narrowest of the domain's columns has.
pub(super) fn integer(facts: &ColumnFacts) -> Integer {
    let digits = facts.whole_digits.filter(|digits| *digits <= DIGITS);
    let max = digits.map_or(i64::MAX, |digits| 10i64.pow(digits) - 1);
    // The highest power of two in the lower half.
    let top = 1 << (max / 2).max(1).ilog2();
    Integer { kind: &Kind::Numeric, min: -max, max, top: TOP.min(top) }
}

/// A type whose digits are not known, or that has none before the point.
pub(super) fn check(facts: &ColumnFacts) -> Option<Problem> {
    let ty = &facts.ty;
    if *ty.kind.scalar() != Kind::Numeric {
        return None;
    }
    if ty.whole_digits().is_none() && ty.sql.trim_end_matches("[]") != "numeric" {
        let message = format!("how many digits {} holds is not known, and a permuted number may have one more", ty.sql);
        return Some(Problem::rule(message, "keep the column, or make it `numeric(p, 0)` instead of a domain"));
    }
    (facts.whole_digits == Some(0))
        .then(|| Problem::rule(format!("{} holds no whole numbers", ty.sql), "use `number_noise`, or keep the column"))
}

/// Permutes the numbers of a column, all at once. They keep their zeros after the point; NaN and the infinities stay.
///
/// # Errors
/// The first value with a fraction, or beyond bigint, or that `permute` refuses.
pub(super) fn map(
    array: &ArrayRef,
    permute: impl FnOnce(&mut [i64]) -> Result<(), MaskError>,
) -> Result<ArrayRef, MaskError> {
    let numbers = array.as_string_view().iter().enumerate().map(|(row, text)| match text {
        Some(text) if !is_odd(text) => {
            whole(text).ok_or(MaskError { row, reason: "`permute` takes whole numbers within bigint" })
        }
        _ => Ok(0),
    });
    let mut numbers = numbers.collect::<Result<Vec<i64>, MaskError>>()?;
    permute(&mut numbers)?;
    map_text(array, |row, text, out| {
        if is_odd(text) {
            out.push_str(text);
            return Ok(());
        }
        // Writing to a text cannot fail.
        let _ = write!(out, "{}", numbers[row]);
        out.push_str(text.find('.').map_or("", |point| &text[point..]));
        Ok(())
    })
}

fn is_odd(text: &str) -> bool {
    matches!(text, "NaN" | "Infinity" | "-Infinity")
}

fn whole(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    whole.parse().ok().filter(|_| fraction.bytes().all(|digit| digit == b'0'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringViewArray;

    use super::*;
    use crate::mask::tried::column;

    #[test]
    fn whole_numbers_are_mapped_and_others_refused() {
        let texts = |texts: &[&str]| -> ArrayRef { Arc::new(StringViewArray::from_iter_values(texts)) };
        let plus = |numbers: &mut [i64]| {
            numbers.iter_mut().for_each(|number| *number += 1);
            Ok(())
        };
        let output = map(&texts(&["7", "7.00", "-3", "NaN", "0"]), plus).unwrap();
        let output: Vec<_> = output.as_string_view().iter().flatten().collect();
        assert_eq!(output, ["8", "8.00", "-2", "NaN", "1"]);
        for bad in ["0.5", "9223372036854775808", "1.0001"] {
            assert_eq!(map(&texts(&["1", bad]), plus).unwrap_err().row, 1, "{bad}");
        }
    }

    #[test]
    fn the_narrowest_type_counts() {
        let mut facts = column(None, true);
        facts.ty.kind = Kind::Numeric;
        for (sql, digits, max, top) in [
            ("numeric(10,0)", Some(10), 9_999_999_999, 1 << 32),
            ("numeric(1,0)", Some(1), 9, 4),
            ("numeric", None, i64::MAX, TOP),
            ("numeric(38,0)", Some(38), i64::MAX, TOP),
        ] {
            facts.ty.sql = sql.to_owned();
            facts.whole_digits = facts.ty.whole_digits();
            assert_eq!(facts.whole_digits, digits);
            assert_eq!((integer(&facts).max, integer(&facts).top), (max, top), "{sql}");
            assert_eq!(check(&facts), None, "{sql}");
        }
        for sql in ["numeric(2,2)", "public.price"] {
            facts.ty.sql = sql.to_owned();
            facts.whole_digits = facts.ty.whole_digits();
            assert!(check(&facts).is_some(), "{sql}");
        }
    }
}

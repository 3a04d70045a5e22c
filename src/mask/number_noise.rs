//! `number_noise`: numbers move by a keyed share of themselves. Preserves sign, zero, size and digits after the point;
//! destroys the number, within the bound that the rule gives. The arithmetic is in `noise.rs`.

use arrow::array::{ArrayRef, ArrowPrimitiveType};
use arrow::datatypes::{DataType, Float32Type, Float64Type};

use super::draw::Draw;
use super::map::{Reason, map_integer, map_primitive, map_text};
use super::noise::{Decimal, Noise, Room};
use super::params::{ParamDef, ParamKind, Params};
use super::seeds::Seeds;
use super::{
    Accepts, Built, ColumnFacts, Effect, Example, Gives, Input, Mask, MaskDef, MaskError, Order, Problem, Promises,
};
use crate::key::DomainKey;
use crate::schema::Kind;

pub(super) static NUMBER_NOISE: MaskDef = MaskDef {
    name: "number_noise",
    summary: "numbers move by a keyed share of themselves; sign and digits after the point stay",
    effect: Effect::Perturbed,
    leaves: "the number to within `within`; its sign and the digits after the point; 0 stays 0",
    manual: "Every number is moved by a share of itself drawn by key from -`within` to `within`, and has as many digits \
             after the point as before (floating-point numbers get more where they need them to move at all). The same \
             number always becomes the same number. 0 stays 0, the sign stays, NaN and infinities stay, and the result \
             fits the column's type; for a domain over numeric, whose precision is not known, it has no more digits \
             than the number had. Whole numbers from 1/`within` on always change (10 for 10%); smaller ones sometimes do, \
             so that sums and averages stay about what they were. The noise is bounded: who knows a number still knows \
             it to within `within`.",
    accepts: Accepts::Scalars(&[Kind::Int2, Kind::Int4, Kind::Int8, Kind::Numeric, Kind::Float4, Kind::Float8]),
    params: &[ParamDef {
        name: "within",
        kind: ParamKind::Share,
        default: Some("10%"),
        required: false,
        summary: "the largest change, as a share of the number",
    }],
    promises: Promises { gives: |_, _| Gives { order: Order::Scaled, ..Gives::default() }, stays, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Int4, params: "", input: "52000", output: "50849" },
        Example { kind: &Kind::Int4, params: "", input: "3", output: "4" },
        Example { kind: &Kind::Numeric, params: "{within: 25%}", input: "-1499.90", output: "-1491.79" },
        Example { kind: &Kind::Float8, params: "", input: "52.520008", output: "50.884684" },
    ],
    check,
    build: |params, facts, key| {
        Built::Mask(Box::new(NumberNoise {
            key: key.purpose("number_noise"),
            noise: Noise::new(params.share("within").unwrap_or(0.1)),
            room: Room::of(&facts.ty.sql),
        }))
    },
};

/// What can change changes: only numbers too small to be moved by one in their last digit stay.
fn stays(params: &Params, _: &ColumnFacts, value: &str) -> f64 {
    let digits = value.bytes().filter(u8::is_ascii_digit).fold(0.0, |sum, digit| sum * 10.0 + f64::from(digit - b'0'));
    let moves = digits * params.share("within").unwrap_or(0.1) >= 1.0;
    // A floating-point number may have too many digits to tell it from its neighbour.
    if moves && !value.contains('e') { 1e-6 } else { 1.0 }
}

fn check(params: &Params, _: &ColumnFacts) -> Vec<Problem> {
    match params.share("within") {
        // Below this, most numbers would have nowhere to go.
        Some(share) if share < 0.001 => vec![Problem::param("within", "is less than 0.1%, which is next to no change")],
        _ => Vec::new(),
    }
}

struct NumberNoise {
    key: DomainKey,
    noise: Noise,
    room: Room,
}

impl NumberNoise {
    /// The generator of each row's value.
    fn draws<'a>(&'a self, value: &'a ArrayRef) -> impl FnMut(usize) -> Draw + 'a {
        let mut seeds = Seeds::new(&self.key, value.len());
        move |row| Draw::new(seeds.of_input(row, Input { value, per: None }))
    }

    fn integer(&self, draw: &mut Draw, number: i64, min: i64, max: i64) -> i64 {
        let end = if number < 0 { min } else { max };
        let moved = self.noise.moved(draw, number.unsigned_abs().into(), end.unsigned_abs().into());
        // The magnitude is not above that of the type's end.
        let moved = i128::try_from(moved).unwrap_or_default();
        i64::try_from(if number < 0 { -moved } else { moved }).unwrap_or(number)
    }

    /// A floating-point number as its shortest decimal text, moved, and read again.
    fn float(&self, draw: &mut Draw, text: &str) -> Result<String, Reason> {
        let mut decimal = Decimal::read(text).ok_or(NO_NUMBER)?;
        decimal.refine(&self.noise);
        let mut out = String::new();
        decimal.moved(&self.noise, draw, Room::Any).write(&mut out);
        Ok(out)
    }

    fn floats<T>(&self, input: Input<'_>) -> Result<ArrayRef, MaskError>
    where
        T: ArrowPrimitiveType,
        T::Native: Float,
    {
        let mut draws = self.draws(input.value);
        map_primitive::<T>(input.value, |row, number| {
            if !number.has_size() {
                return Ok(number);
            }
            let mut draw = draws(row);
            let moved: T::Native = self.float(&mut draw, &number.to_string())?.parse().map_err(|_| NO_NUMBER)?;
            // What would have no size any more stays a little below itself: next to the ends of the type.
            Ok(if moved.has_size() { moved } else { number.smaller() })
        })
    }
}

const NO_NUMBER: Reason = "the value is no decimal number";

/// What the two floating-point types have in common.
trait Float: Copy + ToString + std::str::FromStr {
    /// Whether it is neither 0, nor infinite, nor NaN.
    fn has_size(self) -> bool;
    /// The number less a thousandth of it.
    fn smaller(self) -> Self;
}

impl Float for f32 {
    fn has_size(self) -> bool {
        self != 0.0 && self.is_finite()
    }

    fn smaller(self) -> Self {
        self * 0.999
    }
}

impl Float for f64 {
    fn has_size(self) -> bool {
        self != 0.0 && self.is_finite()
    }

    fn smaller(self) -> Self {
        self * 0.999
    }
}

impl Mask for NumberNoise {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut draws = self.draws(input.value);
        let (min, max) = match input.value.data_type() {
            DataType::Float32 => return self.floats::<Float32Type>(input),
            DataType::Float64 => return self.floats::<Float64Type>(input),
            DataType::Int16 => (i64::from(i16::MIN), i64::from(i16::MAX)),
            DataType::Int32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
            DataType::Int64 => (i64::MIN, i64::MAX),
            _ => {
                return map_text(input.value, |row, text, out| {
                    if matches!(text, "NaN" | "Infinity" | "-Infinity") {
                        out.push_str(text);
                        return Ok(());
                    }
                    let decimal = Decimal::read(text).ok_or(NO_NUMBER)?;
                    decimal.moved(&self.noise, &mut draws(row), self.room).write(out);
                    Ok(())
                });
            }
        };
        map_integer(input.value, |row, number| match number {
            0 => Ok(0),
            _ => Ok(self.integer(&mut draws(row), number, min, max)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, Float32Array, Float64Array, Int16Array, Int64Array, StringViewArray};
    use arrow::datatypes::{Int16Type, Int64Type};

    use super::*;
    use crate::mask::tried::{column, mask_array, read_params};

    fn masked(kind: Kind, sql: &str, params: &str, value: ArrayRef) -> ArrayRef {
        let mut facts = column(None, false);
        facts.ty.kind = kind;
        facts.ty.sql = sql.to_owned();
        mask_array(&NUMBER_NOISE, params, &facts, &value, None)
    }

    #[test]
    fn whole_numbers_stay_near_and_change() {
        let numbers = [10, 11, -10, 999, -12_345, i64::MAX, i64::MIN, i64::MIN + 1];
        let output = masked(Kind::Int8, "bigint", "", Arc::new(Int64Array::from_iter_values(numbers)));
        for (a, b) in numbers.into_iter().zip(output.as_primitive::<Int64Type>().values()) {
            assert_ne!(a, *b);
            let change = (i128::from(a) - i128::from(*b)).abs() * 10;
            assert!(change <= i128::from(a).abs() + 10, "{a} became {b}");
        }
        let ends = [i16::MAX, i16::MIN, 0];
        let output = masked(Kind::Int2, "smallint", "within: 1000%", Arc::new(Int16Array::from_iter_values(ends)));
        let output = output.as_primitive::<Int16Type>().values();
        assert!(output[0] > 0 && output[1] < 0 && output[2] == 0, "{output:?}");
    }

    #[test]
    fn sums_stay_about_what_they_were() {
        let sum = |array: &Int64Array| array.values().iter().map(|n| i128::from(*n)).sum::<i128>();
        let input = Int64Array::from_iter_values((0..20_000).map(|row| row * 50 + 7));
        let output = masked(Kind::Int8, "bigint", "", Arc::new(input.clone()));
        let share = sum(output.as_primitive::<Int64Type>()) as f64 / sum(&input) as f64;
        assert!((share - 1.0).abs() < 0.005, "{share}");
    }

    #[test]
    fn numerics_fit_their_precision() {
        let texts = ["999.99", "-999.99", "0.01", "100.00", "0.00", "9.50"];
        for sql in ["numeric(5,2)", "numeric(5,2)[]", "public.price"] {
            for within in ["within: 10%", "within: 1000%"] {
                let value: ArrayRef = Arc::new(StringViewArray::from_iter_values(texts));
                for (a, b) in texts.iter().zip(masked(Kind::Numeric, sql, within, value).as_string_view()) {
                    let b = b.unwrap();
                    let (whole, fraction) = b.trim_start_matches('-').split_once('.').unwrap();
                    assert!(whole.len() <= 3 && fraction.len() == 2, "{a} became {b}");
                    assert_eq!(a.starts_with('-'), b.starts_with('-'));
                    assert_eq!(*a == "0.00", b == "0.00", "{a} became {b}");
                }
            }
        }
    }

    #[test]
    fn numerics_of_any_length_are_moved() {
        let long = format!("{}.{}", "7".repeat(60), "1".repeat(40));
        let value: ArrayRef = Arc::new(StringViewArray::from_iter_values([long.as_str(), "NaN", "-Infinity"]));
        let output = masked(Kind::Numeric, "numeric", "", value);
        let output = output.as_string_view();
        assert_eq!(output.value(0).len(), long.len());
        assert!(!output.value(0).ends_with(&"1".repeat(9)), "the last digits passed through");
        assert_eq!((output.value(1), output.value(2)), ("NaN", "-Infinity"));
    }

    #[test]
    fn floats_change_and_keep_their_digits() {
        let numbers = [52.520008, 0.5, -3.0, 1e300, -5e-320, f64::MAX, f64::MIN_POSITIVE, 19.99];
        let output = masked(Kind::Float8, "double precision", "", Arc::new(Float64Array::from_iter_values(numbers)));
        for (a, b) in numbers.into_iter().zip(output.as_primitive::<Float64Type>().values()) {
            assert!(a != *b && b.is_finite() && a.is_sign_negative() == b.is_sign_negative(), "{a} became {b}");
            assert!((a - b).abs() <= a.abs() * 0.1001, "{a} became {b}");
        }
        let digits = |number: f64| number.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let output = output.as_primitive::<Float64Type>();
        assert!(digits(output.value(0)) <= 6 && digits(output.value(7)) <= 2);
        let small =
            masked(Kind::Float4, "real", "", Arc::new(Float32Array::from_iter_values([0.1f32, f32::MAX, f32::NAN])));
        let small = small.as_primitive::<Float32Type>();
        assert!(small.value(0) != 0.1 && small.value(1).is_finite() && small.value(2).is_nan());
    }

    #[test]
    fn next_to_nothing_is_refused() {
        let problems = |params: &str| check(&read_params(&NUMBER_NOISE, params).unwrap(), &column(None, false)).len();
        assert_eq!(problems("within: 0%"), 1);
        assert_eq!(problems("within: 1%"), 0);
    }
}

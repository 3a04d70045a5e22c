//! `constant`: every value becomes the one that the rule names. Preserves NULL and emptiness; destroys everything else.

use arrow::array::ArrayRef;

use super::literal::{KINDS, Literals};
use super::params::{ParamDef, ParamKind};
use super::{Accepts, Built, Effect, Equal, Example, Gives, Input, Mask, MaskDef, MaskError, Problem, Promises};
use crate::schema::Kind;

pub(super) static CONSTANT: MaskDef = MaskDef {
    name: "constant",
    summary: "every value becomes the one that the rule names",
    effect: Effect::Removed,
    leaves: "whether there was a value",
    manual: "Writes one value into every row: `status: { mask: constant, value: active }`. NULL stays NULL and empty \
             text (or bytea) stays empty; in an array every element becomes the value. The value is read as the \
             column's type when planning: numbers and `true` as one writes them, dates and times in ISO 8601, bytea as \
             `\\x` and hexadecimal digits, JSON as JSON, an enum's label as it is, text within the column's length.",
    accepts: Accepts::Scalars(KINDS),
    params: &[ParamDef {
        name: "value",
        kind: ParamKind::Text,
        default: None,
        required: true,
        summary: "what to write, as the column's type",
    }],
    promises: Promises {
        equal: Equal::Any,
        gives: |params, _| Gives {
            one_of: params.text("value").map(|value| vec![value.to_owned()]),
            ..Gives::default()
        },
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Text, params: "{value: n/a}", input: "Call her before noon", output: "n/a" },
        Example { kind: &Kind::Int4, params: "{value: 42}", input: "1234", output: "42" },
        Example { kind: &Kind::Date, params: "{value: 2000-01-01}", input: "1987-03-14", output: "2000-01-01" },
        Example { kind: &Kind::Jsonb, params: "{value: '{\"a\": 1}'}", input: "[1, 2]", output: "{\"a\": 1}" },
    ],
    check: |params, facts| match Literals::read(params.text("value"), facts) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.into_iter().map(|mistake| Problem::param("value", mistake)).collect(),
    },
    build: |params, facts, _| match Literals::read(params.text("value"), facts) {
        Ok(value) => Built::Mask(Box::new(Constant(value))),
        Err(_) => unreachable!("check read the value"),
    },
};

struct Constant(Literals);

impl Mask for Constant {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        self.0.write(input, |_| Ok(0))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Array, AsArray, BinaryViewArray, Int16Array, StringViewArray};
    use arrow::datatypes::Int16Type;

    use super::*;
    use crate::mask::tried::{column, mask_array};

    #[test]
    fn null_stays_null_and_empty_stays_empty() {
        let input: ArrayRef =
            Arc::new(StringViewArray::from(vec![Some("a"), None, Some(""), Some("a value of some length")]));
        let output = mask_array(&CONSTANT, "value: x", &column(None, false), &input, None);
        let output: Vec<_> = output.as_string_view().iter().collect();
        assert_eq!(output, [Some("x"), None, Some(""), Some("x")]);

        let mut facts = column(None, false);
        facts.ty.kind = Kind::Bytea;
        let input: ArrayRef = Arc::new(BinaryViewArray::from(vec![&b""[..], b"ab"]));
        let output = mask_array(&CONSTANT, "value: \\x00", &facts, &input, None);
        assert_eq!(output.as_binary_view().iter().flatten().collect::<Vec<_>>(), [&b""[..], b"\0"]);

        facts.ty.kind = Kind::Int2;
        let input: ArrayRef = Arc::new(Int16Array::from(vec![None, Some(0), Some(9)]));
        let output = mask_array(&CONSTANT, "value: 5", &facts, &input, None);
        assert_eq!(output.as_primitive::<Int16Type>(), &Int16Array::from(vec![None, Some(5), Some(5)]));
        let none = input.slice(0, 0);
        assert_eq!(mask_array(&CONSTANT, "value: 5", &facts, &none, None).len(), 0);
    }
}

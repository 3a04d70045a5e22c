//! `nullify`: every value becomes NULL. Preserves nothing; works for any type.

use arrow::array::ArrayRef;

use super::{Accepts, Built, Effect, Equal, Gives, Input, Mask, MaskDef, MaskError, Problem, Promises};

pub(super) static NULLIFY: MaskDef = MaskDef {
    name: "nullify",
    summary: "every value becomes NULL",
    effect: Effect::Removed,
    leaves: "nothing",
    manual: "Removes the column's content altogether: the strongest mask there is, for any type. The column must \
             accept NULL.",
    accepts: Accepts::Any,
    params: &[],
    promises: Promises { equal: Equal::Any, gives: |_, _| Gives { null: true, ..Gives::default() }, ..Promises::NONE },
    examples: &[],
    check: |_, facts| {
        if facts.not_null {
            let help = "use `redact`, `constant` or another mask that writes a value";
            return vec![Problem::rule("the column is NOT NULL, so it cannot be nullified", help)];
        }
        Vec::new()
    },
    build: |_, _, _| Built::Blind(Box::new(Nullify)),
};

struct Nullify;

impl Mask for Nullify {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        Ok(input.value.clone())
    }
}

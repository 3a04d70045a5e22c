//! Domains that are too small to hide in: a permutation of ten numbers leaves each with ten places to go, and who knows a
//! few of them knows the rest. Masks that permute refuse them unless the rule says `small: true`.

use super::params::{ParamDef, ParamKind};
use super::{Params, Problem};

/// Fewest values that are permuted without a word: as many as four digits have.
const LEAST: u128 = 10_000;

/// The parameter by which a rule says that it knows.
pub(super) const PARAM: ParamDef = ParamDef {
    name: "small",
    kind: ParamKind::Bool,
    default: None,
    required: false,
    summary: "permute although there are fewer than 10,000 values to go to, which hides little",
};

/// A mistake where `size` values are too few; `what` says which, as in "3 digits".
pub(super) fn problem(params: &Params, what: &str, size: u128) -> Option<Problem> {
    if size >= LEAST || params.bool(PARAM.name) {
        return None;
    }
    let message = format!("{what} have {size} values, too few for one to hide behind another");
    Some(Problem::rule(message, "use a mask that is not one to one, or accept it with `small: true`"))
}

/// Texts of a column over an alphabet, as far as the plan knows: those of its longest; `None` where there is no longest.
pub(super) fn texts(alphabet: u32, max_chars: Option<u32>) -> Option<u128> {
    max_chars.map(|max| u128::from(alphabet).checked_pow(max).unwrap_or(u128::MAX))
}

//! What a condition comes to for masked rows, given that it came to something for the originals: it stays, it can never be
//! false, it can turn, or nobody knows. Comparisons are `compared`'s.

use super::compared::compare;
use super::outputs::{Output, Outputs};
use crate::plan::formula::Formula;

/// What is sure about a condition of masked rows. Conditions are true, false or NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Truth {
    /// It may be true.
    pub(in crate::plan) can_be_true: bool,
    /// It may be false.
    pub(in crate::plan) can_be_false: bool,
    /// Where it was not false, it is not.
    pub(in crate::plan) stays_unfalse: bool,
    /// Where it was not true, it is not.
    pub(in crate::plan) stays_untrue: bool,
    /// Whether what may be, really can.
    pub(in crate::plan) known: bool,
}

impl Truth {
    /// What it was.
    pub(super) const SAME: Truth =
        Truth { can_be_true: true, can_be_false: true, stays_unfalse: true, stays_untrue: true, known: true };
    /// Anything, whatever it was.
    pub(super) const ANY: Truth = Truth { stays_unfalse: false, stays_untrue: false, ..Truth::SAME };
    /// Nobody knows.
    pub(super) const UNKNOWN: Truth = Truth { known: false, ..Truth::ANY };
    /// NULL.
    pub(super) const NULL: Truth = Truth { can_be_true: false, can_be_false: false, ..Truth::SAME };
    /// Not false.
    pub(super) const UNFALSE: Truth = Truth { can_be_false: false, stays_untrue: false, ..Truth::SAME };

    /// Whether a CHECK that held still does: it fails only where it is false.
    pub(in crate::plan) fn holds(self) -> bool {
        !self.can_be_false || self.stays_unfalse
    }

    /// Whether no row that was outside comes under the condition.
    pub(in crate::plan) fn lets_nothing_in(self) -> bool {
        !self.can_be_true || self.stays_untrue
    }

    pub(super) fn not(self) -> Truth {
        Truth {
            can_be_true: self.can_be_false,
            can_be_false: self.can_be_true,
            stays_unfalse: self.stays_untrue,
            stays_untrue: self.stays_unfalse,
            known: self.known,
        }
    }

    fn and(parts: &[Truth]) -> Truth {
        Truth {
            can_be_true: parts.iter().all(|part| part.can_be_true),
            can_be_false: parts.iter().any(|part| part.can_be_false),
            stays_unfalse: parts.iter().all(|part| part.holds()),
            stays_untrue: parts.iter().all(|part| part.lets_nothing_in()),
            known: parts.iter().all(|part| part.known),
        }
    }
}

/// What a condition comes to.
pub(in crate::plan) fn truth(outputs: &Outputs<'_>, formula: &Formula) -> Truth {
    if outputs.is_same(formula) {
        return Truth::SAME;
    }
    let all = |parts: &[Formula]| parts.iter().map(|part| truth(outputs, part)).collect::<Vec<_>>();
    match formula {
        Formula::And(parts) => Truth::and(&all(parts)),
        Formula::Or(parts) => {
            let denied: Vec<Truth> = all(parts).into_iter().map(Truth::not).collect();
            Truth::and(&denied).not()
        }
        Formula::Not(inner) => truth(outputs, inner).not(),
        Formula::IsNull(inner) => is_null(outputs, inner),
        Formula::Operator(_, sides) if sides.iter().any(|side| counts_nulls(outputs, side)) => Truth::ANY,
        Formula::Operator(sign, sides) if sides.len() == 2 => compare(outputs, sign, &sides[0], &sides[1]),
        Formula::Any(sign, left, right) => each(outputs, sign, left, right, false),
        Formula::All(sign, left, right) => each(outputs, sign, left, right, true),
        Formula::Call(name, parts) if parts.len() == 1 && name == "is true" => {
            // Never NULL; false also where the inner one is.
            let inner = truth(outputs, &parts[0]);
            Truth { can_be_false: true, stays_unfalse: false, ..inner }
        }
        Formula::Column(column) => match outputs.of(column) {
            Output::Masked(_, gives) if gives.null => Truth::NULL,
            Output::Masked(_, gives) => match gives.one_of {
                Some(values) => {
                    let is = |text: &str| matches!(text.to_lowercase().as_str(), "t" | "true" | "yes" | "on" | "1");
                    let (can_be_true, can_be_false) =
                        (values.iter().any(|value| is(value)), values.iter().any(|value| !is(value)));
                    Truth { can_be_true, can_be_false, ..Truth::ANY }
                }
                None => Truth::UNKNOWN,
            },
            _ => Truth::UNKNOWN,
        },
        _ => Truth::UNKNOWN,
    }
}

/// Whether it is a count of NULLs that is known to change.
fn counts_nulls(outputs: &Outputs<'_>, formula: &Formula) -> bool {
    let Formula::Call(name, parts) = formula else { return false };
    let nullified = |part: &Formula| matches!(outputs.column(part), Some((_, gives)) if gives.null);
    matches!(name.as_str(), "num_nulls" | "num_nonnulls")
        && parts.iter().all(|part| nullified(part) || outputs.keeps_null(part))
}

fn is_null(outputs: &Outputs<'_>, inner: &Formula) -> Truth {
    match inner.column().map(|column| outputs.of(column)) {
        Some(Output::Masked(_, gives)) if gives.null => Truth::UNFALSE,
        _ => Truth::UNKNOWN,
    }
}

/// A comparison with every item of a list: one of them (`ANY`), or all.
fn each(outputs: &Outputs<'_>, sign: &str, left: &Formula, right: &Formula, all: bool) -> Truth {
    let Some(items) = right.constants() else { return Truth::UNKNOWN };
    if sign == "=" || sign == "<>" {
        // `<> ALL` denies `= ANY`; `= ALL` and `<> ANY` are nobody's.
        let found = super::compared::is_one_of(outputs, left, &items);
        return match (sign, all) {
            ("=", false) => found,
            ("<>", true) => found.not(),
            _ => Truth::UNKNOWN,
        };
    }
    let items = items.into_iter().map(Formula::Constant);
    let each: Vec<Truth> = items.map(|item| compare(outputs, sign, left, &item)).collect();
    if all {
        return Truth::and(&each);
    }
    Truth::and(&each.into_iter().map(Truth::not).collect::<Vec<_>>()).not()
}

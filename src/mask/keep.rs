//! `keep`: the value passes through, on purpose. The rule says why.

use super::{Accepts, Built, Effect, Equal, MaskDef, Promises, Uniqueness};

pub(super) static KEEP: MaskDef = MaskDef {
    name: "keep",
    summary: "passes the value through, on purpose; the rule says why",
    effect: Effect::Kept,
    leaves: "everything",
    manual: "The bytes travel untouched, for any type, and are never decoded. Every keep carries a reason that a \
             reviewer reads: `status: { keep: \"state, says nothing about a person\" }`.",
    accepts: Accepts::Any,
    params: &[],
    promises: Promises {
        unique: Uniqueness::Yes,
        equal: Equal::Any,
        keeps_length: true,
        keeps_format: true,
        ..Promises::NONE
    },
    examples: &[],
    check: |_, _| Vec::new(),
    build: |_, _, _| Built::Keep,
};

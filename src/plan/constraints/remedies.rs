//! What to do about a constraint that a mask can break: masks and parameters that keep it, found by trying them.

use super::outputs::Outputs;
use crate::diagnostic::Span;
use crate::mask::{Gives, MASKS, MaskDef, Order, Params, PerUse};
use crate::node::{Entry, Node};
use crate::plan::ColumnPlan;
use crate::plan::formula::Formula;
use crate::schema::Kind;

/// Says what would keep a condition, where `holds` tells whether it does.
pub(super) fn remedy(
    outputs: &Outputs<'_>,
    plan: &ColumnPlan,
    formula: &Formula,
    holds: impl Fn(&Outputs<'_>) -> bool,
) -> String {
    let tried = |mask: &'static MaskDef, written: &[(&str, String)]| {
        let entry = |(key, text): &(&str, String)| Entry {
            key: (*key).to_owned(),
            key_span: Span::default(),
            node: Node::text(text),
        };
        let entries: Vec<Entry> = written.iter().map(entry).collect();
        let params = Params::read(mask.name, mask.params, &entries, Span::default()).ok()?;
        let plan = ColumnPlan { mask, params, ..plan.clone() };
        let fits = mask.accepts.takes(&plan.facts.ty.kind) && (mask.check)(&plan.params, &plan.facts).is_empty();
        (fits && holds(&outputs.with(&plan))).then_some(plan)
    };
    let mut can: Vec<String> = Vec::new();
    for mask in MASKS.iter().filter(|mask| mask.name != "keep" && !(mask.name == "nullify" && plan.facts.not_null)) {
        can.extend(tried(mask, &[]).map(|_| format!("`{}`", mask.name)));
    }
    if can.iter().any(|mask| mask == "`date_shift`" || mask == "`timestamp_shift`") {
        can.retain(|mask| mask != "`nullify`");
    }
    if let Some((low, high)) = ends(formula).filter(|_| plan.facts.ty.kind != Kind::Text)
        && let Some(mask) = crate::mask::find("permute")
        && tried(mask, &[("range", format!("{low}..{high}")), ("small", "true".to_owned())]).is_some()
    {
        let few = if high.abs_diff(low) < 9_999 { " and `small: true`" } else { "" };
        can.insert(0, format!("`permute` with `range: {low}..{high}`{few}"));
    }
    if let Some(items) = listed(formula).filter(|items| !items.is_empty()) {
        can.retain(|mask| mask != "`choose`");
        can.insert(0, format!("`choose` with `from: [{}]`", items.join(", ")));
    }
    let Gives { order, .. } = plan.mask.gives(&plan.params, &plan.facts);
    if order == Order::Moved && formula.columns().len() > 1 {
        let same = if plan.mask.promises.per == PerUse::No { "parameters" } else { "`per:` and parameters" };
        return format!("give all of its columns `{}` with the same {same}, or keep them", plan.mask.name);
    }
    match can[..] {
        [] => "no mask keeps it: keep the column, or nullify it where it may be NULL".to_owned(),
        _ => format!("masks that keep it: {}", can.join(", ")),
    }
}

/// The ends between which a condition wants a number.
fn ends(formula: &Formula) -> Option<(i64, i64)> {
    let parts = match formula {
        Formula::And(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let (mut low, mut high) = (None, None);
    for part in parts {
        let Formula::Operator(sign, sides) = part else { continue };
        let number = sides.get(1)?.constant()?.parse::<i64>().ok()?;
        match sign.as_str() {
            ">=" => low = Some(number),
            ">" => low = number.checked_add(1),
            "<=" => high = Some(number),
            "<" => high = number.checked_sub(1),
            _ => {}
        }
    }
    let (low, high) = (low.unwrap_or(1), high?);
    (low < high).then_some((low, high))
}

/// The constants that a condition lists.
fn listed(formula: &Formula) -> Option<Vec<String>> {
    match formula {
        Formula::Any(sign, left, right) if sign == "=" => {
            left.column()?;
            right.constants()
        }
        Formula::Or(parts) => parts.iter().find_map(listed),
        _ => None,
    }
}

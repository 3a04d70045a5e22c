//! What comparisons of masked values come to: with constants, with each other, with patterns.

use super::outputs::{Outputs, goes_by_value, is_injective, is_length};
use super::texts;
use super::truth::Truth;
use crate::mask::{Gives, Length, Order};
use crate::plan::ColumnPlan;
use crate::plan::formula::Formula;
use crate::schema::Kind;

/// What a comparison comes to. Operators are NULL where a side is.
pub(super) fn compare(outputs: &Outputs<'_>, sign: &str, left: &Formula, right: &Formula) -> Truth {
    let (a, b) = (outputs.group(left), outputs.group(right));
    if a.is_some() && a == b {
        return Truth::SAME;
    }
    if let Some(found) = with_itself(outputs, sign, left, right).or_else(|| with_itself(outputs, sign, right, left)) {
        return found;
    }
    if let Some(constant) = right.constant() {
        return with_constant(outputs, sign, left, &constant);
    }
    match (left.constant(), turned(sign)) {
        (Some(constant), Some(turned)) => with_constant(outputs, turned, right, &constant),
        (Some(_), None) => Truth::UNKNOWN,
        (None, _) => with_each_other(outputs, sign, left, right),
    }
}

/// `x = lower(x)` and the like: whether a text is written as it should be.
fn with_itself(outputs: &Outputs<'_>, sign: &str, one: &Formula, other: &Formula) -> Option<Truth> {
    let Formula::Call(name, parts) = other else { return None };
    let (plan, gives) = outputs.text(one)?;
    if sign != "=" || parts.len() != 1 || parts[0].column() != one.column() {
        return None;
    }
    let written = |text: &str| match name.as_str() {
        "lower" => Some(text.to_lowercase()),
        "upper" => Some(text.to_uppercase()),
        "btrim" => Some(text.trim_matches(' ').to_owned()),
        _ => None,
    };
    if gives.null {
        return Some(Truth::NULL);
    }
    if let Some(values) = &gives.one_of {
        let answers: Vec<bool> = values.iter().map(|own| Some(written(own)? == *own)).collect::<Option<_>>()?;
        return Some(among(plan, &answers, Some(true)));
    }
    // Case and blanks stay where they are.
    if plan.mask.promises.keeps_format {
        return written("").map(|_| Truth::SAME);
    }
    let holds = match name.as_str() {
        "lower" => texts::is_within(&gives, "^[^A-Z]*$"),
        "upper" => texts::is_within(&gives, "^[^a-z]*$"),
        "btrim" => gives.solid,
        _ => false,
    };
    holds.then_some(Truth::UNFALSE)
}

/// The operator with its sides changed.
fn turned(sign: &str) -> Option<&str> {
    Some(match sign {
        "=" | "<>" => sign,
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        _ => return None,
    })
}

fn with_constant(outputs: &Outputs<'_>, sign: &str, left: &Formula, constant: &str) -> Truth {
    if let Formula::Call(name, parts) = left {
        match (name.as_str(), parts.as_slice()) {
            (name, [text]) if is_length(name) => return length(outputs, sign, text, constant),
            ("btrim" | "ltrim" | "rtrim", [text]) => return trimmed(outputs, sign, text, constant),
            ("coalesce", [column, default]) => {
                let found = outputs.column(column).zip(default.constant());
                let Some(((plan, gives), default)) = found else { return Truth::UNKNOWN };
                let stays = if gives.null { None } else { Some(value(plan, &gives, sign, constant)) };
                // Where it is NULL it still is, and the default answers as before.
                return match (stays, answer(plan, sign, &default, constant)) {
                    (Some(stays), _) => Truth { can_be_true: true, can_be_false: true, ..stays },
                    (None, Some(true)) => Truth::UNFALSE,
                    (None, Some(false)) => Truth::UNFALSE.not(),
                    (None, None) => Truth::UNKNOWN,
                };
            }
            ("position" | "strpos", [one, two]) => {
                let (text, sought) = if name == "position" { (two, one) } else { (one, two) };
                let pattern = match (sign, constant, sought.constant().as_deref()) {
                    (">" | "<>", "0", Some("@")) | (">=", "1", Some("@")) => "@",
                    (">", "1", Some("@")) | (">=", "2", Some("@")) => "^[^@].*@",
                    _ => return Truth::UNKNOWN,
                };
                return with_constant(outputs, "~", text, pattern);
            }
            _ => return Truth::UNKNOWN,
        }
    }
    match outputs.column(number(left)) {
        Some((plan, gives)) => value(plan, &gives, sign, constant),
        None => Truth::UNKNOWN,
    }
}

/// A conversion between numbers that keeps their order taken off.
fn number(formula: &Formula) -> &Formula {
    match formula {
        Formula::Cast(inner, ty) if matches!(ty.as_str(), "numeric" | "bigint" | "double precision") => inner,
        other => other,
    }
}

/// A masked column compared with a constant.
fn value(plan: &ColumnPlan, gives: &Gives, sign: &str, constant: &str) -> Truth {
    if gives.null {
        return Truth::NULL;
    }
    let compared = matches!(sign, "=" | "<>" | "<" | "<=" | ">" | ">=");
    if !compared && !sign.contains('~') {
        return Truth::UNKNOWN;
    }
    let kind = &plan.facts.ty.kind;
    if let Some(values) = &gives.one_of {
        let answers: Option<Vec<bool>> = values.iter().map(|own| answer(plan, sign, own, constant)).collect();
        return answers.map_or(Truth::UNKNOWN, |answers| among(plan, &answers, answer(plan, sign, "", constant)));
    }
    if *kind == Kind::Text {
        return text(plan, gives, sign, constant);
    }
    match &gives.order {
        Order::Bands { starts, fixed } => banded(starts, fixed, sign, constant),
        Order::Scaled if constant.parse::<f64>().is_ok_and(|number| number == 0.0) => Truth::SAME,
        // A whole number is at least 1 where it is above 0.
        Order::Scaled if is_whole(kind) && matches!((sign, constant), ("<" | ">=", "1") | (">" | "<=", "-1")) => {
            Truth::SAME
        }
        Order::Scaled | Order::Moved if !matches!(sign, "=" | "<>") => Truth::UNKNOWN,
        _ if gives.vast && sign == "=" => Truth::UNFALSE.not(),
        _ if gives.vast && sign == "<>" => Truth::UNFALSE,
        _ if sign == "<>" => Truth::UNKNOWN,
        _ => Truth::ANY,
    }
}

fn is_whole(kind: &Kind) -> bool {
    matches!(kind, Kind::Int2 | Kind::Int4 | Kind::Int8)
}

/// What holds of all outputs that a mask chooses from. Empty text stays empty, so that it answers as before.
fn among(plan: &ColumnPlan, answers: &[bool], empty: Option<bool>) -> Truth {
    let empty = if plan.facts.ty.kind == Kind::Text { empty } else { None };
    let (any_true, any_false) = (answers.contains(&true), answers.contains(&false));
    Truth {
        can_be_true: any_true || empty == Some(true),
        can_be_false: any_false || empty == Some(false),
        stays_unfalse: !any_false,
        stays_untrue: !any_true,
        known: true,
    }
}

/// Whether an operator holds between two constants; `None` where only the server knows.
fn answer(plan: &ColumnPlan, sign: &str, own: &str, other: &str) -> Option<bool> {
    let kind = plan.facts.ty.kind.scalar();
    if *kind == Kind::Text && sign.contains('~') {
        return texts::matches(sign, own, other);
    }
    let ordering = match kind {
        Kind::Text if plan.facts.ty.padded => return equality(sign, own.trim_end() == other.trim_end()),
        // Whether case counts depends on how it is compared.
        Kind::Text if plan.facts.ty.folds && own != other && own.eq_ignore_ascii_case(other) => {
            return None;
        }
        Kind::Text | Kind::Enum => return equality(sign, own == other),
        Kind::Bool => return equality(sign, own.eq_ignore_ascii_case(other)),
        Kind::Uuid => return equality(sign, own.eq_ignore_ascii_case(other)),
        Kind::Date | Kind::Timestamp | Kind::TimestampTz => {
            let day = |text: &str| text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
            // ISO 8601 days of four-digit years have the order of their texts.
            if !(day(own) && day(other)) || own[..10] == other[..10] && own != other {
                return None;
            }
            own[..10].cmp(&other[..10])
        }
        _ => own.parse::<f64>().ok()?.partial_cmp(&other.parse::<f64>().ok()?)?,
    };
    Some(match sign {
        "=" => ordering.is_eq(),
        "<>" => ordering.is_ne(),
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        ">" => ordering.is_gt(),
        ">=" => ordering.is_ge(),
        _ => return None,
    })
}

fn equality(sign: &str, equal: bool) -> Option<bool> {
    match sign {
        "=" => Some(equal),
        "<>" => Some(!equal),
        _ => None,
    }
}

/// Permuted numbers: they stay on their side of where a band begins.
fn banded(starts: &[i64], fixed: &[i64], sign: &str, constant: &str) -> Truth {
    let Some(number) = whole(constant) else { return Truth::UNKNOWN };
    let cut = |at: Option<i64>| at.is_none_or(|at| starts.contains(&at));
    let (below, above) = (cut(Some(number)), cut(number.checked_add(1)));
    let same = match sign {
        "<" | ">=" => below,
        "<=" | ">" => above,
        "=" | "<>" => below && above || fixed.contains(&number),
        _ => return Truth::UNKNOWN,
    };
    if same { Truth::SAME } else { Truth::ANY }
}

/// A whole number, also written as 5.0.
fn whole(constant: &str) -> Option<i64> {
    let digits = constant
        .split_once('.')
        .map_or(constant, |(whole, rest)| if rest.bytes().all(|digit| digit == b'0') { whole } else { constant });
    digits.parse().ok()
}

/// A masked text compared with a constant or a pattern.
fn text(plan: &ColumnPlan, gives: &Gives, sign: &str, constant: &str) -> Truth {
    if sign.contains('~') {
        return texts::pattern(plan, gives, sign, constant);
    }
    if constant.is_empty() && matches!(sign, "=" | "<>" | ">" | "<=") {
        return Truth::SAME;
    }
    let equals = match sign {
        "=" | "<>" => texts::can_be(gives, constant),
        _ => return Truth::UNKNOWN,
    };
    match (sign, equals) {
        // What no output equals.
        ("=", false) => Truth::UNFALSE.not(),
        ("<>", false) => Truth::UNFALSE,
        ("=", true) => Truth::ANY,
        _ => Truth::UNKNOWN,
    }
}

/// `length(x)` compared with a number.
fn length(outputs: &Outputs<'_>, sign: &str, text: &Formula, constant: &str) -> Truth {
    let text = match text {
        Formula::Call(name, parts) if matches!(name.as_str(), "btrim" | "ltrim" | "rtrim") && parts.len() == 1 => {
            match outputs.text(&parts[0]) {
                Some((plan, gives)) if plan.mask.promises.keeps_format || gives.solid => &parts[0],
                _ => return Truth::UNKNOWN,
            }
        }
        other => other,
    };
    let Some((plan, gives)) = outputs.text(text) else { return Truth::UNKNOWN };
    let Some(number) = whole(constant) else { return Truth::UNKNOWN };
    if gives.null {
        return Truth::NULL;
    }
    let compared = |length: i64| match sign {
        "=" => length == number,
        "<>" => length != number,
        "<" => length < number,
        "<=" => length <= number,
        ">" => length > number,
        _ => length >= number,
    };
    if !matches!(sign, "=" | "<>" | "<" | "<=" | ">" | ">=") {
        return Truth::UNKNOWN;
    }
    let lengths: Vec<i64> = match (&gives.one_of, gives.length) {
        (Some(values), _) => values.iter().map(|value| value.chars().count() as i64).collect(),
        (None, Length::Kept) => return Truth::SAME,
        // Where the answer changes, and the ends.
        (None, Length::Between(least, most)) => {
            let (least, most) = (i64::from(least), most.map_or(i64::MAX, i64::from));
            let near = [number.saturating_sub(1), number, number.saturating_add(1)];
            near.into_iter().map(|length| length.clamp(least, most)).chain([least, most]).collect()
        }
    };
    let answers: Vec<bool> = lengths.into_iter().map(compared).collect();
    let found = among(plan, &answers, Some(compared(0)));
    // Between the ends nobody knows which lengths there are.
    let sure = gives.one_of.is_some() || !(answers.contains(&true) && answers.contains(&false));
    Truth { known: sure, ..found }
}

/// `btrim(x)` compared with a constant.
fn trimmed(outputs: &Outputs<'_>, sign: &str, text: &Formula, constant: &str) -> Truth {
    let Some((plan, gives)) = outputs.text(text) else { return Truth::UNKNOWN };
    if gives.null {
        return Truth::NULL;
    }
    if let Some(values) = &gives.one_of {
        let answers: Option<Vec<bool>> = values.iter().map(|own| answer(plan, sign, own.trim(), constant)).collect();
        return answers.map_or(Truth::UNKNOWN, |answers| among(plan, &answers, answer(plan, sign, "", constant)));
    }
    if !constant.is_empty() {
        return Truth::UNKNOWN;
    }
    match sign {
        "=" | "<>" if plan.mask.promises.keeps_format => Truth::SAME,
        // Blanks become something.
        "<>" if gives.solid => Truth { stays_unfalse: true, ..Truth::ANY },
        _ => Truth::UNKNOWN,
    }
}

/// Whether a masked value is one of constants.
pub(super) fn is_one_of(outputs: &Outputs<'_>, left: &Formula, items: &[String]) -> Truth {
    let Some((plan, gives)) = outputs.column(number(left)) else { return Truth::UNKNOWN };
    if gives.null {
        return Truth::NULL;
    }
    if let Some(values) = &gives.one_of {
        let is = |own: &str| -> Option<bool> {
            let each: Option<Vec<bool>> = items.iter().map(|item| answer(plan, "=", own, item)).collect();
            Some(each?.contains(&true))
        };
        let answers: Option<Vec<bool>> = values.iter().map(|own| is(own)).collect();
        return answers.map_or(Truth::UNKNOWN, |answers| among(plan, &answers, is("")));
    }
    let each: Vec<Truth> = items.iter().map(|item| value(plan, &gives, "=", item)).collect();
    let all = |what: fn(&Truth) -> bool| each.iter().all(what);
    if all(|one| *one == Truth::SAME) {
        return Truth::SAME;
    }
    // One that it can become is enough to turn it.
    Truth { can_be_true: each.iter().any(|one| one.can_be_true), known: all(|one| one.known), ..Truth::ANY }
}

/// Two expressions of which none is constant, and one at least is masked.
fn with_each_other(outputs: &Outputs<'_>, sign: &str, left: &Formula, right: &Formula) -> Truth {
    let sides = [outputs.column(number(left)), outputs.column(number(right))];
    let compared = matches!(sign, "=" | "<>" | "<" | "<=" | ">" | ">=");
    if !compared {
        return Truth::UNKNOWN;
    }
    if sides.iter().flatten().any(|(_, gives)| gives.null) {
        return Truth::NULL;
    }
    let understood =
        [left, right].into_iter().all(|side| outputs.is_same(side) || outputs.column(number(side)).is_some());
    if let [Some((one, _)), Some((two, _))] = &sides {
        let alike = one.mask == two.mask
            && one.domain == two.domain
            && one.params.to_string() == two.params.to_string()
            && goes_by_value(one)
            && goes_by_value(two)
            && one.facts.ty.kind == two.facts.ty.kind;
        if alike && matches!(sign, "=" | "<>") {
            let equal = Truth { stays_unfalse: true, stays_untrue: is_injective(one), ..Truth::ANY };
            return if sign == "=" { equal } else { equal.not() };
        }
    }
    // Against a moment such as now(), as against a constant: what is far enough from it stays on its side.
    let bound = [left, right].into_iter().any(|side| side.columns().is_empty());
    let near = |(_, gives): &(&ColumnPlan, Gives)| matches!(gives.order, Order::Moved | Order::Scaled);
    if bound && sides.iter().flatten().all(near) {
        return Truth::UNKNOWN;
    }
    if understood { Truth::ANY } else { Truth::UNKNOWN }
}

/// Whether no value of a masked expression becomes a constant, unless it was the constant and stays.
pub(super) fn fixed_as(outputs: &Outputs<'_>, formula: &Formula, constant: &str) -> bool {
    let Some((plan, gives)) = outputs.column(formula) else { return false };
    let equals = value(plan, &gives, "=", constant);
    equals == Truth::SAME || !equals.can_be_true
}

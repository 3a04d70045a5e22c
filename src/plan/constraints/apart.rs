//! Parts of keys: whether what differed in production still differs, where a part is a column, or an expression such as
//! `lower(email)`.

use super::compared::fixed_as;
use super::outputs::{Output, Outputs, is_injective};
use crate::mask::Length;
use crate::plan::formula::Formula;
use crate::schema::Kind;

/// What becomes of the values of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Part {
    /// Different ones stay different.
    Apart,
    /// All become NULL.
    Null,
    /// Two of a masked column may become one, because of this.
    Merged(String, Why),
    /// Nobody knows.
    Unknown,
}

/// Why two values may become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Why {
    /// The mask gives different values one output.
    Mask,
    /// It does so but for case and the like, which the key does not tell apart.
    Folded,
    /// The key looks at a piece of the value only.
    Piece,
    /// What stands together cannot be told apart.
    Joined,
    /// It may become the constant that stands for NULL.
    Default,
    /// Ranges may come to overlap.
    Overlap,
}

/// Functions that give different outputs for different inputs (hashes: but for a chance that nobody meets).
const FAITHFUL: &[&str] = &[
    "md5",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "digest",
    "encode",
    "convert_to",
    "reverse",
    "to_hex",
    "quote_literal",
];

/// Functions that tell values apart by case or blanks no more.
const FOLDING: &[&str] = &["lower", "upper", "casefold", "btrim", "ltrim", "rtrim"];

/// Functions that look at a piece of their first argument, or round it.
const LOSSY: &[&str] = &[
    "abs",
    "ceil",
    "ceiling",
    "char_length",
    "date",
    "date_part",
    "date_trunc",
    "extract",
    "floor",
    "hashtext",
    "initcap",
    "left",
    "length",
    "mod",
    "octet_length",
    "overlay",
    "regexp_replace",
    "replace",
    "right",
    "round",
    "split_part",
    "substr",
    "substring",
    "to_char",
    "translate",
    "trunc",
];

/// What becomes of a part that has to differ from row to row. `folds`: its collation makes different texts equal.
pub(in crate::plan) fn part(outputs: &Outputs<'_>, formula: &Formula, folds: bool) -> Part {
    if outputs.are_kept(formula) {
        return Part::Apart;
    }
    match formula {
        Formula::Column(column) => bare(outputs, column, folds),
        Formula::Cast(inner, ty) => cast(outputs, inner, ty, folds),
        Formula::Call(name, parts) => call(outputs, name, parts, folds),
        Formula::Operator(sign, sides) if sign == "||" => joined(outputs, sides),
        Formula::Operator(sign, sides) if matches!(sign.as_str(), "+" | "-") => match sides.as_slice() {
            [one] => part(outputs, one, false),
            [one, constant] | [constant, one] if constant.constant().is_some() => part(outputs, one, false),
            _ => lossy(outputs, sides),
        },
        Formula::Operator(sign, sides) if matches!(sign.as_str(), "*" | "/" | "%") => lossy(outputs, sides),
        Formula::List(items) => {
            let items: Vec<Part> = items.iter().map(|item| part(outputs, item, false)).collect();
            items.iter().find(|item| **item != Part::Apart).cloned().unwrap_or(Part::Apart)
        }
        _ => Part::Unknown,
    }
}

fn bare(outputs: &Outputs<'_>, column: &str, folds: bool) -> Part {
    match outputs.of(column) {
        Output::Kept => Part::Apart,
        Output::Unknown => Part::Unknown,
        Output::Masked(_, gives) if gives.null => Part::Null,
        Output::Masked(plan, _) if !is_injective(plan) => Part::Merged(column.to_owned(), Why::Mask),
        Output::Masked(_, gives) if folds && !gives.apart_when_folded => Part::Merged(column.to_owned(), Why::Folded),
        Output::Masked(..) => Part::Apart,
    }
}

fn cast(outputs: &Outputs<'_>, inner: &Formula, ty: &str, folds: bool) -> Part {
    let is_text = |ty: &str| matches!(ty, "text" | "character varying" | "bpchar" | "name");
    match ty {
        "citext" | "public.citext" => part(outputs, inner, true),
        ty if is_text(ty) => part(outputs, inner, folds),
        "bytea" | "bigint" | "integer" | "numeric" | "uuid" => part(outputs, inner, folds),
        _ => lossy(outputs, std::slice::from_ref(inner)),
    }
}

fn call(outputs: &Outputs<'_>, name: &str, parts: &[Formula], folds: bool) -> Part {
    let rest_is_constant = parts.iter().skip(1).all(|part| part.constant().is_some());
    match (name, parts) {
        (name, [one]) if FOLDING.contains(&name) => {
            // Numbers and the like have no capitals.
            let is_text = |column: &str| {
                let column = outputs.table.column(column);
                column.is_none_or(|column| matches!(column.ty.kind, Kind::Text | Kind::Other))
            };
            let texts = one.columns().into_iter().any(is_text);
            part(outputs, one, folds || texts)
        }
        (name, [one, ..]) if FAITHFUL.contains(&name) && rest_is_constant => part(outputs, one, folds),
        ("coalesce", [one, default]) => coalesce(outputs, one, default, folds),
        ("concat", parts) => joined(outputs, parts),
        (name, parts) if LOSSY.contains(&name) || FOLDING.contains(&name) => lossy(outputs, parts),
        (name, [one]) if name.starts_with("collate ") => match part(outputs, one, true) {
            // Whether the collation folds is not known here.
            Part::Merged(_, Why::Folded) => Part::Unknown,
            other => other,
        },
        _ => Part::Unknown,
    }
}

/// `coalesce(x, constant)`: NULLs count as the constant, which no other value may become.
fn coalesce(outputs: &Outputs<'_>, one: &Formula, default: &Formula, folds: bool) -> Part {
    let column = one.columns().into_iter().next().unwrap_or_default().to_owned();
    let Some(constant) = default.constant() else { return Part::Unknown };
    match part(outputs, one, folds) {
        // All rows have the constant.
        Part::Null => Part::Merged(column, Why::Mask),
        Part::Apart if fixed_as(outputs, one, &constant) => Part::Apart,
        Part::Apart => Part::Merged(column, Why::Default),
        other => other,
    }
}

/// Texts one after another: they can be told apart if all but one have a length of their own.
fn joined(outputs: &Outputs<'_>, sides: &[Formula]) -> Part {
    let mut flat = Vec::new();
    flatten(sides, &mut flat);
    flat.retain(|side| side.constant().is_none());
    let parts: Vec<Part> = flat.iter().map(|side| part(outputs, side, false)).collect();
    if let Some(found) = parts.iter().find(|part| **part != Part::Apart) {
        return found.clone();
    }
    let is_fixed = |side: &&&Formula| matches!(outputs.text(side), Some((_, gives)) if matches!(gives.length, Length::Between(a, Some(b)) if a == b));
    if flat.iter().filter(|side| !is_fixed(side)).count() <= 1 {
        return Part::Apart;
    }
    let masked = flat.iter().flat_map(|side| side.columns()).find(|column| !matches!(outputs.of(column), Output::Kept));
    Part::Merged(masked.unwrap_or_default().to_owned(), Why::Joined)
}

fn flatten<'f>(sides: &'f [Formula], flat: &mut Vec<&'f Formula>) {
    for side in sides {
        match side {
            Formula::Operator(sign, inner) if sign == "||" => flatten(inner, flat),
            other => flat.push(other),
        }
    }
}

/// What a function leaves of its arguments does not tell values apart.
fn lossy(outputs: &Outputs<'_>, parts: &[Formula]) -> Part {
    for column in parts.iter().flat_map(Formula::columns) {
        match outputs.of(column) {
            Output::Kept => {}
            Output::Unknown => return Part::Unknown,
            Output::Masked(_, gives) if gives.null => return Part::Null,
            Output::Masked(plan, _) => {
                let why = if is_injective(plan) { Why::Piece } else { Why::Mask };
                return Part::Merged(column.to_owned(), why);
            }
        }
    }
    Part::Apart
}

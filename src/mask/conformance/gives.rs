//! The laws of what masks give: plans let constraints pass on the word of [`crate::mask::Gives`].

use std::collections::BTreeMap;

use arrow::array::AsArray;
use regex_lite::Regex;

use super::assert_none;
use super::cases::{Case, array_of, cases, facts, key, printed, written};
use super::values::{distinct, plain, ugly};
use crate::mask::{Length, MASKS, Order, Uniqueness};
use crate::schema::Kind;

/// All cases, and text columns of several lengths.
fn all() -> Vec<Case> {
    let mut cases = cases();
    for def in MASKS.iter().filter(|def| def.accepts.takes(&Kind::Text)) {
        for max_chars in [1, 3, 8, 16, 24, 60] {
            for written in written(def, &Kind::Text) {
                for unique in [false, true] {
                    let never = if unique { Uniqueness::No } else { Uniqueness::Yes };
                    if def.promises.unique != never {
                        cases.extend(Case::new(def, written, unique, facts(&Kind::Text, Some(max_chars))));
                    }
                }
            }
        }
    }
    cases
}

#[test]
fn texts_are_what_masks_say_they_give() {
    let mut broken = Vec::new();
    for case in all().iter().filter(|case| *case.kind() == Kind::Text && case.looks()) {
        let gives = case.def.gives(&case.params, &case.facts);
        let form = gives.form.map(|form| Regex::new(&format!("^({form})$")).unwrap());
        let mut values = plain(&Kind::Text, &[], 150);
        values.extend(ugly(&Kind::Text, &[]));
        let most = case.facts.max_chars.map_or(usize::MAX, |max| max as usize);
        let values = case.taken(values.into_iter().map(|value| value.chars().take(most).collect()).collect());
        let Some(Ok(output)) = case.apply(&key(1), &array_of(&case.facts.ty, &values)) else { continue };
        for (value, text) in values.iter().zip(output.as_string_view().iter().flatten()) {
            if value.is_empty() {
                continue;
            }
            let chars = text.chars().count();
            let length = match gives.length {
                Length::Kept => chars == value.chars().count(),
                Length::Between(least, most) => {
                    chars >= least as usize && most.is_none_or(|most| chars <= most as usize)
                }
            };
            let listed = gives.one_of.as_ref().is_none_or(|list| list.iter().any(|own| own == text));
            let formed = form.as_ref().is_none_or(|form| form.is_match(text));
            let solid = !gives.solid || text.trim() == text;
            if !(length && listed && formed && solid) {
                broken.push(case.broken(&format!("{value:?} becomes {text:?}, which is not what it gives: {gives:?}")));
                break;
            }
        }
    }
    assert_none(broken);
}

#[test]
fn what_differs_without_case_still_does_where_masks_say_so() {
    let mut broken = Vec::new();
    for case in all().iter().filter(|case| *case.kind() == Kind::Text && case.looks()) {
        if !case.def.gives(&case.params, &case.facts).apart_when_folded {
            continue;
        }
        let most = case.facts.max_chars.map_or(usize::MAX, |max| max as usize);
        let mut values = distinct(&Kind::Text, 800);
        values.retain(|value| !value.is_empty() && value.chars().count() <= most);
        let values = case.taken(values);
        let Some(Ok(output)) = case.apply(&key(1), &array_of(&case.facts.ty, &values)) else { continue };
        let folded = |text: &str| text.trim().to_lowercase();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for (value, text) in values.iter().zip(output.as_string_view().iter().flatten()) {
            if let Some(other) = seen.insert(folded(text), folded(value))
                && other != folded(value)
            {
                broken.push(case.broken(&format!("{value:?} and {other:?} become {text:?} but for case")));
                break;
            }
        }
    }
    assert_none(broken);
}

#[test]
fn numbers_stay_in_their_bands_where_masks_say_so() {
    let mut broken = Vec::new();
    for case in all() {
        let Order::Bands { starts, fixed } = case.def.gives(&case.params, &case.facts).order else { continue };
        let values: Vec<i64> = [-40_000, -5, -1, 0, 1, 2, 7, 900, 16_384, 16_385, 32_767, 900_000, 900_001, 1 << 30]
            .into_iter()
            .chain(starts.iter().copied())
            .chain(fixed.iter().copied())
            .collect();
        let values = case.taken(
            values
                .iter()
                .map(ToString::to_string)
                .filter(|value| {
                    let number: i64 = value.parse().unwrap();
                    match case.kind() {
                        Kind::Int2 => i16::try_from(number).is_ok(),
                        Kind::Int4 => i32::try_from(number).is_ok(),
                        _ => true,
                    }
                })
                .collect(),
        );
        let Some(Ok(output)) = case.apply(&key(1), &array_of(&case.facts.ty, &values)) else { continue };
        for (value, masked) in values.iter().zip(printed(case.kind(), &output)) {
            let (value, masked): (i64, i64) = (value.parse().unwrap(), masked.parse().unwrap());
            let stays = starts.iter().all(|start| (value < *start) == (masked < *start));
            let is_fixed =
                fixed.contains(&value) == fixed.contains(&masked) && (!fixed.contains(&value) || value == masked);
            if !stays || !is_fixed {
                broken.push(case.broken(&format!("{value} becomes {masked}, outside its band")));
            }
        }
    }
    assert_none(broken);
}

#[test]
fn numbers_that_are_scaled_keep_their_sign() {
    let mut broken = Vec::new();
    for case in cases() {
        if case.def.gives(&case.params, &case.facts).order != Order::Scaled {
            continue;
        }
        let values: Vec<String> = ["-30000", "-7", "-1", "0", "1", "2", "99", "30000"].map(str::to_owned).to_vec();
        let Some(Ok(output)) = case.apply(&key(1), &array_of(&case.facts.ty, &values)) else { continue };
        for (value, masked) in values.iter().zip(printed(case.kind(), &output)) {
            let sign = |text: &str| text.parse::<f64>().unwrap().partial_cmp(&0.0);
            if sign(value) != sign(&masked) {
                broken.push(case.broken(&format!("{value} becomes {masked}")));
            }
        }
    }
    assert_none(broken);
}

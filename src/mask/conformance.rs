//! The laws of masks, held over the one list: what a definition promises is true for every kind it takes. A new mask
//! inherits them with its line in [`MASKS`]; what fails here names the mask, the kind and the law.
//!
//! What the laws are tried on is in [`cases`] and [`values`].

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, ListArray, StructArray, UInt8Array, UInt32Array, new_null_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{cast, concat, take};
use arrow::datatypes::{DataType, Date32Type, Field, Int64Type, TimestampMicrosecondType};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use self::cases::{Case, array, array_of, cases, encoded, facts, key, printed, read, ty, written};
use self::values::{plain, ugly};
use super::literal::KINDS;
use super::map::map_primitive;
use super::{Accepts, ColumnFacts, Effect, Equal, Input, MASKS, PerUse, Promise, Uniqueness};
use crate::batch::{Encoding, arrow_type};
use crate::chance;
use crate::key::RootKey;
use crate::schema::Kind;

mod cases;
mod gives;
mod values;

/// Values that every law but the two big ones looks at.
const FEW: usize = 300;
/// Values for the law of the other key: one equal output in a thousand shows.
const MANY: usize = 3000;
/// Values for the law of uniqueness. A million show no more: it is held by construction, and what breaks it breaks soon.
const UNIQUE: usize = 20_000;

/// Masks whose default gives so little choice that another key often comes to the same, with parameters that give more.
const WIDER: &[(&str, &str)] = &[("date_shift", "{within: 3000d}"), ("number_noise", "{within: 100%}")];

fn reversed(value: &ArrayRef) -> ArrayRef {
    let rows = u32::try_from(value.len()).unwrap();
    take(value, &UInt32Array::from_iter_values((0..rows).rev()), None).unwrap()
}

/// How many rows are equal, NULL and empty text not counted.
fn equal_rows(kind: &Kind, a: &ArrayRef, b: &ArrayRef) -> Vec<String> {
    let pairs = printed(kind, a).into_iter().zip(printed(kind, b));
    pairs.filter(|(a, b)| a == b && a != "\\N" && !a.is_empty()).map(|(a, _)| a).collect()
}

fn assert_none(broken: Vec<String>) {
    let count = broken.len();
    let shown: Vec<String> = broken.into_iter().take(30).collect();
    assert!(count == 0, "{count} broken:\n{}", shown.join("\n"));
}

#[test]
fn definitions_are_complete() {
    let mut broken = Vec::new();
    for pair in MASKS.windows(2) {
        if pair[0].name >= pair[1].name {
            broken.push(format!("mask `{}` does not stand before `{}`", pair[0].name, pair[1].name));
        }
    }
    for def in MASKS {
        let mut want = |holds: bool, law: &str| {
            if !holds {
                broken.push(format!("mask `{}`: {law}", def.name));
            }
        };
        want(def.name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_'), "its name is a word of a-z and _");
        want((def.effect == Effect::Kept) == (def.name == "keep"), "only `keep` keeps");
        want(
            !def.leaves.is_empty() && !def.leaves.ends_with('.'),
            "it says what can still be seen, without a full stop",
        );
        let one_to_one = def.promises.unique == Uniqueness::Yes && def.name != "keep";
        want((def.effect == Effect::Pseudonymised) == one_to_one, "what is one to one is pseudonymised, nothing else");
        let any = def.promises.equal == Equal::Any && def.name != "keep" && def.name != "choose";
        want((def.effect == Effect::Removed) == any, "what says nothing is removed");
        want(!def.summary.is_empty() && !def.summary.ends_with('.'), "its summary is one line without a full stop");
        want(def.manual.ends_with('.') && def.manual.len() > 80, "its manual is a paragraph");
        want(!def.examples.is_empty() || matches!(def.name, "keep" | "nullify"), "it has examples");
        for param in def.params {
            want(!param.summary.is_empty(), "its parameters have summaries");
            want(param.default.is_none() || !param.required, "what is required has no default");
        }
        want(def.params.windows(2).all(|pair| pair[0].name < pair[1].name), "its parameters are sorted");
        let optional = def.params.iter().all(|param| !param.required);
        // Reading no entries types every default.
        want(!optional || read(def, "").is_some(), "its defaults have their parameters' types");
        for example in def.examples {
            want(def.accepts.takes(example.kind), "it takes the kinds of its examples");
        }
        let takes = |accepts: Accepts| KINDS.iter().any(|kind| accepts.takes(kind));
        want(takes(def.accepts), "it takes something");
    }
    assert_none(broken);
}

#[test]
fn every_mask_can_be_tried() {
    let tried: BTreeSet<&str> = cases().iter().map(|case| case.def.name).collect();
    let names: BTreeSet<&str> = MASKS.iter().map(|def| def.name).collect();
    assert_eq!(tried, names, "a mask whose check refuses every sample is under no law");
}

#[test]
fn examples_come_out_as_written() {
    let mut example_key = [0; 32];
    for (byte, number) in example_key.iter_mut().zip(0..) {
        *byte = number;
    }
    let example_key = RootKey::new(example_key).domain("example");
    let mut broken = Vec::new();
    for def in MASKS {
        for example in def.examples {
            let kind = example.kind;
            let unique = def.promises.unique == Uniqueness::Yes;
            let Some(case) = Case::new(def, example.params, unique, facts(kind, None)) else {
                broken.push(format!("mask `{}`: its example {} is refused", def.name, example.params));
                continue;
            };
            let input = array_of(&case.facts.ty, &[example.input.to_owned()]);
            let output = match case.apply(&example_key, &input) {
                Some(Ok(output)) => printed(kind, &output).remove(0),
                Some(Err(error)) => error.reason.to_owned(),
                None => example.input.to_owned(),
            };
            if output != example.output {
                let law = format!("{} becomes {output}, not {}", example.input, example.output);
                broken.push(case.broken(&law));
            }
        }
    }
    assert_none(broken);
}

#[test]
fn same_key_same_output_in_any_order() {
    let mut broken = Vec::new();
    for case in cases() {
        let value = case.sample(FEW);
        let (Some(Ok(first)), Some(second)) = (case.apply(&key(1), &value), case.apply(&key(1), &value)) else {
            if case.looks() {
                broken.push(case.broken("values that it takes alone it takes together"));
            }
            continue;
        };
        if !case.def.promises.deterministic {
            continue;
        }
        if second.as_ref() != Ok(&first) {
            broken.push(case.broken("the same key gives the same output"));
        }
        if case.apply(&key(1), &reversed(&value)).unwrap().as_ref() != Ok(&reversed(&first)) {
            broken.push(case.broken("the order of rows does not matter"));
        }
        let (from, len) = (value.len() / 3, value.len() / 2);
        if case.apply(&key(1), &value.slice(from, len)).unwrap().map(|part| part.to_data())
            != Ok(first.slice(from, len).to_data())
        {
            broken.push(case.broken("a part of a batch is masked as in the whole"));
        }
    }
    assert_none(broken);
}

#[test]
fn another_key_changes_nearly_everything() {
    let mut broken = Vec::new();
    for mut case in cases() {
        let promises = case.def.promises;
        let few = matches!(case.kind(), Kind::Bool | Kind::Enum);
        // What makes values coarser asks no key.
        let keyless = promises.equal == Equal::Any || case.def.effect == Effect::Generalised;
        if !promises.deterministic || keyless || few || !case.looks() {
            continue;
        }
        if let Some((_, wider)) = WIDER.iter().find(|(name, _)| *name == case.def.name) {
            case.params = read(case.def, wider).unwrap();
        }
        let value = array_of(&case.facts.ty, &case.taken(plain(case.kind(), &[], MANY)));
        if value.len() < MANY / 20 {
            broken.push(case.broken("it takes some of the values of its kind"));
            continue;
        }
        let masked = |byte| case.apply(&key(byte), &value).unwrap().unwrap();
        let (a, b) = (printed(case.kind(), &masked(1)), printed(case.kind(), &masked(2)));
        let mut equal = a.iter().zip(&b).filter(|(a, b)| a == b).count() as f64;
        // Words drawn from a list meet by chance: as often as those of different rows do.
        for shift in [1, 7, 31, 101] {
            equal -= a.iter().zip(b.iter().cycle().skip(shift)).filter(|(a, b)| a == b).count() as f64 / 4.0;
        }
        let allowed = value.len() as f64 / 1000.0 + if promises.unique == Uniqueness::Yes { 3.0 } else { 12.0 };
        if equal > allowed {
            broken.push(case.broken(&format!("another key changes 99.9%; {equal} of {} are equal", value.len())));
        }
    }
    assert_none(broken);
}

#[test]
fn no_text_makes_a_mask_panic() {
    let mut runner = TestRunner::deterministic();
    let texts = (proptest::arbitrary::any::<String>(), "\\PC{0,60}", "[ -~]{0,40}", "[0-9+() .-]{0,24}");
    let mut values = Vec::new();
    for _ in 0..60 {
        let (a, b, c, d) = texts.new_tree(&mut runner).unwrap().current();
        values.extend([a, b, c, d]);
    }
    // The server holds no such character.
    values.iter_mut().for_each(|value| value.retain(|c| c != '\0'));
    values.extend(ugly(&Kind::Text, &[]));
    let mut broken = Vec::new();
    for def in MASKS.iter().filter(|def| def.accepts.takes(&Kind::Text)) {
        for max_chars in [None, Some(1), Some(3), Some(12)] {
            for written in written(def, &Kind::Text) {
                for unique in [false, true] {
                    let allowed = if unique { Uniqueness::No } else { Uniqueness::Yes };
                    if def.promises.unique == allowed {
                        continue;
                    }
                    let Some(case) = Case::new(def, written, unique, facts(&Kind::Text, max_chars)) else { continue };
                    for value in &values {
                        let cut: String =
                            value.chars().take(max_chars.map_or(usize::MAX, |max| max as usize)).collect();
                        let input = array_of(&case.facts.ty, std::slice::from_ref(&cut));
                        match catch_unwind(AssertUnwindSafe(|| case.apply(&key(1), &input))) {
                            Err(_) => broken.push(case.broken(&format!("{cut:?} makes it panic"))),
                            Ok(Some(Ok(output))) if !fits(&output, max_chars) => {
                                broken.push(case.broken(&format!("what {cut:?} becomes is too long")));
                            }
                            Ok(_) => {}
                        }
                    }
                }
            }
        }
    }
    assert_none(broken);
}

fn fits(texts: &ArrayRef, max_chars: Option<u32>) -> bool {
    let Some(max) = max_chars else { return true };
    texts.as_string_view().iter().flatten().all(|text| text.chars().count() <= max as usize)
}

#[test]
fn outputs_fit_their_columns() {
    let mut broken = Vec::new();
    let mut cases = cases();
    for def in MASKS.iter().filter(|def| def.accepts.takes(&Kind::Text)) {
        for max_chars in [1, 2, 5, 20] {
            for written in written(def, &Kind::Text) {
                let unique = def.promises.unique == Uniqueness::Yes;
                cases.extend(Case::new(def, written, unique, facts(&Kind::Text, Some(max_chars))));
            }
        }
    }
    for case in cases {
        let mut values = plain(case.kind(), &case.facts.ty.labels, FEW);
        values.extend(ugly(case.kind(), &case.facts.ty.labels));
        if let Some(max) = case.facts.max_chars {
            values.iter_mut().for_each(|value| *value = value.chars().take(max as usize).collect());
        }
        let values = case.taken(values);
        // Every third row is NULL.
        let rows: Vec<Option<&String>> = values.iter().flat_map(|value| [Some(value), Some(value), None]).collect();
        let input = array(&case.facts.ty, &rows);
        let Some(output) = case.apply(&key(1), &input) else { continue };
        let Ok(output) = output else {
            broken.push(case.broken("values that it takes alone it takes together"));
            continue;
        };
        broken.extend(misfit(&case, &input, &output).map(|law| case.broken(law)));
    }
    assert_none(broken);
}

fn misfit(case: &Case, input: &ArrayRef, output: &ArrayRef) -> Option<&'static str> {
    if input.len() != output.len() || input.data_type() != output.data_type() {
        return Some("the output has the input's length and type");
    }
    if case.looks() && (0..input.len()).any(|row| input.is_null(row) != output.is_null(row)) {
        return Some("NULL stays NULL, and nothing else becomes NULL");
    }
    let kind = case.kind();
    let labels = &case.facts.ty.labels;
    if let Some(texts) = output.as_string_view_opt() {
        let empty = |array: &ArrayRef, row| array.is_valid(row) && array.as_string_view().value(row).is_empty();
        if case.looks() && (0..input.len()).any(|row| empty(input, row) != empty(output, row)) {
            return Some("empty text stays empty, and nothing else becomes empty");
        }
        if !fits(output, case.facts.max_chars) {
            return Some("the output fits the column's length");
        }
        if texts.iter().flatten().any(|text| text.contains('\0')) {
            return Some("the output holds no character that the server refuses");
        }
        if *kind == Kind::Enum && !texts.iter().flatten().all(|text| labels.iter().any(|label| label == text)) {
            return Some("the output is one of the labels");
        }
        let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
        if matches!(kind, Kind::Json | Kind::Jsonb) && !texts.iter().flatten().all(is_json) {
            return Some("the output is JSON");
        }
    }
    let days = |days: i32| (-2_440_588..2_145_042_906).contains(&days) || days == i32::MIN || days == i32::MAX;
    let micros = |micros: i64| micros >= -210_866_803_200_000_000 || micros == i64::MIN;
    let in_range = match kind {
        Kind::Date => output.as_primitive::<Date32Type>().iter().flatten().all(days),
        Kind::Timestamp | Kind::TimestampTz => {
            output.as_primitive::<TimestampMicrosecondType>().iter().flatten().all(micros)
        }
        _ => true,
    };
    if !in_range || encoded(kind, output, Encoding::Binary).is_err() {
        return Some("the output is a value of its type");
    }
    None
}

#[test]
fn what_is_unique_stays_unique() {
    let mut broken = Vec::new();
    for case in cases() {
        let promised = match case.def.promises.unique {
            Uniqueness::Yes => true,
            Uniqueness::Option => case.params.unique,
            Uniqueness::No => false,
        };
        if !promised || !case.looks() || matches!(case.kind(), Kind::Bool | Kind::Enum) {
            continue;
        }
        let values = case.taken(values::distinct(case.kind(), UNIQUE));
        let Some(Ok(output)) = case.apply(&key(1), &array_of(&case.facts.ty, &values)) else {
            broken.push(case.broken("values that it takes alone it takes together"));
            continue;
        };
        let outputs = printed(case.kind(), &output);
        let mut seen = BTreeMap::new();
        for (value, output) in values.iter().zip(&outputs) {
            if let Some(other) = seen.insert(output, value) {
                broken.push(case.broken(&format!("{other} and {value} both become {output}")));
                break;
            }
        }
        if values.len() < UNIQUE / 20 {
            broken.push(case.broken("it takes some of the values of its kind"));
        }
    }
    assert_none(broken);
}

#[test]
fn never_means_never() {
    let mut broken = Vec::new();
    for case in cases().iter().filter(|case| case.def.promises.equal == Equal::Never) {
        let value = case.sample(MANY);
        let Some(Ok(output)) = case.apply(&key(1), &value) else { continue };
        let mut equal = equal_rows(case.kind(), &value, &output);
        // The infinities and empty bytes say nothing, as empty text.
        equal.retain(|value| !value.ends_with("infinity") && value != "\\x");
        if let Some(first) = equal.first() {
            broken.push(case.broken(&format!("it never returns its input, but {first:?} stays")));
        }
    }
    assert_none(broken);
}

#[test]
fn a_mask_that_does_nothing_is_caught() {
    let mut broken = Vec::new();
    for case in cases().iter().filter(|case| case.def.name != "keep") {
        let value = array_of(&case.facts.ty, &plain(case.kind(), &case.facts.ty.labels, FEW));
        let mut stayed = BTreeMap::new();
        let input = Input { value: &value, per: None };
        let held = Promise::of(case.def, &case.params, &case.facts).hold(input, &value, |value, chance| {
            stayed.insert(value, -chance.log2());
        });
        let bits = chance::stayed(value.len() as u64, stayed.len() as u64, stayed.values().sum());
        // Labels and truth values are all that such a column can hold.
        let all_stated = case.def.name == "choose" && matches!(case.kind(), Kind::Bool | Kind::Enum);
        if held.is_ok() && bits <= chance::BEYOND && !all_stated {
            broken.push(case.broken("values that pass through are caught"));
        }
    }
    assert_none(broken);
}

#[test]
fn what_stays_by_chance_is_not_taken_for_a_defect() {
    let mut broken = Vec::new();
    for case in cases() {
        let value = case.sample(MANY);
        let Some(Ok(output)) = case.apply(&key(1), &value) else { continue };
        let mut stayed = BTreeMap::new();
        let input = Input { value: &value, per: None };
        let held = Promise::of(case.def, &case.params, &case.facts).hold(input, &output, |value, chance| {
            stayed.insert(value, -chance.log2());
        });
        let bits = chance::stayed(value.len() as u64, stayed.len() as u64, stayed.values().sum());
        if held.is_err() || bits > chance::BEYOND {
            broken.push(case.broken(&format!("{} values stay: {bits} bits of surprise", stayed.len())));
        }
    }
    assert_none(broken);
}

#[test]
fn length_and_format_stay_where_promised() {
    let mut broken = Vec::new();
    let sort = |c: char| match c {
        _ if c.is_uppercase() => 'A',
        _ if c.is_lowercase() => 'a',
        _ if c.is_alphabetic() => 'l',
        _ if c.is_numeric() => '0',
        _ => c,
    };
    for case in cases().iter().filter(|case| *case.kind() == Kind::Text && case.looks()) {
        let promises = case.def.promises;
        if !promises.keeps_length && !promises.keeps_format {
            continue;
        }
        let value = array_of(&case.facts.ty, &case.taken(plain(&Kind::Text, &[], MANY)));
        let Some(Ok(output)) = case.apply(&key(1), &value) else { continue };
        for (a, b) in value.as_string_view().iter().flatten().zip(output.as_string_view().iter().flatten()) {
            if promises.keeps_length && a.chars().count() != b.chars().count() {
                broken.push(case.broken(&format!("it keeps the length, but {a:?} becomes {b:?}")));
                break;
            }
            if promises.keeps_format && !a.chars().map(sort).eq(b.chars().map(sort)) {
                broken.push(case.broken(&format!("it keeps the format, but {a:?} becomes {b:?}")));
                break;
            }
        }
    }
    assert_none(broken);
}

#[test]
fn elements_of_arrays_are_masked_as_scalars() {
    let mut broken = Vec::new();
    for case in cases().iter().filter(|case| case.looks()) {
        let kind = Kind::Array(Box::new(case.kind().clone()));
        if !case.def.accepts.takes(&kind) {
            broken.push(case.broken("what takes scalars takes arrays of them"));
            continue;
        }
        let elements = concat(&[&case.sample(30), &new_null_array(&arrow_type(case.kind()).unwrap(), 1)]).unwrap();
        let masked = case.apply(&key(1), &elements).unwrap().unwrap();
        // Rows: NULL, the first two, none, the rest.
        let count = i32::try_from(elements.len()).unwrap();
        let list = |values: &ArrayRef| -> ArrayRef {
            let field = Arc::new(Field::new("item", values.data_type().clone(), true));
            let offsets = OffsetBuffer::new(vec![0, 0, 2, 2, count].into());
            let nulls = vec![false, true, true, true].into();
            Arc::new(ListArray::new(field, offsets, values.clone(), Some(nulls)))
        };
        let facts = ColumnFacts { ty: ty(&kind, None), ..case.facts.clone() };
        let Some(lists) = Case::new(case.def, &case.written, case.params.unique, facts) else { continue };
        let output = lists.apply(&key(1), &list(&elements)).unwrap();
        if output.as_ref() != Ok(&list(&masked)) {
            broken.push(case.broken("elements of arrays are masked as scalars are"));
        }
    }
    assert_none(broken);
}

#[test]
fn bounds_of_ranges_do_not_cross() {
    let mut broken = Vec::new();
    for def in MASKS.iter().filter(|def| matches!(def.accepts, Accepts::ScalarsAndRanges(_))) {
        for kind in KINDS {
            let range = Kind::Range(Box::new(kind.clone()));
            if !def.accepts.takes(&range) || *kind == Kind::Time {
                continue;
            }
            let case = Case::new(def, "", false, facts(&range, None)).unwrap();
            let lower = array_of(&ty(kind, None), &plain(kind, &[], FEW));
            let rows = lower.len();
            // Bounds as near as the type has them; the last row has no lower bound and no subject.
            let upper = match lower.data_type() {
                DataType::Date32 => map_primitive::<Date32Type>(&lower, |_, day| Ok(day + 1)),
                _ => map_primitive::<TimestampMicrosecondType>(&lower, |_, micros| Ok(micros + 1)),
            }
            .unwrap();
            let lower = concat(&[&lower.slice(0, rows - 1), &new_null_array(lower.data_type(), 1)]).unwrap();
            let flags: ArrayRef = Arc::new(UInt8Array::from(vec![2; rows]));
            let DataType::Struct(fields) = arrow_type(&range).unwrap() else { unreachable!() };
            let value: ArrayRef =
                Arc::new(StructArray::new(fields, vec![lower.clone(), upper.clone(), flags.clone()], None));
            let subjects: ArrayRef =
                Arc::new(Int64Array::from_iter((0..rows as i64).map(|row| (row % 3 > 0).then_some(row))));
            for per in [None, Some(&subjects)] {
                let output = case.apply_per(&key(1), &value, per).unwrap().unwrap();
                let output = output.as_struct();
                let moved = |column: usize| cast(output.column(column), &DataType::Int64).unwrap();
                let by = arrow::compute::kernels::numeric::sub(&moved(1), &moved(0)).unwrap();
                let distance = by.as_primitive::<Int64Type>();
                if (0..rows - 1).any(|row| distance.value(row) != 1) || output.column(0).is_valid(rows - 1) {
                    broken.push(case.broken("both bounds of a range move alike"));
                }
                if output.column(1).slice(0, rows).to_data() == upper.to_data() || output.column(2) != &flags {
                    broken.push(case.broken("ranges move and keep their flags"));
                }
            }
        }
    }
    assert_none(broken);
}

#[test]
fn subjects_decide_where_they_are_named() {
    let mut broken = Vec::new();
    for case in cases().iter().filter(|case| case.def.promises.per == PerUse::Option && case.looks()) {
        // Some masks are unique only where no subject is named.
        let facts = ColumnFacts { per: Some(Kind::Int8), ..case.facts.clone() };
        let Some(case) = Case::new(case.def, &case.written, case.params.unique, facts) else { continue };
        // Without the extremes of the type: another subject may move them out of it.
        let value = array_of(&case.facts.ty, &case.taken(plain(case.kind(), &case.facts.ty.labels, FEW)));
        let rows = value.len();
        let masked =
            |per: Option<&ArrayRef>| case.apply_per(&key(1), &value, per).unwrap().map(|array| array.to_data());
        let subject = |number: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![Some(number); rows])) };
        let Ok(outputs) = (0..8).map(|number| masked(Some(&subject(number)))).collect::<Result<Vec<_>, _>>() else {
            broken.push(case.broken("what it takes without a subject it takes with one"));
            continue;
        };
        if outputs.iter().all(|output| *output == outputs[0]) {
            broken.push(case.broken("another subject gives another output"));
        }
        let nobody: ArrayRef = Arc::new(Int64Array::from(vec![None; rows]));
        if masked(Some(&nobody)) != masked(None) {
            broken.push(case.broken("where the subject is NULL the value itself decides"));
        }
    }
    assert_none(broken);
}

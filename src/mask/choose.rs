//! `choose`: a value from a list, drawn by key from the original. Preserves NULL, emptiness and, with weights, how often
//! each value occurs; destroys everything else.

use arrow::array::ArrayRef;

use super::draw::Draw;
use super::literal::{KINDS, Literals};
use super::params::{ParamDef, ParamKind};
use super::seeds::Seeds;
use super::{
    Accepts, Built, ColumnFacts, Effect, Equal, Example, Gives, Input, Mask, MaskDef, MaskError, Params, PerUse,
    Problem, Promises,
};
use crate::key::DomainKey;
use crate::schema::Kind;

pub(super) static CHOOSE: MaskDef = MaskDef {
    name: "choose",
    summary: "a value from a list, drawn by key",
    effect: Effect::Synthetic,
    leaves: "which values are equal: a frequent value shows as a frequent one",
    manual: "Draws a value from `from: [a, b]`, each equally likely, or from `weights: {a: 3, b: 1}`, where a is drawn \
             three times as often as b; on an enum column without either, from all its labels. The draw is decided by \
             the key and the original: equal originals get equal values, and with few different originals the \
             frequencies are far from the weights. For a draw per row name a column that differs from row to row: \
             `per: id`. A value may be drawn for itself. NULL stays NULL, empty text stays empty; the values are read \
             as the column's type, as `constant` does.",
    accepts: Accepts::Scalars(KINDS),
    params: &[
        ParamDef {
            name: "from",
            kind: ParamKind::Texts,
            default: None,
            required: false,
            summary: "the values, each equally likely",
        },
        ParamDef {
            name: "weights",
            kind: ParamKind::Weights,
            default: None,
            required: false,
            summary: "the values and how often each is drawn",
        },
    ],
    promises: Promises {
        equal: Equal::Any,
        per: PerUse::Option,
        gives: |params, facts| {
            let options = options(params, facts).into_iter().map(|(text, _)| text.to_owned()).collect();
            Gives { one_of: Some(options), ..Gives::default() }
        },
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Text, params: "{from: [red, green, blue]}", input: "#ff7f50", output: "blue" },
        Example { kind: &Kind::Int2, params: "{weights: {1: 3, 2: 1}}", input: "7", output: "1" },
    ],
    check: |params, facts| {
        if !params.texts("from").is_empty() && !params.weights("weights").is_empty() {
            return vec![Problem::param("weights", "`from` and `weights` exclude each other")];
        }
        if options(params, facts).is_empty() {
            return vec![Problem::rule(
                "`choose` needs something to choose from",
                "add `from: [a, b]` or `weights: {a: 3, b: 1}`",
            )];
        }
        match Literals::read(options(params, facts).iter().map(|(text, _)| *text), facts) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes.into_iter().map(|mistake| Problem::param(named(params), mistake)).collect(),
        }
    },
    build: |params, facts, key| {
        let options = options(params, facts);
        match Literals::read(options.iter().map(|(text, _)| *text), facts) {
            Ok(literals) => {
                let weights = (0..).zip(options).map(|(index, (_, weight))| (index, weight)).collect();
                Built::Mask(Box::new(Choose { key: key.purpose("choose"), literals, weights }))
            }
            Err(_) => unreachable!("check read the values"),
        }
    },
};

/// The parameter that named the values.
fn named(params: &Params) -> &'static str {
    if params.weights("weights").is_empty() { "from" } else { "weights" }
}

/// The values and their weights; an enum's labels where the rule names none.
fn options<'a>(params: &'a Params, facts: &'a ColumnFacts) -> Vec<(&'a str, f64)> {
    let weights = params.weights("weights");
    if !weights.is_empty() {
        return weights.iter().map(|(text, weight)| (text.as_str(), *weight)).collect();
    }
    let from = params.texts("from");
    let from = if from.is_empty() { &facts.ty.labels } else { from };
    from.iter().map(|text| (text.as_str(), 1.0)).collect()
}

struct Choose {
    key: DomainKey,
    literals: Literals,
    weights: Vec<(usize, f64)>,
}

impl Mask for Choose {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut seeds = Seeds::new(&self.key, input.value.len());
        self.literals.write(input, |row| Ok(*Draw::new(seeds.of_input(row, input)).weighted(&self.weights)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, BooleanArray, Int64Array};

    use super::*;
    use crate::mask::tried::{column, mask_array, mask_texts, read_params};

    fn numbered(count: usize) -> Vec<String> {
        (0..count).map(|n| n.to_string()).collect()
    }

    #[test]
    fn values_are_drawn_as_often_as_their_weights_say() {
        let texts = numbered(20_000);
        let from = mask_texts(&CHOOSE, "from: a b", &column(None, false), &texts);
        let a = from.iter().filter(|text| *text == "a").count();
        assert!(a.abs_diff(10_000) < 430, "{a}");
        assert!(from.iter().all(|text| ["a", "b"].contains(&text.as_str())));
        let weighted = mask_texts(&CHOOSE, "{weights: {a: 3, b: 1}}", &column(None, false), &texts);
        let a = weighted.iter().filter(|text| *text == "a").count();
        assert!(a.abs_diff(15_000) < 370, "{a}");
    }

    #[test]
    fn an_enums_labels_need_no_list() {
        let mut facts = column(None, false);
        facts.ty.kind = Kind::Enum;
        facts.ty.labels = ["new", "paid", "sent"].map(str::to_owned).to_vec();
        let out = mask_texts(&CHOOSE, "", &facts, &numbered(100));
        for label in &facts.ty.labels {
            assert!(out.contains(label));
        }
        let problems = (CHOOSE.check)(&Params::default(), &column(None, false));
        assert_eq!(problems.len(), 1);
        for bad in ["{from: [new, lost]}", "{weights: {lost: 1}}", "{from: [new], weights: {paid: 1}}"] {
            assert_eq!((CHOOSE.check)(&read_params(&CHOOSE, bad).unwrap(), &facts).len(), 1, "{bad}");
        }
    }

    #[test]
    fn booleans_differ_by_value_and_per_decides_where_there_is_one() {
        let mut facts = column(None, false);
        facts.ty.kind = Kind::Bool;
        let values: ArrayRef = Arc::new(BooleanArray::from(vec![true; 64]));
        let same = mask_array(&CHOOSE, "from: true false", &facts, &values, None);
        assert!([0, 64].contains(&same.as_boolean().true_count()));
        let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..64));
        let drawn = mask_array(&CHOOSE, "from: true false", &facts, &values, Some(&ids));
        assert!((10..54).contains(&drawn.as_boolean().true_count()));
        let mixed: ArrayRef = Arc::new(BooleanArray::from((0..64).map(|n| n % 2 == 0).collect::<Vec<_>>()));
        let by_id = mask_array(&CHOOSE, "from: true false", &facts, &mixed, Some(&ids));
        assert_eq!(by_id.as_boolean(), drawn.as_boolean());
    }
}

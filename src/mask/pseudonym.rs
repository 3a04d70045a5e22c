//! `pseudonym`: a tag that stands for the value wherever it occurs, unreadable on purpose. Preserves which values are
//! equal and which are not, and so joins and uniqueness; destroys everything else, in short columns all but the length.

use std::borrow::Cow;

use arrow::array::ArrayRef;

use super::handle::{TAG_CHARS, push_base32};
use super::map::map_text;
use super::params::{ParamDef, ParamKind};
use super::pattern;
use super::places::Alphabet;
use super::{
    Accepts, Built, ColumnFacts, Effect, Example, Gives, Input, Length, Mask, MaskDef, MaskError, Params, Problem,
    Promises, Uniqueness, small,
};
use crate::key::{DomainKey, TAG};
use crate::schema::Kind;

pub(super) static PSEUDONYM: MaskDef = MaskDef {
    name: "pseudonym",
    summary: "a unique tag such as `k3f7q2mzxw6ytboi`, for codes and text keys",
    effect: Effect::Pseudonymised,
    leaves: "which values are equal",
    manual: "A value becomes 16 characters of lower-case base32, 80 bits of a keyed function: equal values get equal \
             tags in every column of the domain, and different values different ones (among 10^9 values two tags are \
             equal with a probability below 10^-6). `length: 26` makes longer tags, `prefix: cust_` writes something \
             in front of all. Where a column of the domain holds fewer than 16 characters the value itself is \
             permuted instead, among the texts of its length over `0-9 A-Z a-z - _` (citext: without capitals): \
             unique by construction, but of its own length, now and then itself, and with one or two characters easy \
             to list, which `small: true` accepts. A value with other characters then stops the run: use `pattern` for such columns. Values that \
             differ in the case of ASCII letters are one in citext. To keep a code's look use `pattern` or `digits`.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[
        ParamDef {
            name: "length",
            kind: ParamKind::Integer,
            default: Some("16"),
            required: false,
            summary: "characters of the tag, 16 to 52 (80 to 256 bits)",
        },
        ParamDef {
            name: "prefix",
            kind: ParamKind::Text,
            default: None,
            required: false,
            summary: "what stands in front of every tag",
        },
        small::PARAM,
    ],
    promises: Promises { unique: Uniqueness::Yes, gives, stays: |_, _, value| pattern::stays(value), ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "ALFKI", output: "ic6bc6fr4wln3vhd" },
        Example {
            kind: &Kind::Text,
            params: "{prefix: cust_, length: 20}",
            input: "ALFKI",
            output: "cust_ic6bc6fr4wln3vhdwt3v",
        },
    ],
    check: |params, facts| {
        let length = params.integer("length").unwrap_or_default();
        if !(16..=52).contains(&length) {
            return vec![Problem::param("length", "`length` is from 16 to 52")];
        }
        let prefix = params.text("prefix").unwrap_or_default();
        if prefix.contains('\0') {
            return vec![Problem::param("prefix", "`prefix` holds U+0000, which PostgreSQL cannot store")];
        }
        let needed = prefix.chars().count() + tag_chars(params);
        match facts.max_chars {
            Some(max) if (max as usize) < needed => {
                let message = format!("a tag with its prefix takes {needed} characters, the column holds {max}");
                match (params.span("prefix"), params.span("length")) {
                    (Some(_), _) => vec![Problem::param("prefix", message)],
                    (None, Some(_)) => vec![Problem::param("length", message)],
                    // Short columns are permuted.
                    (None, None) => {
                        // Some dozens of characters.
                        let alphabet = if facts.folds { SMALL } else { ALL }.len() as u32;
                        let size = small::texts(alphabet, Some(max)).unwrap_or(u128::MAX);
                        small::problem(params, &format!("texts of {max} characters"), size).into_iter().collect()
                    }
                }
            }
            _ => Vec::new(),
        }
    },
    build: |params, facts, key| {
        let prefix = params.text("prefix").unwrap_or_default().to_owned();
        let folds = facts.folds;
        if is_short(facts) {
            let alphabet = Alphabet::new(if folds { SMALL } else { ALL });
            return Built::Mask(Box::new(Permuted { key: key.purpose("pseudonym, short"), alphabet, folds }));
        }
        let (key, longer) = (key.purpose("pseudonym"), key.purpose("pseudonym, second half"));
        Built::Mask(Box::new(Tagged { key, longer, prefix, chars: tag_chars(params), folds }))
    },
};

fn gives(params: &Params, facts: &ColumnFacts) -> Gives {
    if is_short(facts) {
        let apart_when_folded = facts.folds;
        return Gives {
            length: Length::Kept,
            apart_when_folded,
            solid: true,
            form: Some("[A-Za-z0-9_-]+"),
            ..Gives::default()
        };
    }
    let prefix = params.text("prefix").unwrap_or_default();
    // A prefix is part of a rule file, which is no longer than 5 MB.
    let chars = (prefix.chars().count() + tag_chars(params)) as u32;
    Gives {
        length: Length::Between(chars, Some(chars)),
        apart_when_folded: true,
        vast: true,
        solid: !prefix.starts_with(char::is_whitespace),
        form: prefix.is_empty().then_some("[a-z2-7]+"),
        ..Gives::default()
    }
}

/// Whether values are permuted because tags find no room.
fn is_short(facts: &ColumnFacts) -> bool {
    facts.max_chars.is_some_and(|max| (max as usize) < TAG_CHARS)
}

/// What short values are permuted over.
const ALL: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/// The same where capitals do not tell values apart.
const SMALL: &str = "0123456789abcdefghijklmnopqrstuvwxyz-_";

fn tag_chars(params: &Params) -> usize {
    params.integer("length").and_then(|length| usize::try_from(length).ok()).unwrap_or(TAG_CHARS)
}

fn folded(value: &str, folds: bool) -> Cow<'_, str> {
    if folds { Cow::Owned(value.to_ascii_lowercase()) } else { Cow::Borrowed(value) }
}

struct Tagged {
    key: DomainKey,
    /// Where one output has too few bits.
    longer: DomainKey,
    prefix: String,
    chars: usize,
    folds: bool,
}

impl Mask for Tagged {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        map_text(input.value, |_, value, out| {
            out.push_str(&self.prefix);
            let value = folded(value, self.folds);
            let mut bits = self.key.prf(&[value.as_bytes()]).to_vec();
            if self.chars * 5 > 8 * TAG {
                bits.extend(self.longer.prf(&[value.as_bytes()]));
            }
            push_base32(&bits, self.chars, out);
            Ok(())
        })
    }
}

struct Permuted {
    key: DomainKey,
    alphabet: Alphabet,
    folds: bool,
}

impl Mask for Permuted {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        map_text(input.value, |_, value, out| match self.alphabet.permute(&self.key, &folded(value, self.folds), out) {
            true => Ok(()),
            false => Err("in a column this short `pseudonym` takes ASCII letters, digits, - and _ only; use `pattern`"),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use arrow::array::StringViewArray;

    use super::*;
    use crate::mask::tried::{column, example_key, mask_texts, read_params};

    #[test]
    fn tags_have_their_length_and_prefix_whatever_the_value() {
        let inputs = ["a", "é", "日本語", "💥", "a value of some length, indeed a long one"].map(str::to_owned);
        for (params, pattern) in [
            ("", "^[a-z2-7]{16}$"),
            ("{length: 52}", "^[a-z2-7]{52}$"),
            ("{length: 17, prefix: ü-}", "^ü-[a-z2-7]{17}$"),
        ] {
            let pattern = regex_lite::Regex::new(pattern).unwrap();
            let outputs = mask_texts(&PSEUDONYM, params, &column(Some(200), true), &inputs);
            assert!(outputs.iter().all(|tag| pattern.is_match(tag)), "{outputs:?}");
            assert_eq!(outputs.iter().collect::<BTreeSet<_>>().len(), inputs.len());
        }
    }

    #[test]
    fn short_columns_are_permuted() {
        let facts = column(Some(3), true);
        let inputs: Vec<String> = (0..4000).map(|n| format!("{n:x}")).collect();
        let outputs = mask_texts(&PSEUDONYM, "", &facts, &inputs);
        assert_eq!(outputs.iter().collect::<BTreeSet<_>>().len(), inputs.len());
        assert!(inputs.iter().zip(&outputs).all(|(a, b)| a.len() == b.len()));
        let Built::Mask(mask) = (PSEUDONYM.build)(&Params::default(), &facts, &example_key()) else { panic!() };
        let input: ArrayRef = Arc::new(StringViewArray::from(vec![None, Some(""), Some("é")]));
        assert_eq!(mask.apply(Input { value: &input, per: None }).unwrap_err().row, 2);
    }

    #[test]
    fn citext_values_are_told_apart_without_case() {
        for max in [None, Some(15)] {
            let mut facts = column(max, true);
            facts.folds = true;
            let outputs = mask_texts(&PSEUDONYM, "", &facts, &["AbC", "abc", "abd"].map(str::to_owned));
            assert_eq!(outputs[0], outputs[1]);
            assert_ne!(outputs[0].to_lowercase(), outputs[2].to_lowercase());
        }
    }

    #[test]
    fn tags_that_do_not_fit_are_found_when_planning() {
        let problems = |params: &str, max| {
            let params = read_params(&PSEUDONYM, params).unwrap();
            (PSEUDONYM.check)(&params, &column(max, true)).into_iter().map(|problem| problem.param).collect::<Vec<_>>()
        };
        assert_eq!(problems("", Some(3)), []);
        assert_eq!(problems("{length: 16}", Some(15)), [Some("length")]);
        assert_eq!(problems("{prefix: abc}", Some(18)), [Some("prefix")]);
        assert_eq!(problems("{prefix: abc}", Some(19)), []);
        assert_eq!(problems("{prefix: a}", Some(3)), [Some("prefix")]);
        for length in [-1, 0, 15, 53] {
            assert_eq!(problems(&format!("{{length: {length}}}"), None), [Some("length")]);
        }
    }
}

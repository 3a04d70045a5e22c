//! `username`: a login name of a made-up person. Preserves the mark that joined words, if any; destroys the name, its
//! script and its length.

use arrow::array::ArrayRef;

use super::handle::{TAG_CHARS, Tags};
use super::locale;
use super::persona::{Length, Wanted, Wording};
use super::{
    Accepts, Built, Effect, Equal, Example, Gives, Input, Mask, MaskDef, MaskError, PerUse, Problem, Promises,
    Uniqueness,
};
use crate::schema::Kind;

/// What every login name matches.
const FORM: &str = "[a-z0-9]+([._-][a-z0-9]+)?";

pub(super) static USERNAME: MaskDef = MaskDef {
    name: "username",
    summary: "a login name made of another person's name",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the sign that joins the words",
    manual: "Lower-case ASCII letters and digits, such as `msmith482`, made of the name of a person made up by key; a \
             `.`, `_` or `-` of the value joins the words. The same value gives the same login name, and never its \
             own. With `per: id` the name agrees with `first_name`, `last_name`, `person_name` and `email` of the same \
             subject. Different values may get one login name; with `unique: true`, or in a column that is unique, it \
             ends in 16 characters that are different for every value (80 bits of a keyed function), which needs room \
             for 16 characters.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[locale::PARAM],
    promises: Promises {
        unique: Uniqueness::Option,
        equal: Equal::Never,
        per: PerUse::Option,
        gives: |params, facts| {
            let unique = params.unique || facts.unique;
            let fitting = Gives::fitting(params, facts);
            Gives { apart_when_folded: unique, vast: unique, solid: true, form: Some(FORM), ..fitting }
        },
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "msmith", output: "margiebode19" },
        Example { kind: &Kind::Text, params: "", input: "mary.smith", output: "serenity.ortiz43" },
    ],
    check: |params, facts| {
        let room = facts.max_chars.map_or(usize::MAX, |max| max as usize);
        if (params.unique || facts.unique) && room < TAG_CHARS {
            let help = "use `pseudonym` or `pattern`, or widen the column";
            return vec![Problem::rule(format!("a unique user name takes {TAG_CHARS} characters"), help)];
        }
        Vec::new()
    },
    build: |params, facts, key| {
        let wording = Wording::new(params, facts, key, "persona").in_own_case();
        let max_chars = facts.max_chars.map_or(usize::MAX, |max| max as usize);
        Built::Mask(Box::new(Username { wording, tags: Tags::new(params, facts, key), max_chars }))
    },
};

struct Username {
    wording: Wording,
    tags: Option<Tags>,
    max_chars: usize,
}

impl Mask for Username {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut tags = self.tags.as_ref().map(|tags| tags.of(input.value));
        self.wording.map(input, |draw, persona, Wanted { row, value, length }, out| {
            let joint = value.chars().find(|c| ['.', '_', '-'].contains(c));
            if let Some(tags) = &mut tags {
                persona.first.write_handle(out);
                out.push(joint.unwrap_or('_'));
                if out.len() > self.max_chars.saturating_sub(TAG_CHARS) {
                    out.clear();
                }
                return out.push_block(&tags.tag(row), TAG_CHARS);
            }
            let digits = match length {
                Length::Full => {
                    persona.first.write_handle(out);
                    joint.into_iter().for_each(|joint| out.push(joint));
                    persona.last.write_handle(out);
                    10 + draw.below(90)
                }
                Length::Short => {
                    out.push(persona.first.initial());
                    persona.last.write_handle(out);
                    10 + draw.below(990)
                }
                Length::Shortest => {
                    out.push(persona.first.initial());
                    out.push(persona.last.initial());
                    100 + draw.below(999_900)
                }
            };
            out.push_number(digits);
        })
    }
}

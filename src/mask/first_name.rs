//! `first_name`: another given name. Preserves the script and the use of capitals; destroys the name, its length, its
//! gender and whether there were several.

use arrow::array::ArrayRef;

use super::locale;
use super::persona::Wording;
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, PerUse, Promises};
use crate::schema::Kind;

pub(super) static FIRST_NAME: MaskDef = MaskDef {
    name: "first_name",
    summary: "another given name",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the script and the use of capitals",
    manual: "A given name of the crate `fake`, drawn by key: the same value gives the same name, and never its own. \
             Capitals (`MARY`, `mary`) and the script stay; length, gender and the number of names do not, and it says \
             nothing about how rare a name was. With `per: id` it agrees with `last_name`, `person_name`, `email` and \
             `username` of the same subject, where their rules name the same `per:` and `locale`. Without `locale` the script of the value decides: Cyrillic is answered in Russian, \
             Greek, Hebrew, Arabic, Persian, Devanagari, Han, kana and Hangul in their languages, everything else in \
             English. Names that a \
             column has no room for are drawn again, at last cut.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[locale::PARAM],
    promises: Promises { equal: Equal::Never, per: PerUse::Option, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "Mary", output: "Antwan" },
        Example { kind: &Kind::Text, params: "", input: "MARY", output: "ANTWAN" },
        Example { kind: &Kind::Text, params: "", input: "Светлана", output: "Роман" },
    ],
    check: |_, _| Vec::new(),
    build: |params, facts, key| Built::Mask(Box::new(FirstName(Wording::new(params, facts, key, "persona")))),
};

struct FirstName(Wording);

impl Mask for FirstName {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        self.0.map(input, |_, persona, _, out| persona.first.write(out))
    }
}

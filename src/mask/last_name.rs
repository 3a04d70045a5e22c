//! `last_name`: another family name. Preserves the script and the use of capitals; destroys the name, its length and its
//! particles.

use arrow::array::ArrayRef;

use super::locale;
use super::persona::Wording;
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, PerUse, Promises};
use crate::schema::Kind;

pub(super) static LAST_NAME: MaskDef = MaskDef {
    name: "last_name",
    summary: "another family name",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the script and the use of capitals",
    manual: "A family name of the crate `fake`, drawn by key: the same value gives the same name, so members of a \
             family share it still, and never its own. Capitals (`SMITH`, `smith`) and the script stay; length and \
             particles do not. With `per: id` it agrees with `first_name`, `person_name`, `email` and `username` of the \
             same subject, where their rules name the same `per:` and `locale`. Without `locale` the script of the value decides: Cyrillic is answered in Russian, \
             Greek, Hebrew, Arabic, Persian, Devanagari, Han, kana and Hangul in their languages, everything else in \
             English. Names that a column has no room \
             for are drawn again, at last cut.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[locale::PARAM],
    promises: Promises { equal: Equal::Never, per: PerUse::Option, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "Smith", output: "Waters" },
        Example { kind: &Kind::Text, params: "", input: "smith", output: "waters" },
    ],
    check: |_, _| Vec::new(),
    build: |params, facts, key| Built::Mask(Box::new(LastName(Wording::new(params, facts, key, "persona")))),
};

struct LastName(Wording);

impl Mask for LastName {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        self.0.map(input, |_, persona, _, out| persona.last.write(out))
    }
}

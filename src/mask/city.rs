//! `city`: another town, made of a family name and what towns end or begin with. Preserves the script and the use of
//! capitals; destroys where it lies, its size and its length.

use arrow::array::ArrayRef;

use super::locale;
use super::persona::{Length, Wording};
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, PerUse, Promises};
use crate::schema::Kind;

pub(super) static CITY: MaskDef = MaskDef {
    name: "city",
    summary: "a town that does not exist, as far as chance goes",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the script and the use of capitals",
    manual: "A town's name made of a family name and what towns of the language end or begin with. The same value gives \
             the same town, never its own; where a town lies, how large it is and its length are lost. With `per: id` \
             all towns of one subject are one. Without `locale` the script of the value decides: Cyrillic is answered in Russian, \
             Greek, Hebrew, Arabic, Persian, Devanagari, Han, kana and Hangul in their languages, everything else in \
             English.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[locale::PARAM],
    promises: Promises { equal: Equal::Never, per: PerUse::Option, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "Berlin", output: "Hackettfort" },
        Example { kind: &Kind::Text, params: "", input: "LONDON", output: "NIENOWMOUTH" },
    ],
    check: |_, _| Vec::new(),
    build: |params, facts, key| Built::Mask(Box::new(City(Wording::new(params, facts, key, "city")))),
};

struct City(Wording);

impl Mask for City {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        self.0.map(input, |draw, persona, wanted, out| match wanted.length {
            Length::Full => persona.locale.city.write(draw, persona.last.text(), out),
            _ => persona.last.write(out),
        })
    }
}

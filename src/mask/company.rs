//! `company`: another company, made of one or two family names and a legal form. Preserves the script and the use of
//! capitals; destroys the name, the legal form and the trade.

use arrow::array::ArrayRef;

use super::locale;
use super::persona::{Length, Wording};
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, PerUse, Promises};
use crate::schema::Kind;

pub(super) static COMPANY: MaskDef = MaskDef {
    name: "company",
    summary: "another company name",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the script and the use of capitals",
    manual: "A company's name made of one or two family names and a legal form or the like of the language. The same \
             value gives the same company, never its own; its trade and legal form are lost. With `per: id` all \
             companies of one subject are one. Without `locale` the script of the value decides: Cyrillic is answered in Russian, \
             Greek, Hebrew, Arabic, Persian, Devanagari, Han, kana and Hangul in their languages, everything else in \
             English.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[locale::PARAM],
    promises: Promises { equal: Equal::Never, per: PerUse::Option, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "Alfreds Futterkiste", output: "Rath-Reichert Inc" },
        Example {
            kind: &Kind::Text, params: "", input: "ООО Ромашка", output: "АО Левченко-Дубко"
        },
    ],
    check: |_, _| Vec::new(),
    build: |params, facts, key| Built::Mask(Box::new(Company(Wording::new(params, facts, key, "company")))),
};

struct Company(Wording);

impl Mask for Company {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        self.0.map(input, |draw, persona, wanted, out| {
            if wanted.length != Length::Full {
                return persona.last.write(out);
            }
            let second = persona.locale.last(draw).text();
            if draw.chance(0.3) && !persona.locale.family_first && !persona.last.text().contains('-') {
                let both = [persona.last.text(), second].join("-");
                return persona.locale.company.write(draw, &both, out);
            }
            persona.locale.company.write(draw, persona.last.text(), out);
        })
    }
}

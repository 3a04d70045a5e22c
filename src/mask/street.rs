//! `street`: another street. Preserves whether there is a house number and on which side, the script and the use of
//! capitals; destroys the street, the number, flats and further lines.

use arrow::array::ArrayRef;

use super::locale;
use super::persona::{Length, Wanted, Wording};
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, PerUse, Promises};
use crate::schema::Kind;

pub(super) static STREET: MaskDef = MaskDef {
    name: "street",
    summary: "another street, with a house number where there was one",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the script, and whether there was a house number",
    manual: "A street's name made of a family name and what streets of the language end or begin with. A value that \
             begins with a digit gets its house number first, one with a digit elsewhere gets it last, others get none. \
             The same value gives the same address, never its own; several lines become one, and flats and floors are \
             lost. With `per: id` all streets of one subject are one. Without `locale` the script of the value decides: Cyrillic is answered in Russian, \
             Greek, Hebrew, Arabic, Persian, Devanagari, Han, kana and Hangul in their languages, everything else in \
             English.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[locale::PARAM],
    promises: Promises { equal: Equal::Never, per: PerUse::Option, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "Obere Str. 57", output: "Turner Orchard 10" },
        Example { kind: &Kind::Text, params: "", input: "120 Hanover Sq.", output: "46 Feest Spurs" },
        Example {
            kind: &Kind::Text, params: "", input: "ул. Ленина 5", output: "проспект Седых 182"
        },
    ],
    check: |_, _| Vec::new(),
    build: |params, facts, key| Built::Mask(Box::new(Street(Wording::new(params, facts, key, "street")))),
};

struct Street(Wording);

impl Mask for Street {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        self.0.map(input, |draw, persona, Wanted { value, length, .. }, out| {
            // Three digits at the most, low numbers more often than high ones.
            let highest = *draw.pick(&[30, 100, 300]);
            let number = 1 + draw.below(highest);
            let first = value.trim_start().starts_with(char::is_numeric);
            let last = !first && value.contains(char::is_numeric) && length != Length::Shortest;
            if first && length != Length::Shortest {
                out.push_number(number);
                out.push(' ');
            }
            match length {
                Length::Full => persona.locale.street.write(draw, persona.last.text(), out),
                _ => persona.last.write(out),
            }
            if last {
                out.push(' ');
                out.push_number(number);
            }
        })
    }
}

//! `person_name`: another given and family name. Preserves the script, the use of capitals and a comma that puts the family
//! name first; destroys names, titles, middle names, length and gender.

use arrow::array::ArrayRef;

use super::locale;
use super::persona::{Length, Wanted, Wording};
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, PerUse, Promises};
use crate::schema::Kind;

pub(super) static PERSON_NAME: MaskDef = MaskDef {
    name: "person_name",
    summary: "another given and family name",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the script and the use of capitals",
    manual: "The given and family name of a person made up by key: the same value gives the same person, who never \
             shares a name with the original. Capitals, the script and `Family, Given` with a comma stay; titles, middle \
             names, length and gender do not. With `per: id` it agrees with `first_name`, `last_name`, `email` and \
             `username` of the same subject, where their rules name the same `per:` and `locale`. Without `locale` the script of the value decides: Cyrillic is answered in Russian, \
             Greek, Hebrew, Arabic, Persian, Devanagari, Han, kana and Hangul in their languages, everything else in \
             English. Where a column \
             has no room the given name is abbreviated, then left out.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[locale::PARAM],
    promises: Promises { equal: Equal::Never, per: PerUse::Option, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "Maria Anders", output: "Patience O'Reilly" },
        Example { kind: &Kind::Text, params: "", input: "Anders, Maria", output: "Fadel, Jeffrey" },
        Example { kind: &Kind::Text, params: "", input: "佐藤 太郎", output: "渡部 蒼士" },
    ],
    check: |_, _| Vec::new(),
    build: |params, facts, key| Built::Mask(Box::new(PersonName(Wording::new(params, facts, key, "persona")))),
};

struct PersonName(Wording);

impl Mask for PersonName {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        self.0.map(input, |_, persona, Wanted { value, length, .. }, out| {
            let (first, last) = (persona.first, persona.last);
            if persona.locale.family_first {
                last.write(out);
                if value.trim().contains(char::is_whitespace) {
                    out.push(' ');
                }
                first.write(out);
                return;
            }
            // All of them looked at: short as names are, that is cheaper than to stop.
            let comma = value.bytes().fold(false, |comma, byte| comma | (byte == b','));
            if comma && length != Length::Shortest {
                last.write(out);
                out.push_str(", ");
            }
            match length {
                Length::Full => first.write(out),
                Length::Short => {
                    first.text().chars().next().into_iter().for_each(|initial| out.push(initial));
                    out.push('.');
                }
                Length::Shortest => return last.write(out),
            }
            if !comma {
                out.push(' ');
                last.write(out);
            }
        })
    }
}

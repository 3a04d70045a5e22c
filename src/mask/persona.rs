//! Personas: the made-up person that stands for a subject, and the loop of every mask that writes one in words.
//!
//! A subject is the column's own value or, where the rule says `per: COLUMN`, that column's value of the same row. The
//! generator of a subject is seeded from the keyed PRF, and its first draws are language, given name and family name: so
//! `person_name`, `first_name`, `last_name`, `email` and `username` of one subject agree. For that, all of them have to
//! be built with one key: `plan` hands a mask whose definition says [`super::PerUse::Option`] the key of the domain of
//! the column that `per:` names, when the rule says `per:`; and their rules have to name the same languages.
//!
//! A persona that is mentioned in the value it would replace, or whose words do not fit, is drawn again: then, for this
//! one value, the columns of the subject may disagree. Nothing else here depends on the value.

use std::ops::Range;

use arrow::array::ArrayRef;

use super::draw::{Draw, draw_from};
use super::line::Line;
use super::locale::{Locale, Locales, Name};
use super::map::map_lines;
use super::seeds::{BEHIND, Seeds};
use super::style::{Style, begin_differently, cut, same};
use super::{ColumnFacts, Input, MaskError, Params};
use crate::key::DomainKey;

/// Draws within one attempt of [`draw_from`].
const DRAWS: usize = 16;

/// Attempts after which a persona may be mentioned in the value: only texts that hold hundreds of names get there.
const ATTEMPTS_UNMENTIONED: u32 = 8;

/// A made-up person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Persona {
    /// Its language.
    pub(super) locale: &'static Locale,
    /// Given name.
    pub(super) first: &'static Name,
    /// Family name.
    pub(super) last: &'static Name,
}

impl Persona {
    fn draw(draw: &mut Draw, locales: &Locales, value: &str, plain: bool) -> Self {
        let locale = locales.draw(draw, value, plain);
        Self { locale, first: locale.first(draw), last: locale.last(draw) }
    }

    /// Whether one of its names stands in a text: as a word, or anywhere in scripts without blanks. `folded` is the text in
    /// lower case, a part of a buffer, if it is in ASCII.
    fn is_mentioned(&self, text: &str, folded: Option<(&[u8], Range<usize>)>) -> bool {
        let names = [self.first, self.last];
        if self.locale.family_first {
            return names.iter().any(|name| text.contains(name.text()));
        }
        // Nearly every name is one word in ASCII, nearly every text is in ASCII, and hardly one has a name's first letters.
        if let Some((buffer, part)) = folded
            && names.iter().all(|name| name.is_word())
        {
            return names.iter().any(|name| name.may_stand_in(buffer, part.clone()))
                && has_word(text.as_bytes(), names.map(|name| name.text().as_bytes()));
        }
        names.iter().any(|name| words(name.text()).any(|name| words(text).any(|word| same(name, word))))
    }
}

/// A text in lower case and what [`Name::may_stand_in`] reads behind it, if it is in ASCII.
fn folded<'b>(text: &str, buffer: &'b mut Vec<u8>) -> Option<(&'b [u8], Range<usize>)> {
    if !text.is_ascii() {
        return None;
    }
    buffer.clear();
    buffer.extend_from_slice(text.as_bytes());
    buffer.make_ascii_lowercase();
    buffer.extend_from_slice(&[0; BEHIND]);
    Some((buffer, 0..text.len()))
}

/// How much room the words may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// As usual.
    Full,
    /// Abbreviated: full words found no room.
    Short,
    /// As short as it makes sense; what is still too long will be cut.
    Shortest,
}

/// What is to be written.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Row of the value, in its batch.
    pub(super) row: usize,
    /// The value, for its shape only.
    pub(super) value: &'a str,
    /// How much room there is.
    pub(super) length: Length,
}

/// Writes personas in place of values.
pub(super) struct Wording {
    key: DomainKey,
    locales: Locales,
    max_chars: usize,
    /// Whether a value in capitals, or without any, is answered so.
    keeps_case: bool,
}

impl Wording {
    /// For a column, by its mask's parameter `locale`. Masks of one `purpose` agree on a subject's persona: `persona`
    /// for what a person is called, a word of its own for a street or a town, which is not to be called like the person.
    pub(super) fn new(params: &Params, facts: &ColumnFacts, key: &DomainKey, purpose: &str) -> Self {
        let max_chars = facts.max_chars.map_or(usize::MAX, |max| max as usize);
        Self { key: key.purpose(purpose), locales: Locales::new(params), max_chars, keeps_case: true }
    }

    /// Leaves the letters as `compose` writes them.
    pub(super) fn in_own_case(self) -> Self {
        Self { keeps_case: false, ..self }
    }

    /// Maps every text to what `compose` writes of its subject's persona, drawn until it differs from the text and
    /// fits. `compose` appends to the empty output.
    ///
    /// # Errors
    /// Where nothing that differs and fits was found.
    pub(super) fn map(
        &self,
        input: Input<'_>,
        mut compose: impl FnMut(&mut Draw, &Persona, Wanted<'_>, &mut Line<'_>),
    ) -> Result<ArrayRef, MaskError> {
        let mut seeds = Seeds::new(&self.key, input.value.len());
        let mut buffer = Vec::new();
        map_lines(input.value, |row, value, out| {
            let seed = seeds.of_text(row, input);
            let folded = seeds.folded(row).or_else(|| folded(value, &mut buffer));
            let style = if self.keeps_case { Style::of(value) } else { Style::Own };
            let mut attempts = 0;
            draw_from(seed, |draw| {
                let length = match attempts {
                    0 => Length::Full,
                    1 => Length::Short,
                    _ => Length::Shortest,
                };
                attempts += 1;
                for _ in 0..DRAWS {
                    let persona = Persona::draw(draw, &self.locales, value, folded.is_some());
                    if attempts <= ATTEMPTS_UNMENTIONED && persona.is_mentioned(value, folded.clone()) {
                        continue;
                    }
                    out.clear();
                    compose(draw, &persona, Wanted { row, value, length }, out);
                    if style != Style::Own {
                        out.edit(|text| style.apply(text));
                    }
                    if length == Length::Shortest {
                        out.edit(|text| cut(text, self.max_chars));
                    }
                    let fits = out.len() <= self.max_chars || out.text().chars().count() <= self.max_chars;
                    let other = begin_differently(value.as_bytes(), out.bytes()) || !same(value, out.text());
                    if out.len() > 0 && fits && other {
                        return Some(());
                    }
                }
                None
            })
        })
    }
}

/// Words of two characters and more.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().nth(1).is_some())
}

/// Whether one of two words, of two characters and more, stands in a text, all in ASCII.
fn has_word(text: &[u8], words: [&[u8]; 2]) -> bool {
    let mut before = false;
    for (at, c) in text.iter().enumerate() {
        let inside = c.is_ascii_alphanumeric();
        let begins = inside && !before;
        before = inside;
        if !begins {
            continue;
        }
        for word in words {
            let same = word.len() > 1
                && word[0].eq_ignore_ascii_case(c)
                && text.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
            if same && !text.get(at + word.len()).is_some_and(u8::is_ascii_alphanumeric) {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray as _;

    use super::*;

    #[test]
    fn a_name_is_mentioned_as_a_word() {
        let persona = |locale: &str, first, last| {
            let [first, last] = [first, last].map(Name::tried);
            Persona { locale: crate::mask::locale::named(locale), first, last }
        };
        let smith = persona("en", "Mary", "Smith");
        let connell = persona("en", "Ann-Marie", "O'Connell");
        for (text, mentioned) in [("connell", true), ("marie.x", true), ("o", false), ("annmarie", false)] {
            assert_eq!(connell.is_mentioned(text, folded(text, &mut Vec::new())), mentioned, "{text}");
        }
        for text in ["mary", "Anders, MARY", "O'Brien-Smith", " smith\t", "Dr.Mary"] {
            assert!(smith.is_mentioned(text, folded(text, &mut Vec::new())), "{text}");
        }
        for text in ["Maryanne", "Smithers", "", "M. S."] {
            assert!(!smith.is_mentioned(text, folded(text, &mut Vec::new())), "{text}");
        }
        assert!(persona("zh_cn", "小明", "王").is_mentioned("王大卫", None));
        assert!(!persona("zh_cn", "小明", "王").is_mentioned("李大卫", None));
    }

    /// Values that break carelessness: one letter, blanks, long, all capitals, other scripts, marks, emoji, controls.
    fn ugly() -> Vec<String> {
        let mut values: Vec<String> = [
            "A",
            "z",
            "7",
            " ",
            "   \t",
            "-",
            "MARY SMITH",
            "mary smith",
            "Anders, Maria",
            "O'Brien-Smith, Dr. Ann-Marie",
            "ß",
            "ẞ",
            "İstanbul",
            "ǅ",
            "ﬁ",
            "e\u{301}",
            "佐藤 太郎",
            "王小明",
            "Светлана",
            "МАРИЯ",
            "Ελένη",
            "محمد",
            "پوریا",
            "अमित शर्मा",
            "김민준",
            "דוד כהן",
            "ห้อง",
            "💥",
            "👩‍👩‍👧",
            "\u{202E}gnp",
            "\u{0}x",
            "a@b",
            "12 Main St",
            "Main St 12",
            "x.y_z",
        ]
        .map(str::to_owned)
        .into();
        values.push("long words ".repeat(200));
        values.push("王".repeat(2_000));
        values.push("M".repeat(10_000));
        values
    }

    #[test]
    fn words_fit_differ_and_never_name_the_original() {
        use crate::mask::tried::{column, mask_texts};
        let values = ugly();
        for mask in ["city", "company", "email", "first_name", "last_name", "person_name", "street", "username"] {
            let def = crate::mask::find(mask).unwrap();
            let rooms = (1..=10).chain([16, 40]).map(Some).chain([None]);
            for max in rooms.filter(|max| mask != "email" || max.is_none_or(|max| max >= 8)) {
                let outputs = mask_texts(def, "", &column(max, false), &values);
                for (value, output) in values.iter().zip(outputs) {
                    let head: String = value.chars().take(20).collect();
                    assert!(!output.trim().is_empty() && output.trim() == output, "{mask} {max:?} {head:?} {output:?}");
                    assert!(!same(value, &output), "{mask} {max:?} {head:?} {output:?}");
                    assert!(output.chars().count() <= max.unwrap_or(80) as usize, "{mask} {max:?} {head:?} {output:?}");
                    if mask.ends_with("_name") && max.is_none_or(|max| max > 3) {
                        let both = words(&output).find(|word| words(value).any(|own| same(own, word)));
                        assert!(both.is_none(), "{mask} {max:?} {head:?} {output:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn unique_outputs_do_not_collide() {
        use crate::mask::tried::{column, mask_texts};
        for (mask, room) in [("email", 23), ("email", 60), ("username", 16), ("username", 60)] {
            let values: Vec<String> = (0..3_000).map(|n| format!("user{n}@example.com")).collect();
            let def = crate::mask::find(mask).unwrap();
            let mut outputs = mask_texts(def, "", &column(Some(room), true), &values);
            assert!(outputs.iter().all(|output| output.len() <= room as usize));
            outputs.sort_unstable();
            outputs.dedup();
            assert_eq!(outputs.len(), values.len(), "{mask}");
        }
    }

    #[test]
    fn masks_of_one_subject_agree() {
        use crate::mask::tried::{column, mask_array};
        let texts =
            |text: &str| -> ArrayRef { std::sync::Arc::new(arrow::array::StringViewArray::from(vec![text; 200])) };
        let ids: ArrayRef = std::sync::Arc::new(arrow::array::Int32Array::from_iter_values(0..200));
        let run = |mask: &str, value: &str| {
            let def = crate::mask::find(mask).unwrap();
            let output = mask_array(def, "locale: en de ja", &column(None, false), &texts(value), Some(&ids));
            output.as_string_view().iter().map(|text| text.unwrap().to_owned()).collect::<Vec<_>>()
        };
        let (names, firsts, lasts) = (run("person_name", "x y"), run("first_name", "x"), run("last_name", "y"));
        let (emails, logins) = (run("email", "x@y"), run("username", "x"));
        for row in 0..200 {
            let (name, first, last) = (&names[row], &firsts[row], &lasts[row]);
            assert!(*name == format!("{first} {last}") || *name == format!("{last} {first}"), "{name}");
            let (mut first_handle, mut last_handle) = (String::new(), String::new());
            crate::mask::handle::push_handle(first, &mut first_handle);
            crate::mask::handle::push_handle(last, &mut last_handle);
            assert!(
                emails[row].contains(&last_handle) && emails[row].starts_with(&first_handle[..1]),
                "{}",
                emails[row]
            );
            assert!(logins[row].starts_with(&format!("{first_handle}{last_handle}")), "{}", logins[row]);
        }
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert!(distinct.len() > 190);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{1,12}|[0-9+() x.-]{1,20}|.{1,40}", max in 8u32..40, per: i64) {
            use crate::mask::tried::{column, mask_array};
            let value: ArrayRef = std::sync::Arc::new(arrow::array::StringViewArray::from(vec![text.as_str()]));
            let subject: ArrayRef = std::sync::Arc::new(arrow::array::Int64Array::from(vec![per]));
            for mask in [
                "city", "company", "email", "first_name", "last_name", "person_name", "phone", "postcode", "street",
                "username",
            ] {
                let def = crate::mask::find(mask).unwrap();
                let shaped = def.promises.keeps_length;
                for per in [None, Some(&subject)] {
                    let output = mask_array(def, "", &column((!shaped).then_some(max), false), &value, per);
                    let output = output.as_string_view().value(0);
                    assert!(!same(&text, output), "{mask} {text:?} {output:?}");
                    let room = if shaped { text.chars().count() } else { max as usize };
                    let length = output.chars().count();
                    assert!(length <= room && (!shaped || length == room), "{mask} {text:?} {output:?}");
                }
            }
        }
    }
}

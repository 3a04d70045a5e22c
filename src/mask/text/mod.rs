//! `text`: free text of like length and language that says nothing. Preserves the script, roughly the length and the
//! number of words, lines, punctuation and capitals; destroys every word of the original.

use arrow::array::ArrayRef;

use super::draw::draw_until;
use super::map::map_text;
use super::style::{cut, same};
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, Promises};
use crate::key::DomainKey;
use crate::schema::Kind;

mod language;
mod scripts;
mod token;
mod words;
mod writer;

use language::Language;
use token::tokens;
use writer::{Forbidden, Writer};

pub(super) static TEXT: MaskDef = MaskDef {
    name: "text",
    summary: "free text of like length and language, without a word of the original",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the length, language, punctuation and emoji",
    manual: "For comments, descriptions, messages. Every word becomes another everyday word of about its length, in \
             its script and, for English, German, French, Spanish, Italian, Portuguese and Dutch, its language \
             (other languages in Latin letters are answered in Latin); it makes no sense. No word of three letters or \
             more occurs in the original, wherever it stood. Punctuation, blanks, line breaks, emoji and the use of \
             capitals stay, numbers get other digits, and groups of seven digits or more begin with 000, so that they \
             are nobody's telephone or card. Addresses of mail and web become some at example.com and its like (RFC \
             2606). The length stays within a few characters and inside the column's. Markup is text like any other: \
             tags do not survive. The same value gives the same output, never its own.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[],
    promises: Promises { equal: Equal::Never, ..Promises::NONE },
    examples: &[
        Example {
            kind: &Kind::Text,
            params: "",
            input: "Called on Monday: Mrs. Smith is allergic to nuts, mail mary@sakila.org or call 030 1234567!",
            output: "Chalk lot Brush: Bar. Village do shadow how warm, real wave@example.org no sail 000 5485961!",
        },
        Example {
            kind: &Kind::Text,
            params: "",
            input: "Bitte beim Nachbarn abgeben und NICHT klingeln.",
            output: "Morgen ab Apfelbaum traube leise KURZ schatten.",
        },
        Example {
            kind: &Kind::Text, params: "", input: "请放在门口,谢谢。", output: "雪季节白高,沙路。"
        },
    ],
    check: |_, _| Vec::new(),
    build: |_, facts, key| {
        let max_chars = facts.max_chars.map_or(usize::MAX, |max| max as usize);
        Built::Mask(Box::new(Text { key: key.purpose("text"), max_chars }))
    },
};

/// Attempts that keep the structure; after them one word stands for all.
const STRUCTURED: u32 = 16;

struct Text {
    key: DomainKey,
    max_chars: usize,
}

impl Mask for Text {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        map_text(input.value, |_, value, out| {
            let tokens = tokens(value);
            let language = Language::of(value);
            let forbidden = Forbidden::of(value, &tokens, &language);
            let mut attempt = 0;
            draw_until(&self.key, value.as_bytes(), |draw| {
                out.clear();
                attempt += 1;
                let mut writer = Writer::new(draw, &language, &forbidden, self.max_chars, out);
                if attempt > STRUCTURED || !writer.replaces_any(&tokens) {
                    writer.one_word(value);
                }
                cut(out, self.max_chars);
                (!out.is_empty() && !same(value, out) && forbidden.allows_end(out)).then_some(())
            })
        })
    }
}

#[cfg(test)]
mod tests;

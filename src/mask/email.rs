//! `email`: an address of a made-up person that no mail can reach. Preserves that it is an address; destroys the name,
//! the provider and the length.
//!
//! Undeliverable by construction: the domain is example.com, example.org, example.net (RFC 2606, section 3) or stands
//! under the top-level domains `example` and `test` (RFC 2606, section 2; RFC 6761), which are never delegated.

use arrow::array::ArrayRef;

use super::draw::Draw;
use super::handle::{TAG_CHARS, Tags};
use super::line::Line;
use super::locale;
use super::persona::{Length, Persona, Wanted, Wording};
use super::{
    Accepts, Built, Effect, Equal, Example, Gives, Input, Length as Chars, Mask, MaskDef, MaskError, PerUse, Problem,
    Promises, Uniqueness,
};
use crate::schema::Kind;

/// Domains reserved by RFC 2606, section 3.
const RESERVED: &[&str] = &["example.com", "example.org", "example.net"];

/// Characters of a domain out of [`RESERVED`], with the `@`.
const RESERVED_DOMAIN: usize = "@example.com".len();

/// The shortest domain that is written: a letter under `test`, with the `@`.
const SHORTEST_DOMAIN: usize = "@x.test".len();

/// The shortest address that is written.
const SHORTEST: usize = 1 + SHORTEST_DOMAIN;

/// What every address matches.
const FORM: &str = r"[a-z0-9]+(\.[a-z0-9]+)*@[a-z0-9]+(-[a-z]+)?\.(com|org|net|example|test)";

pub(super) static EMAIL: MaskDef = MaskDef {
    name: "email",
    summary: "an undeliverable address of a made-up person",
    effect: Effect::Synthetic,
    leaves: "which values are equal",
    manual: "A person made up by key gets an address at a reserved domain: example.com, example.org, example.net, or a \
             company's name under `.example` or `.test`. No mail can arrive there (RFC 2606, RFC 6761). The same value \
             gives the same address, and never its own; the case of letters does not count, except in a column that \
             is unique and not `citext`. Values that are no address get one too. With `per: id` the name agrees with \
             `first_name`, `last_name`, `person_name` and `username` of the same subject; names in other scripts are \
             romanised. Different values may get one address; with `unique: true`, or in a column that is unique, the \
             local part ends in 16 characters that are different for every value (80 bits of a keyed function). An \
             address takes 8 characters at the least, a unique one 23.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[locale::PARAM],
    promises: Promises {
        unique: Uniqueness::Option,
        equal: Equal::Never,
        per: PerUse::Option,
        gives: |params, facts| {
            let unique = params.unique || facts.unique;
            let shortest = if unique { TAG_CHARS + SHORTEST_DOMAIN } else { SHORTEST };
            // A handful.
            let length = Chars::Between(shortest as u32, facts.max_chars);
            Gives { length, apart_when_folded: unique, vast: unique, solid: true, form: Some(FORM), ..Gives::default() }
        },
        ..Promises::NONE
    },
    examples: &[
        Example {
            kind: &Kind::Text,
            params: "",
            input: "mary.smith@sakilacustomer.org",
            output: "e.schmeler@example.org",
        },
        Example { kind: &Kind::Text, params: "", input: "not an address", output: "hal.schinner89@example.com" },
    ],
    check: |params, facts| {
        let unique = params.unique || facts.unique;
        let (needed, what) =
            if unique { (TAG_CHARS + SHORTEST_DOMAIN, "a unique address") } else { (SHORTEST, "an address") };
        match facts.max_chars {
            Some(max) if (max as usize) < needed => {
                let message = format!("{what} at a reserved domain takes {needed} characters, the column holds {max}");
                vec![Problem::rule(message, "widen the column, or use `pseudonym` if it need not be an address")]
            }
            _ => Vec::new(),
        }
    },
    build: |params, facts, key| {
        let wording = Wording::new(params, facts, key, "persona").in_own_case();
        let max_chars = facts.max_chars.map_or(usize::MAX, |max| max as usize);
        Built::Mask(Box::new(Email { wording, tags: Tags::new(params, facts, key), max_chars }))
    },
};

struct Email {
    wording: Wording,
    tags: Option<Tags>,
    max_chars: usize,
}

impl Mask for Email {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut tags = self.tags.as_ref().map(|tags| tags.of(input.value));
        self.wording.map(input, |draw, persona, Wanted { row, length, .. }, out| match &mut tags {
            Some(tags) => self.push_unique(draw, persona, tags.tag(row), out),
            None => self.push_plain(draw, persona, length, out),
        })
    }
}

impl Email {
    /// Writes an address that others may get too.
    fn push_plain(&self, draw: &mut Draw, persona: &Persona, length: Length, out: &mut Line<'_>) {
        match length {
            Length::Full => {
                push_names(draw, persona, out);
                if draw.chance(0.6) {
                    out.push_number(1 + draw.below(99));
                }
                push_domain(draw, persona, usize::MAX, out);
            }
            Length::Short => {
                out.push(persona.first.initial());
                persona.last.write_handle(out);
                push_domain(draw, persona, 0, out);
            }
            Length::Shortest => {
                persona.last.write_handle(out);
                out.truncate(out.len().min(self.max_chars.saturating_sub(SHORTEST_DOMAIN).max(1)));
                push_shortest_domain(draw, out);
            }
        }
    }

    /// Writes an address with the value's tag, names and a longer domain as far as there is room for them.
    fn push_unique(&self, draw: &mut Draw, persona: &Persona, tag: [u8; TAG_CHARS], out: &mut Line<'_>) {
        let room = self.max_chars.saturating_sub(TAG_CHARS);
        push_names(draw, persona, out);
        out.push('.');
        if out.len() + RESERVED_DOMAIN > room {
            out.clear();
        }
        let room = room.saturating_sub(out.len());
        out.push_block(&tag, TAG_CHARS);
        if room < RESERVED_DOMAIN {
            push_shortest_domain(draw, out);
        } else {
            push_domain(draw, persona, room, out);
        }
    }
}

/// Writes given and family name, the given name sometimes as an initial.
fn push_names(draw: &mut Draw, persona: &Persona, out: &mut Line<'_>) {
    if draw.chance(0.7) {
        persona.first.write_handle(out);
    } else {
        out.push(persona.first.initial());
    }
    out.push('.');
    persona.last.write_handle(out);
}

/// Writes `@` and a reserved domain; now and then a company's, where so many characters are free.
fn push_domain(draw: &mut Draw, persona: &Persona, room: usize, out: &mut Line<'_>) {
    const COMPANIES: &[&str] = &["-group", "-labs", "-shop", "-services", ""];
    let before = out.len();
    out.push('@');
    if draw.chance(0.25) {
        persona.locale.last(draw).write_handle(out);
        out.push_str(draw.word(COMPANIES));
        out.push_str(draw.word(&[".example", ".test"]));
        if out.len() - before <= room {
            return;
        }
        out.truncate(before + 1);
    }
    out.push_str(draw.word(RESERVED));
}

/// Writes `@`, a letter and `.test`.
fn push_shortest_domain(draw: &mut Draw, out: &mut Line<'_>) {
    out.push('@');
    // A letter below 26.
    out.push(char::from(b'a' + draw.below(26) as u8));
    out.push_str(".test");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::{column, mask_texts};

    #[test]
    fn every_address_is_at_a_reserved_domain() {
        let inputs: Vec<String> = (0..1_000).map(|n| format!("Person{n}@gmail.com")).collect();
        let plain = [None, Some(8), Some(9), Some(14), Some(20), Some(40)].map(|max| (max, false));
        let unique = [None, Some(23), Some(27), Some(28), Some(30), Some(35), Some(60)].map(|max| (max, true));
        for (max, unique) in plain.into_iter().chain(unique) {
            let facts = column(max, unique);
            for output in mask_texts(&EMAIL, "", &facts, &inputs) {
                let (local, domain) = output.split_once('@').unwrap();
                let reserved = RESERVED.contains(&domain) || domain.ends_with(".example") || domain.ends_with(".test");
                assert!(reserved, "{output}");
                assert!(!local.is_empty() && !local.starts_with('.') && !local.ends_with('.'), "{output}");
                assert!(max.is_none_or(|max| output.len() <= max as usize), "{output}");
            }
        }
    }

    #[test]
    fn case_counts_in_unique_columns_only() {
        let inputs = ["anna@web.de".to_owned(), "Anna@Web.de".to_owned()];
        let plain = mask_texts(&EMAIL, "", &column(None, false), &inputs);
        assert_eq!(plain[0], plain[1]);
        let unique = mask_texts(&EMAIL, "", &column(None, true), &inputs);
        assert_ne!(unique[0], unique[1]);
        let mut citext = column(None, true);
        citext.folds = true;
        let folded = mask_texts(&EMAIL, "", &citext, &inputs);
        assert_eq!(folded[0], folded[1]);
    }

    #[test]
    fn columns_too_narrow_are_found_when_planning() {
        let problems = |max, unique| (EMAIL.check)(&Default::default(), &column(Some(max), unique)).len();
        assert_eq!((problems(7, false), problems(8, false), problems(22, true), problems(23, true)), (1, 0, 1, 0));
    }
}

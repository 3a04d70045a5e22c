//! `redact`: a fixed placeholder that can be read as such. Preserves NULL, emptiness and, of JSON, what sort of value
//! stands at the top; destroys everything else.

use arrow::array::ArrayRef;

use super::literal::{KINDS, Literals};
use super::map::map_text;
use super::{
    Accepts, Built, ColumnFacts, Effect, Equal, Example, Gives, Input, Mask, MaskDef, MaskError, Problem, Promises,
};
use crate::schema::Kind;

pub(super) static REDACT: MaskDef = MaskDef {
    name: "redact",
    summary: "a fixed placeholder by type: `redacted`, 0, 1970-01-01, {}",
    effect: Effect::Removed,
    leaves: "whether there was a value; of JSON, whether it was an object, an array or a scalar",
    manual: "Removes the content and leaves a placeholder that fits NOT NULL: text becomes `redacted` (in columns \
             shorter than that, as many `*` as fit), numbers 0, booleans false, dates and timestamps 1970-01-01, times \
             and intervals zero, uuid the nil UUID, bytea nothing, inet and cidr the documentation network 192.0.2.0 \
             (RFC 5737), macaddr 00:00:5e:00:53:00 (RFC 7042), xml `<redacted/>`. A JSON object becomes `{}`, an array \
             `[]`, text `\"redacted\"`, a number 0, true and false become false, null stays. NULL stays NULL, empty \
             text stays empty. An enum has no label to spare: use `choose`.",
    accepts: Accepts::Scalars(KINDS),
    params: &[],
    promises: Promises {
        equal: Equal::Any,
        gives: |_, facts| {
            let kind = facts.ty.kind.scalar();
            // What JSON becomes goes by what it was.
            let one_of = (!matches!(kind, Kind::Json | Kind::Jsonb)).then(|| vec![placeholder(kind, facts)]);
            Gives { one_of, ..Gives::default() }
        },
        // Of JSON nothing is stated; what is such a placeholder stays.
        stays: |_, _, value| if PLACEHOLDERS.contains(&value) { 1.0 } else { 1e-30 },
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "allergic to nuts", output: "redacted" },
        Example { kind: &Kind::Jsonb, params: "", input: "{\"card\": \"4111\"}", output: "{}" },
        Example { kind: &Kind::Numeric, params: "", input: "1234.50", output: "0" },
        Example { kind: &Kind::Date, params: "", input: "1987-03-14", output: "1970-01-01" },
        Example { kind: &Kind::Inet, params: "", input: "84.17.40.3", output: "192.0.2.0" },
    ],
    check: |_, facts| match facts.ty.kind.scalar() {
        Kind::Enum => {
            let message = format!("{} has no label that says nothing", facts.ty.sql);
            vec![Problem::rule(message, "use `choose`, which draws from its labels")]
        }
        _ => Vec::new(),
    },
    build: |_, facts, _| match facts.ty.kind.scalar() {
        Kind::Json | Kind::Jsonb => Built::Mask(Box::new(RedactJson)),
        kind => match Literals::read([placeholder(kind, facts).as_str()], facts) {
            Ok(value) => Built::Mask(Box::new(Redact(value))),
            Err(_) => unreachable!("every kind but enum has a placeholder, see the test"),
        },
    },
};

/// What stands for all values of a kind, as a literal.
fn placeholder(kind: &Kind, facts: &ColumnFacts) -> String {
    const WORD: &str = "redacted";
    match kind {
        Kind::Text => match facts.max_chars {
            Some(max) if (max as usize) < WORD.len() => "*".repeat(max as usize),
            _ => WORD.to_owned(),
        },
        Kind::Bool => "false".to_owned(),
        Kind::Date | Kind::Timestamp | Kind::TimestampTz => "1970-01-01".to_owned(),
        Kind::Time => "00:00".to_owned(),
        Kind::Interval => "0s".to_owned(),
        Kind::Uuid => "0".repeat(32),
        Kind::Bytea => "\\x".to_owned(),
        Kind::Inet => "192.0.2.0".to_owned(),
        Kind::Cidr => "192.0.2.0/24".to_owned(),
        Kind::Macaddr => "00:00:5e:00:53:00".to_owned(),
        Kind::Xml => "<redacted/>".to_owned(),
        _ => "0".to_owned(),
    }
}

struct Redact(Literals);

impl Mask for Redact {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        self.0.write(input, |_| Ok(0))
    }
}

/// What JSON becomes, by what it is.
const PLACEHOLDERS: &[&str] = &["{}", "[]", "\"redacted\"", "false", "null", "0"];

struct RedactJson;

impl Mask for RedactJson {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        map_text(input.value, |_, json, out| {
            out.push_str(match json.trim_start().chars().next() {
                Some('{') => "{}",
                Some('[') => "[]",
                Some('"') => "\"redacted\"",
                Some('t' | 'f') => "false",
                Some('n') => "null",
                _ => "0",
            });
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::Params;
    use crate::mask::tried::{column, mask_texts};

    #[test]
    fn every_kind_but_enum_has_a_placeholder() {
        for kind in KINDS {
            let mut facts = column(None, false);
            facts.ty.kind = kind.clone();
            if *kind == Kind::Enum {
                assert_eq!((REDACT.check)(&Params::default(), &facts).len(), 1);
            } else {
                assert!(Literals::read([placeholder(kind, &facts).as_str()], &facts).is_ok(), "{kind}");
            }
        }
    }

    #[test]
    fn short_columns_get_stars() {
        for (max, word) in [(1, "*"), (7, "*******"), (8, "redacted"), (200, "redacted")] {
            assert_eq!(mask_texts(&REDACT, "", &column(Some(max), false), &["Ünal".to_owned()]), [word]);
        }
    }

    #[test]
    fn json_stays_json_of_its_sort() {
        let mut facts = column(None, false);
        facts.ty.kind = Kind::Json;
        let inputs = [" {\"a\": 1}", "[1]", "\"x\"", "-1.5", "true", "null", "\n[]"].map(str::to_owned);
        let outputs = mask_texts(&REDACT, "", &facts, &inputs);
        assert_eq!(outputs, ["{}", "[]", "\"redacted\"", "0", "false", "null", "[]"]);
    }
}

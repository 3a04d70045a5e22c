//! `truncate`: some characters at the ends stay, all between become one sign. Preserves length, separators and the ends;
//! destroys the rest. Of postcodes of the United States it keeps only prefixes of populous areas, if asked.

use arrow::array::ArrayRef;

use super::map::map_text;
use super::params::{ParamDef, ParamKind, Params};
use super::{Accepts, Built, Effect, Example, Input, Mask, MaskDef, MaskError, Problem, Promises};
use crate::schema::Kind;

/// Prefixes of the 17 areas that hold 20,000 people or fewer by the census of 2000 (Office for Civil Rights, "Guidance
/// Regarding Methods for De-identification of Protected Health Information", 2012, on 45 CFR 164.514(b)(2)(i)(B)).
const SMALL_AREAS: [&str; 17] = [
    "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890",
    "893",
];

/// Digits of a prefix.
const PREFIX: usize = 3;

pub(super) static TRUNCATE: MaskDef = MaskDef {
    name: "truncate",
    summary: "the first and last characters stay, all others become one sign",
    effect: Effect::Generalised,
    leaves: "the first and last characters that the rule names; the length and separators",
    manual: "Letters and digits are counted: the first `first` and the last `last` of them stay, all others become \
             `fill`; separators stay where they are. A value of no more letters and digits than would stay is filled \
             altogether. For card numbers `first: 6, last: 4` is what PCI DSS lets be stored. With `areas: us_populous` \
             the values are postcodes of the United States: three digits stay, those of the 17 areas of 20,000 people or \
             fewer (census of 2000) become 000, and what does not begin with three digits is filled. What stays is \
             shown to everybody, and many values become one.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[
        ParamDef {
            name: "areas",
            kind: ParamKind::Choice(&["us_populous"]),
            default: None,
            required: false,
            summary: "which prefixes of postcodes may stay",
        },
        ParamDef {
            name: "fill",
            kind: ParamKind::Text,
            default: Some("*"),
            required: false,
            summary: "the sign that the others become",
        },
        ParamDef {
            name: "first",
            kind: ParamKind::Integer,
            default: Some("0"),
            required: false,
            summary: "how many letters and digits at the beginning stay",
        },
        ParamDef {
            name: "last",
            kind: ParamKind::Integer,
            default: Some("0"),
            required: false,
            summary: "how many letters and digits at the end stay",
        },
    ],
    promises: Promises {
        keeps_length: true,
        stays: |params, _, value| {
            let mut out = String::new();
            Truncate::new(params).write(value, &mut out);
            if out == value { 1.0 } else { 1e-30 }
        },
        ..Promises::NONE
    },
    examples: &[
        Example {
            kind: &Kind::Text,
            params: "{first: 6, last: 4}",
            input: "4012 8888 8888 1881",
            output: "4012 88** **** 1881",
        },
        Example { kind: &Kind::Text, params: "{first: 3, areas: us_populous}", input: "90210", output: "902**" },
        Example {
            kind: &Kind::Text,
            params: "{first: 3, areas: us_populous}",
            input: "03601-1234",
            output: "000**-****",
        },
        Example { kind: &Kind::Text, params: "{first: 2, fill: x}", input: "ab", output: "xx" },
    ],
    check,
    build: |params, _, _| Built::Mask(Box::new(Truncate::new(params))),
};

fn check(params: &Params, _: &super::ColumnFacts) -> Vec<Problem> {
    let mut problems = Vec::new();
    let of = |name: &str| params.integer(name).unwrap_or(0);
    for name in ["first", "last"] {
        if !(0..=64).contains(&of(name)) {
            problems.push(Problem::param(name, "is a number of characters from 0 to 64"));
        }
    }
    let fill = params.text("fill").unwrap_or_default();
    if fill.chars().count() != 1 || !fill.chars().all(|c| c.is_ascii_graphic()) {
        problems.push(Problem::param("fill", "is one sign of ASCII, and no blank"));
    }
    // A prefix has three digits.
    if params.text("areas").is_some() && (of("first") != PREFIX as i64 || of("last") != 0) {
        problems.push(Problem::param("areas", "goes by prefixes of three digits: write `first: 3` and no `last`"));
    }
    problems
}

struct Truncate {
    first: usize,
    last: usize,
    fill: char,
    areas: bool,
}

impl Truncate {
    fn new(params: &Params) -> Self {
        let of = |name: &str| usize::try_from(params.integer(name).unwrap_or(0)).unwrap_or_default();
        let fill = params.text("fill").and_then(|fill| fill.chars().next()).unwrap_or('*');
        Self { first: of("first"), last: of("last"), fill, areas: params.text("areas").is_some() }
    }

    fn write(&self, value: &str, out: &mut String) {
        let counted = value.chars().filter(|c| c.is_alphanumeric()).count();
        let prefix: String = value.chars().filter(|c| c.is_alphanumeric()).take(PREFIX).collect();
        let small = self.areas && SMALL_AREAS.contains(&prefix.as_str());
        let odd = self.areas && !prefix.bytes().all(|c| c.is_ascii_digit());
        let (first, last) = if counted <= self.first + self.last || odd { (0, 0) } else { (self.first, self.last) };
        let mut at = 0;
        for c in value.chars() {
            if !c.is_alphanumeric() {
                out.push(c);
                continue;
            }
            out.push(match at {
                at if at < first && small => '0',
                at if at < first || at >= counted - last => c,
                _ => self.fill,
            });
            at += 1;
        }
    }
}

impl Mask for Truncate {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        map_text(input.value, |_, value, out| {
            self.write(value, out);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::{column, mask_texts, read_params};

    fn truncated(params: &str, value: &str) -> String {
        mask_texts(&TRUNCATE, params, &column(None, false), &[value.to_owned()]).remove(0)
    }

    #[test]
    fn the_ends_stay_and_short_values_do_not() {
        assert_eq!(truncated("{first: 6, last: 4}", "4111111111111111"), "411111******1111");
        assert_eq!(truncated("{first: 6, last: 4}", "4111111111"), "**********");
        assert_eq!(truncated("{last: 4, fill: 0}", "DE02-1234-5678"), "0000-0000-5678");
        assert_eq!(truncated("", "Zoë 7"), "*** *");
    }

    #[test]
    fn small_areas_lose_their_prefix() {
        let params = "{first: 3, areas: us_populous}";
        for area in SMALL_AREAS {
            assert_eq!(truncated(params, &format!("{area}12")), "000**");
        }
        assert_eq!(truncated(params, "10023-0001"), "100**-****");
        assert_eq!(truncated(params, "SW1A 1AA"), "**** ***");
        assert_eq!(truncated(params, "036"), "***");
    }

    #[test]
    fn odd_parameters_are_refused() {
        for params in [
            "{first: -1}",
            "{last: 65}",
            "{fill: ab}",
            "{areas: us_populous}",
            "{first: 3, last: 1, areas: us_populous}",
        ] {
            assert!(!check(&read_params(&TRUNCATE, params).unwrap(), &column(None, false)).is_empty(), "{params}");
        }
    }
}

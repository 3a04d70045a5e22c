//! `secret`: a live token or key becomes a dead one of the same form. Preserves length, the issuer's prefix, separators,
//! and which places hold digits, capitals and small letters; destroys what it opens.

use std::ops::Range;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use super::draw::{Draw, draw_until};
use super::letters::another;
use super::map::{Reason, map_bytes, map_text, map_uuid};
use super::{
    Accepts, Built, ColumnFacts, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, Params, Problem, Promises,
    Uniqueness, armor,
};
use crate::key::DomainKey;
use crate::schema::Kind;

pub(super) static SECRET: MaskDef = MaskDef {
    name: "secret",
    summary: "a live token or key becomes a dead one of the same form",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the length, punctuation and the prefix of the issuer",
    manual: "For API keys, access tokens, webhook secrets, recovery codes. Every letter becomes another letter of the \
             same script and case, every digit a digit; where all of a longer token is hexadecimal, any hexadecimal \
             digit. ASCII punctuation, blanks and the lines around a PEM block stay, everything else (emoji, marks) \
             becomes a small letter. The prefix by which issuers tell their tokens (`ghp_`, `AKIA`, `xoxb-`, `glpat-`, \
             `eyJ` of a JWT) stays, and `sk_live_` becomes `sk_test_`; checksums inside tokens no longer hold. bytea \
             becomes as many other bytes, a uuid keeps its version and variant. The same value gives the same output, \
             never its own. With `unique: true` a value needs 80 drawn bits (18 letters, 25 digits, 20 hexadecimal \
             digits or 10 bytes), so that no two become equal; a shorter one stops the run. So does a value of \
             nothing but punctuation.",
    accepts: Accepts::Scalars(&[Kind::Text, Kind::Bytea, Kind::Uuid]),
    params: &[],
    promises: Promises { unique: Uniqueness::Option, equal: Equal::Never, keeps_length: true, ..Promises::NONE },
    examples: &[
        Example {
            kind: &Kind::Text,
            params: "",
            input: "ghp_R4mVq0Zk9TtYc2LwHs7JdXe1NbUo3PAf5GiK",
            output: "ghp_G7sGf6Wy2YgZf8OtUm4JoBw7NvFg2MOv0YoR",
        },
        Example { kind: &Kind::Text, params: "", input: "sk_live_51H8xZq2eR", output: "sk_test_02Q6wKa5hC" },
        Example {
            kind: &Kind::Text,
            params: "",
            input: "9f86d081884c7d659a2feaa0c55ad015",
            output: "2c9560f73f1b2ec16c2dd1f555265bcb",
        },
        Example { kind: &Kind::Text, params: "", input: "K7QP-22MX", output: "J0HR-25CI" },
    ],
    check: |params, facts| match facts.max_chars {
        Some(max) if is_unique(params, facts) && f64::from(max) * 26f64.log2() < UNIQUE_BITS => {
            let message = format!("a unique secret takes 18 characters, the column holds {max}");
            vec![Problem::rule(message, "widen the column, or use `pattern` or `pseudonym`")]
        }
        _ => Vec::new(),
    },
    build: |params, facts, key| {
        Built::Mask(Box::new(Secret {
            key: key.purpose("secret"),
            unique: is_unique(params, facts),
            folds: facts.folds,
        }))
    },
};

/// Bits that have to be drawn where outputs are to be unique: among 10^9 values two are equal with a probability below
/// 10^-6.
const UNIQUE_BITS: f64 = 80.0;

/// Hexadecimal digits from which on a text of nothing else is taken for hexadecimal.
const HEX_CHARS: usize = 8;

/// What follows a prefix, in letters and digits, for it to be one.
const PREFIXED_CHARS: usize = 8;

const TOO_SHORT: Reason = "the secret is too short to be masked uniquely";

/// Prefixes of issuers, and what becomes of them (from the issuers' documentation and GitHub's "secret scanning
/// patterns").
const PREFIXES: &[(&str, &str)] = &[
    ("sk_live_", "sk_test_"),
    ("rk_live_", "rk_test_"),
    ("pk_live_", "pk_test_"),
    ("sk_test_", "sk_test_"),
    ("rk_test_", "rk_test_"),
    ("pk_test_", "pk_test_"),
    ("whsec_", "whsec_"),
    ("ghp_", "ghp_"),
    ("gho_", "gho_"),
    ("ghu_", "ghu_"),
    ("ghs_", "ghs_"),
    ("ghr_", "ghr_"),
    ("github_pat_", "github_pat_"),
    ("glpat-", "glpat-"),
    ("AKIA", "AKIA"),
    ("ASIA", "ASIA"),
    ("AIza", "AIza"),
    ("ya29.", "ya29."),
    ("xoxa-", "xoxa-"),
    ("xoxb-", "xoxb-"),
    ("xoxp-", "xoxp-"),
    ("xoxr-", "xoxr-"),
    ("xoxs-", "xoxs-"),
    ("xapp-", "xapp-"),
    ("sk-ant-", "sk-ant-"),
    ("sk-proj-", "sk-proj-"),
    ("sk-", "sk-"),
    ("hf_", "hf_"),
    ("npm_", "npm_"),
    ("pypi-", "pypi-"),
    ("dop_v1_", "dop_v1_"),
    ("shpat_", "shpat_"),
    ("shpss_", "shpss_"),
    ("SG.", "SG."),
    ("eyJ", "eyJ"),
];

fn is_unique(params: &Params, facts: &ColumnFacts) -> bool {
    params.unique || facts.unique
}

struct Secret {
    key: DomainKey,
    unique: bool,
    /// Whether the column tells values apart by lower case (`citext`).
    folds: bool,
}

impl Mask for Secret {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        match input.value.data_type() {
            DataType::Utf8View => map_text(input.value, |_, value, out| self.text(value, out)),
            DataType::FixedSizeBinary(_) => map_uuid(input.value, |_, value| self.uuid(value)),
            _ => map_bytes(input.value, |_, value, out| self.bytes(value, out)),
        }
    }
}

impl Secret {
    fn text(&self, value: &str, out: &mut String) -> Result<(), Reason> {
        let (prefix, rest) = split_prefix(value);
        let places = Places::of(prefix, rest);
        if places.drawn().next().is_none() {
            return Err("a secret of nothing but punctuation cannot become another");
        }
        let folded = self.folds.then(|| value.to_ascii_lowercase());
        let bits = draw_until(&self.key, folded.as_deref().unwrap_or(value).as_bytes(), |draw| {
            out.clear();
            out.push_str(prefix);
            let bits = places.write(draw, out);
            (out != value).then_some(bits)
        })?;
        if self.unique && bits < UNIQUE_BITS { Err(TOO_SHORT) } else { Ok(()) }
    }

    fn uuid(&self, value: [u8; 16]) -> Result<[u8; 16], Reason> {
        draw_until(&self.key, &value, |draw| {
            let mut other = value.map(|_| byte(draw));
            // RFC 9562, sections 4.1 and 4.2: four bits of version, two of variant.
            other[6] = value[6] & 0xF0 | other[6] & 0x0F;
            other[8] = value[8] & 0xC0 | other[8] & 0x3F;
            (other != value).then_some(other)
        })
    }

    fn bytes(&self, value: &[u8], out: &mut Vec<u8>) -> Result<(), Reason> {
        if self.unique && value.len() * 8 < UNIQUE_BITS as usize {
            return Err(TOO_SHORT);
        }
        draw_until(&self.key, value, |draw| {
            out.clear();
            out.extend(value.iter().map(|_| byte(draw)));
            (out != value).then_some(())
        })
    }
}

fn byte(draw: &mut Draw) -> u8 {
    // Below 256.
    draw.below(256) as u8
}

/// What becomes of a value's prefix, and what follows it.
fn split_prefix(value: &str) -> (&'static str, &str) {
    for (from, to) in PREFIXES {
        if let Some(rest) = value.strip_prefix(from)
            && rest.chars().filter(|c| c.is_alphanumeric()).count() >= PREFIXED_CHARS
        {
            return (to, rest);
        }
    }
    ("", value)
}

/// A text, and which of its characters stay.
struct Places<'a> {
    text: &'a str,
    /// In order, and apart from each other.
    kept: Vec<Range<usize>>,
    /// Where all that is drawn is hexadecimal: whether in capitals.
    hex: Option<bool>,
}

impl<'a> Places<'a> {
    fn of(prefix: &str, text: &'a str) -> Self {
        let mut kept = Vec::new();
        let mut start = 0;
        for (line, is_armor) in armor::lines(text) {
            if is_armor {
                kept.push(start..start + line.len());
            }
            start += line.len();
        }
        if is_uuid(text) {
            // Version and variant (RFC 9562).
            kept.extend([14..15, 19..20]);
        }
        if prefix == "eyJ"
            && let Some((head, payload)) = text.split_once('.')
            && payload.starts_with(prefix)
        {
            // A JWT's second part begins like its first (RFC 7519: `{"` in base64url).
            kept.push(head.len() + 1..head.len() + 1 + prefix.len());
        }
        kept.sort_by_key(|range| range.start);
        let mut places = Self { text, kept, hex: None };
        let letter = places.drawn().find(|(_, c)| c.is_alphabetic()).map(|(_, c)| c);
        if places.drawn().all(|(_, c)| c.is_ascii_hexdigit()) && places.drawn().count() >= HEX_CHARS {
            places.hex = letter.map(char::is_uppercase);
        }
        places
    }

    /// Whether a character stays as it is.
    fn stays(&self, at: usize, c: char) -> bool {
        c.is_ascii() && !c.is_ascii_alphanumeric() || self.is_kept(at)
    }

    fn is_kept(&self, at: usize) -> bool {
        let next = self.kept.partition_point(|range| range.start <= at);
        next.checked_sub(1).is_some_and(|last| self.kept[last].contains(&at))
    }

    fn drawn(&self) -> impl Iterator<Item = (usize, char)> {
        self.text.char_indices().filter(|(at, c)| !self.stays(*at, *c))
    }

    /// Writes another text of this form; returns how many bits were drawn.
    fn write(&self, draw: &mut Draw, out: &mut String) -> f64 {
        let mut bits = 0.0;
        for (at, c) in self.text.char_indices() {
            if self.stays(at, c) {
                out.push(c);
                continue;
            }
            let (other, of) = match (self.hex, another(draw, c)) {
                (Some(upper), _) => (hex_digit(draw, if c.is_alphabetic() { c.is_uppercase() } else { upper }), 16f64),
                (None, Some(other)) if c.is_numeric() => (other, 10.0),
                (None, Some(other)) if c.is_ascii() => (other, 26.0),
                // The smallest alphabet of `letters` is Hebrew's.
                (None, Some(other)) => (other, 22.0),
                (None, None) => (another(draw, 'a').unwrap_or('a'), 26.0),
            };
            out.push(other);
            bits += of.log2();
        }
        bits
    }
}

/// Whether a text is 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == b'-',
            _ => c.is_ascii_hexdigit(),
        })
}

fn hex_digit(draw: &mut Draw, upper: bool) -> char {
    // Below 16.
    let digit = char::from_digit(draw.below(16) as u32, 16).unwrap_or('0');
    if upper { digit.to_ascii_uppercase() } else { digit }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, BinaryViewArray, FixedSizeBinaryArray, StringViewArray};

    use super::*;
    use crate::mask::tried::{column, example_key, mask_array, mask_texts, read_params};

    fn one(text: &str) -> String {
        mask_texts(&SECRET, "", &column(None, false), &[text.to_owned()]).remove(0)
    }

    #[test]
    fn the_form_stays() {
        for (input, pattern) in [
            ("ghp_R4mVq0Zk9TtYc2LwHs7JdXe1NbUo3PAf5GiK", r"^ghp_[A-Z]\d[a-z][A-Z][a-z0-9A-Z]{32}$"),
            ("AKIAIOSFODNN7EXAMPLE", r"^AKIA[A-Z]{8}\d[A-Z]{7}$"),
            ("sk_live_51H8xZq2eR", r"^sk_test_\d\d[A-Z]\d[a-z][A-Z][a-z]\d[a-z][A-Z]$"),
            ("9f86d081884c7d659a2feaa0c55ad015", r"^[0-9a-f]{32}$"),
            ("9F86D081-884C7D65", r"^[0-9A-F]{8}-[0-9A-F]{8}$"),
            (
                "0190f2a4-7c3b-7def-8abc-0123456789ab",
                r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$",
            ),
            ("beef", r"^[a-z]{4}$"),
            ("dGVzdA+/9Q==", r"^[a-z][A-Z]{2}[a-z]{2}[A-Z]\+/\d[A-Z]==$"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl", r"^eyJ\w+\.eyJ\w+\.\w+$"),
            ("ghp_", r"^[a-z]{3}_$"),
            ("🔥🔥", r"^[a-z]{2}$"),
            ("Пароль7", r"^[А-Я][а-я]{5}\d$"),
            (
                "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
                r"^-----BEGIN PRIVATE KEY-----\n[A-Z]{4}\n-----END PRIVATE KEY-----$",
            ),
        ] {
            let output = one(input);
            assert!(regex_lite::Regex::new(pattern).unwrap().is_match(&output), "{input} {output}");
            assert_eq!(input.chars().count(), output.chars().count(), "{output}");
            assert_ne!(input, output);
            if let Some(rest) = input.get(8..16) {
                assert!(!output.contains(rest) || input.starts_with('-'), "{input} {output}");
            }
        }
    }

    #[test]
    fn one_character_changes_too_and_punctuation_is_refused() {
        for c in ('0'..='9').chain('a'..='z') {
            assert_ne!(one(&c.to_string()), c.to_string());
        }
        let Built::Mask(mask) = (SECRET.build)(&Params::default(), &column(None, false), &example_key()) else {
            panic!()
        };
        let input: ArrayRef = Arc::new(StringViewArray::from(vec![Some("a"), None, Some(""), Some("--")]));
        let error = mask.apply(Input { value: &input, per: None }).unwrap_err();
        assert_eq!(error.row, 3);
    }

    #[test]
    fn unique_outputs_need_room() {
        let mut facts = column(None, true);
        let long = ["abcdefghijklmnopqr".to_owned(), "0123456789012345678901234".to_owned()];
        mask_texts(&SECRET, "", &facts, &long);
        let Built::Mask(mask) = (SECRET.build)(&Params::default(), &facts, &example_key()) else { panic!() };
        for short in ["abcdefghijklmnopq", "012345678901234567890123"] {
            let input: ArrayRef = Arc::new(StringViewArray::from(vec![short]));
            assert_eq!(mask.apply(Input { value: &input, per: None }).unwrap_err().reason, TOO_SHORT);
        }
        facts.max_chars = Some(17);
        assert_eq!((SECRET.check)(&read_params(&SECRET, "").unwrap(), &facts).len(), 1);
        facts.max_chars = Some(18);
        assert_eq!((SECRET.check)(&read_params(&SECRET, "").unwrap(), &facts), []);
    }

    #[test]
    fn citext_is_answered_alike_whatever_its_case() {
        let mut facts = column(None, false);
        facts.folds = true;
        let outputs = mask_texts(&SECRET, "", &facts, &["DEADbeef01", "deadbeef01"].map(str::to_owned));
        assert_eq!(outputs[0].to_lowercase(), outputs[1].to_lowercase());
    }

    #[test]
    fn bytes_and_uuids_keep_their_length_version_and_variant() {
        let mut facts = column(None, false);
        facts.ty.kind = Kind::Bytea;
        let input: ArrayRef = Arc::new(BinaryViewArray::from(vec![&b""[..], b"\0", b"some bytes"]));
        let output = mask_array(&SECRET, "", &facts, &input, None);
        let lengths: Vec<usize> = output.as_binary_view().iter().map(|bytes| bytes.unwrap().len()).collect();
        assert_eq!(lengths, [0, 1, 10]);
        assert_ne!(output.as_binary_view().value(1), b"\0");

        facts.ty.kind = Kind::Uuid;
        let uuid = [0x01, 0x90, 0xf2, 0xa4, 0x7c, 0x3b, 0x7d, 0xef, 0x8a, 0xbc, 1, 2, 3, 4, 5, 6];
        let input: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([uuid, [0; 16]].iter()).unwrap());
        let output = mask_array(&SECRET, "", &facts, &input, None);
        let output = output.as_fixed_size_binary();
        assert_eq!((output.value(0)[6] >> 4, output.value(0)[8] >> 6), (7, 2));
        assert_eq!((output.value(1)[6] >> 4, output.value(1)[8] >> 6), (0, 0));
        assert_ne!(output.value(1), [0; 16]);
    }
}

//! `password`: the hash of one test password in the value's own format. Preserves the format, so that a login works in
//! staging; destroys password, salt and cost.

use std::borrow::Cow;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use super::map::{Reason, map_bytes, map_text};
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, Promises};
use crate::schema::Kind;

pub(super) static PASSWORD: MaskDef = MaskDef {
    name: "password",
    summary: "the hash of one test password, `password`, in the value's own format",
    effect: Effect::Removed,
    leaves: "the format of the hash",
    manual: "After a refresh every account has the password `password`. Each value's format is recognised: bcrypt, \
             Argon2, scrypt, PBKDF2 (PHC, passlib, Django, Werkzeug), yescrypt, sha512crypt, sha256crypt, md5crypt, \
             APR1, phpass, LDAP's `{SSHA}` and kin, MySQL's, PostgreSQL's SCRAM-SHA-256 and md5, Django's older ones, \
             and plain MD5, SHA-1, SHA-2 digests by their length, in hexadecimal, base64 or (bytea) raw. The salts \
             are ours and the costs low (bcrypt 10, PBKDF2 10000). PostgreSQL's md5 is made for a user without a \
             name. What is in no known format becomes the text `password` itself, cut to the column's length. NULL \
             stays NULL and empty text empty: an account without a password stays without.",
    accepts: Accepts::Scalars(&[Kind::Text, Kind::Bytea]),
    params: &[],
    promises: Promises {
        equal: Equal::Any,
        stays: |_, _, value| if stand_in(value) == value || WORD.starts_with(value) { 1.0 } else { 1e-30 },
        ..Promises::NONE
    },
    examples: &[
        Example {
            kind: &Kind::Text,
            params: "",
            input: "$2y$12$7bWZ1LqkCwD1m0xqT0sZ3uIf0v3bq8m5mX3mWl6vQ3b0l0yq1mY8K",
            output: "$2y$10$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK",
        },
        Example {
            kind: &Kind::Text,
            params: "",
            input: "pbkdf2_sha256$600000$N8wZ1t$kK2mXn3m0yq1mY8K7bWZ1LqkCwD1m0xqT0sZ3uIf0v0=",
            output: "pbkdf2_sha256$10000$bautatestsalt$9j0YAss2950+yEs8nVf1hNia9ZMeHKgPltAhvoufgrg=",
        },
        Example {
            kind: &Kind::Text,
            params: "",
            input: "8CB2237D0679CA88DB6464EAC60DA96345513964",
            output: "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8",
        },
        Example { kind: &Kind::Text, params: "", input: "hunter2", output: "password" },
    ],
    check: |_, _| Vec::new(),
    build: |_, facts, _| {
        Built::Mask(Box::new(Password { max_chars: facts.max_chars.map_or(usize::MAX, |max| max as usize) }))
    },
};

/// The test password.
const WORD: &str = "password";

/// Formats by how their values begin, the longer beginning before the shorter, and the hash of [`WORD`] in each. Salt
/// `bauta-test-salt!`, or `bautatestsalt` or `bautates` where formats want letters or eight characters. Made with
/// Python 3.11: `hashlib` (pbkdf2_hmac, scrypt), `crypt`, and the packages bcrypt 5.0.0, argon2-cffi 25.1.0 (time 2,
/// memory 19456 KiB, one lane) and passlib 1.7.4 (phpass with 2^10 rounds, APR1).
const FORMATS: &[(&str, &str)] = &[
    ("$2a$", "$2a$10$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK"),
    ("$2b$", "$2b$10$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK"),
    ("$2y$", "$2y$10$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK"),
    ("$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$YmF1dGEtdGVzdC1zYWx0IQ$dVEaKH3Q51hrfnEkLE/+FPo4JNwlPPJxa+TgDrjJVTc"),
    ("$argon2i$", "$argon2i$v=19$m=19456,t=2,p=1$YmF1dGEtdGVzdC1zYWx0IQ$uxfNF+TjUIb4yu+xU/dtjYa5kJae8h1Y5q22HvwyKR4"),
    ("$argon2d$", "$argon2d$v=19$m=19456,t=2,p=1$YmF1dGEtdGVzdC1zYWx0IQ$PBeGdmNZ2nAkyPGaFEaXJ2j+uK67GGEYH8j0icesqFs"),
    ("$scrypt$", "$scrypt$ln=14,r=8,p=1$YmF1dGEtdGVzdC1zYWx0IQ$Fz4zbxarc2xpg012/jBZo53STseHzQ2enw6jd1Gdbfo"),
    (
        "$pbkdf2-sha256$i=",
        "$pbkdf2-sha256$i=10000,l=32$YmF1dGEtdGVzdC1zYWx0IQ$kaJ2ddvqvoYg8kHoFnRRhAwGvWTAbUsislBmE0t+h5A",
    ),
    ("$pbkdf2-sha256$", "$pbkdf2-sha256$10000$YmF1dGEtdGVzdC1zYWx0IQ$kaJ2ddvqvoYg8kHoFnRRhAwGvWTAbUsislBmE0t.h5A"),
    (
        "$pbkdf2-sha512$i=",
        "$pbkdf2-sha512$i=10000,l=64$YmF1dGEtdGVzdC1zYWx0IQ$P+o2qVHAZqjM8OdUxhQJnT4XEQE3WunTCLeGLR+6\
         vOivL6LKRqkIRT8Fnt16gnd7PbAO6QPIeD9BOe979dm3kw",
    ),
    (
        "$pbkdf2-sha512$",
        "$pbkdf2-sha512$10000$YmF1dGEtdGVzdC1zYWx0IQ$P.o2qVHAZqjM8OdUxhQJnT4XEQE3WunTCLeGLR.6vOivL6L\
         KRqkIRT8Fnt16gnd7PbAO6QPIeD9BOe979dm3kw",
    ),
    ("$y$", "$y$j9T$bautatestsalt..$5JsEhMtZ.MpU7lMd2XG42fWx/D3T9IhOnurmrLZHtMC"),
    ("$6$", "$6$bautatestsalt$qqY1BGXMk6odHBcRor6FqKddcnGqvNReq.wrSgkyGJj4EsLhuJf4W134HyfvLqpne.tvW3/18k5v4XZlfXanb1"),
    ("$5$", "$5$bautatestsalt$5.YTSQcIibtAcvN5hHMN3xhJYl3jhrFxH8B0Q/6Zm18"),
    ("$1$", "$1$bautates$BrKnqVh2oehrLfrNcqg3W."),
    ("$apr1$", "$apr1$bautates$9qPWHIs1vhnrG1pN.osJk."),
    ("$P$", "$P$8bautatesxSBTbD237VV0rG/SLWF0g/"),
    ("$H$", "$H$8bautatesxSBTbD237VV0rG/SLWF0g/"),
    ("pbkdf2_sha256$", "pbkdf2_sha256$10000$bautatestsalt$9j0YAss2950+yEs8nVf1hNia9ZMeHKgPltAhvoufgrg="),
    ("pbkdf2_sha1$", "pbkdf2_sha1$10000$bautatestsalt$Iuwwzqvos3QdGBcSyss5oNi33p0="),
    (
        "pbkdf2:sha256:",
        "pbkdf2:sha256:10000$bautatestsalt$f63d1802cb36f79d3ec84b3c9d57f584d89af5931e1ca80f96d021be8b9f82b8",
    ),
    ("bcrypt_sha256$$2b$", "bcrypt_sha256$$2b$10$abcdefghijklmnopqrstuuKGtB3q5KWIAYoHKk7ixG3rOFapDVR7a"),
    ("bcrypt$$2b$", "bcrypt$$2b$10$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK"),
    (
        "argon2$argon2id$",
        "argon2$argon2id$v=19$m=19456,t=2,p=1$YmF1dGEtdGVzdC1zYWx0IQ$dVEaKH3Q51hrfnEkLE/+FPo4JNwlPPJxa+TgDrjJVTc",
    ),
    (
        "argon2$argon2i$",
        "argon2$argon2i$v=19$m=19456,t=2,p=1$YmF1dGEtdGVzdC1zYWx0IQ$uxfNF+TjUIb4yu+xU/dtjYa5kJae8h1Y5q22HvwyKR4",
    ),
    (
        "scrypt$",
        "scrypt$16384$bautatestsalt$8$1$17BBTYstep96RQLYYg+Kgib0iLcostCtjWUsDBK4HXZM79HOS2ygCzwdCnap\
         Lzopp5mJrPn2jpEusUhJAj08Dg==",
    ),
    (
        "scrypt:",
        "scrypt:16384:8:1$bautatestsalt$d7b0414d8b2d7a9f7a4502d8620f8a8226f488b728b2d0ad8d652c0c12b8\
         1d764cefd1ce4b6ca00b3c1d0a76a92f3a29a79989acf9f68e912eb14849023d3c0e",
    ),
    ("sha1$", "sha1$bautatestsalt$48d9e5014d3240403aa5b788eb7cdcb1b866d895"),
    ("md5$", "md5$bautatestsalt$284f5bd775d248b69a76db71706bda18"),
    (
        "SCRAM-SHA-256$",
        "SCRAM-SHA-256$4096:YmF1dGEtdGVzdC1zYWx0IQ==$uJX/OFXVPt63Jywf86SMGB8U60MOBpaU52MNo1R2TaA=:sl\
         yD/y/1VaGVOUTSOtpGULWPUrvFo6OGZWgmolB4AO8=",
    ),
    ("{SSHA}", "{SSHA}ONLremcLr0jvV2hzCut/PSIIytZiYXV0YXRlcw=="),
    ("{SSHA256}", "{SSHA256}t3/hiyPICFUUXGUcVa2bp0yexEPjAcs7c8R7dbAjlBFiYXV0YXRlcw=="),
    (
        "{SSHA512}",
        "{SSHA512}FkQgu0vDsV1FWRJs3VAZgFwFo8PVaB0YwHV+6/ocK3IJxZGym9o2CP2rIr/SXTSv+oDj2dGT1WE/FTUCHeHFcWJhdXRhdGVz",
    ),
    ("{SHA}", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="),
    ("{MD5}", "{MD5}X03MO1qnZdYdgyfeuILPmQ=="),
];

/// Unsalted digests of [`WORD`] in hexadecimal, by length: MD5 (RFC 1321), SHA-1, SHA-224, SHA-256, SHA-384, SHA-512
/// (FIPS 180-4).
const DIGESTS: &[&str] = &[
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
    "d63dc919e201d7bc4c825630d2cf25fdc93d4b2f0d46706d29038d01",
    "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
    "a8b64babd0aca91a59bdbb7761b421d4f2bb38280d3a75ba0f21f2bebc45583d446c598660c94ce680c47d19c30783a7",
    "b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb9\
     80b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86",
];

/// The same of MD5, SHA-1, SHA-256 and SHA-512 in base64, by length.
const BASE64_DIGESTS: &[&str] = &[
    "X03MO1qnZdYdgyfeuILPmQ==",
    "W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
    "XohImNooBHFR0OVvjcYpJ3NgPQ1qq73WKhHvch0VQtg=",
    "sQnzu7wkTrgkQZF+0G1hi5AI3Qmzvv0bXgc5THBqi7mAsdd4Xll27ASbRt9fEyavWi6m0QP9B8lThf+rDKy8hg==",
];

/// The hash that stands for a value; [`WORD`] where its format is unknown.
fn stand_in(value: &str) -> Cow<'static, str> {
    if let Some((_, hash)) = FORMATS.iter().find(|(start, _)| value.starts_with(start)) {
        return Cow::Borrowed(hash);
    }
    if let Some(digest) = hex_digest(value) {
        return digest;
    }
    if let Some(digest) = value.strip_prefix("md5").and_then(hex_digest).filter(|digest| digest.len() == 32) {
        return Cow::Owned(format!("md5{digest}"));
    }
    // MySQL's: a `*` and SHA-1 of SHA-1 in capitals.
    if value.strip_prefix('*').and_then(hex_digest).is_some_and(|digest| digest.len() == 40) {
        return Cow::Borrowed("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
    }
    let base64 = |c: u8| c.is_ascii_alphanumeric() || b"+/=".contains(&c);
    if value.ends_with('=') && value.bytes().all(base64) {
        let same = |digest: &&&str| digest.len() == value.len() && digest.ends_with("==") == value.ends_with("==");
        if let Some(digest) = BASE64_DIGESTS.iter().find(same) {
            return Cow::Borrowed(digest);
        }
    }
    Cow::Borrowed(WORD)
}

/// A digest in hexadecimal as long as a value in hexadecimal, in its case.
fn hex_digest(value: &str) -> Option<Cow<'static, str>> {
    if !value.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let digest = DIGESTS.iter().find(|digest| digest.len() == value.len())?;
    let upper = value.bytes().any(|c| c.is_ascii_uppercase());
    Some(if upper { Cow::Owned(digest.to_uppercase()) } else { Cow::Borrowed(digest) })
}

/// A raw digest of a length.
fn raw_digest(len: usize) -> Option<Vec<u8>> {
    let digest = DIGESTS.iter().find(|digest| digest.len() == len * 2)?;
    (0..digest.len()).step_by(2).map(|at| u8::from_str_radix(&digest[at..at + 2], 16).ok()).collect()
}

struct Password {
    max_chars: usize,
}

impl Mask for Password {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        match input.value.data_type() {
            DataType::Utf8View => map_text(input.value, |_, value, out| self.text(value, out)),
            _ => map_bytes(input.value, |_, value, out| {
                // Text in a known format first: nothing tells a raw digest but its length.
                let text = std::str::from_utf8(value).map(stand_in).unwrap_or(Cow::Borrowed(WORD));
                match raw_digest(value.len()).filter(|_| text == WORD) {
                    Some(digest) => out.extend(digest),
                    None => out.extend(text.as_bytes()),
                }
                Ok(())
            }),
        }
    }
}

impl Password {
    fn text(&self, value: &str, out: &mut String) -> Result<(), Reason> {
        let hash = stand_in(value);
        if hash == WORD {
            out.push_str(&WORD[..WORD.len().min(self.max_chars)]);
        } else if hash.len() > self.max_chars {
            return Err("the test password's hash in the value's format is longer than the column");
        } else {
            out.push_str(&hash);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, BinaryViewArray};
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

    use super::*;
    use crate::mask::tried::{column, mask_array, mask_texts};

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn base64(bytes: &[u8]) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for three in bytes.chunks(3) {
            let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
            for at in 0..4 {
                let letter = char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]);
                text.push(if at <= three.len() { letter } else { '=' });
            }
        }
        text
    }

    fn hmac256(key: &[u8], message: &[u8]) -> [u8; 32] {
        Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().into()
    }

    /// PBKDF2-HMAC-SHA-256 (RFC 8018), one block.
    fn pbkdf2(salt: &[u8], rounds: u32) -> [u8; 32] {
        let mut block = hmac256(WORD.as_bytes(), &[salt, &[0, 0, 0, 1]].concat());
        let mut sum = block;
        for _ in 1..rounds {
            block = hmac256(WORD.as_bytes(), &block);
            sum.iter_mut().zip(block).for_each(|(a, b)| *a ^= b);
        }
        sum
    }

    #[test]
    fn the_digests_are_the_test_passwords() {
        // MD5 and SHA-1 of `password` stand in every list of leaked ones.
        let sha2 = [
            hex(&Sha224::digest(WORD)),
            hex(&Sha256::digest(WORD)),
            hex(&Sha384::digest(WORD)),
            hex(&Sha512::digest(WORD)),
        ];
        assert_eq!(DIGESTS[2..], sha2);
        for digest in BASE64_DIGESTS {
            assert!(DIGESTS.iter().any(|hex| base64(&raw_digest(hex.len() / 2).unwrap()) == *digest), "{digest}");
        }
        assert_eq!(stand_in("{SHA}x"), format!("{{SHA}}{}", BASE64_DIGESTS[1]));
        assert_eq!(stand_in("{MD5}x"), format!("{{MD5}}{}", BASE64_DIGESTS[0]));
        let salted = [Sha256::digest(b"passwordbautates").as_slice(), b"bautates"].concat();
        assert_eq!(stand_in("{SSHA256}x"), format!("{{SSHA256}}{}", base64(&salted)));
        let salted = [Sha512::digest(b"passwordbautates").as_slice(), b"bautates"].concat();
        assert_eq!(stand_in("{SSHA512}x"), format!("{{SSHA512}}{}", base64(&salted)));
    }

    #[test]
    fn the_derived_keys_are_the_test_passwords() {
        let key = pbkdf2(b"bautatestsalt", 10_000);
        assert!(stand_in("pbkdf2_sha256$1$a$b").ends_with(&base64(&key)));
        assert!(stand_in("pbkdf2:sha256:1$a$b").ends_with(&hex(&key)));
        let key = base64(&pbkdf2(b"bauta-test-salt!", 10_000));
        let key = key.trim_end_matches('=');
        assert!(stand_in("$pbkdf2-sha256$i=1$a$b").ends_with(key));
        assert!(stand_in("$pbkdf2-sha256$1$a$b").ends_with(&key.replace('+', ".")));
        // RFC 5803 as PostgreSQL writes it: iterations, salt, stored key, server key.
        let salted = pbkdf2(b"bauta-test-salt!", 4096);
        let stored = Sha256::digest(hmac256(&salted, b"Client Key"));
        let server = hmac256(&salted, b"Server Key");
        let scram =
            format!("SCRAM-SHA-256$4096:{}${}:{}", base64(b"bauta-test-salt!"), base64(&stored), base64(&server));
        assert_eq!(stand_in("SCRAM-SHA-256$"), scram);
    }

    #[test]
    fn every_format_is_recognised_by_its_own_hash() {
        for (start, hash) in FORMATS {
            assert!(hash.starts_with(start), "{start}");
            assert_eq!(stand_in(hash), *hash);
        }
        for hash in DIGESTS.iter().chain(BASE64_DIGESTS) {
            assert_eq!(stand_in(hash), *hash);
        }
        assert_eq!(stand_in("md5ab4f63f9ac65152575886860dde480a1"), "md55f4dcc3b5aa765d61d8327deb882cf99");
        assert_eq!(stand_in("*94BDCEBE19083CE2A1F959FD02F964C7AF4CFC29").len(), 41);
        for unknown in ["hunter2", "$9$x", "5f4dcc3b5aa765d61d8327deb882cf9", "é", "=", "passw\u{f6}rd======"] {
            assert_eq!(stand_in(unknown), WORD, "{unknown}");
        }
    }

    #[test]
    fn what_is_unknown_is_cut_and_a_hash_never_is() {
        assert_eq!(mask_texts(&PASSWORD, "", &column(Some(4), false), &["0000".to_owned()]), ["pass"]);
        let mask = Password { max_chars: 59 };
        assert!(mask.text("$2b$12$x", &mut String::new()).is_err());
    }

    #[test]
    fn bytes_are_text_or_raw_digests() {
        let mut facts = column(None, false);
        facts.ty.kind = Kind::Bytea;
        let input: ArrayRef = Arc::new(BinaryViewArray::from(vec![&b"$2b$12$x"[..], &[0xFF; 32], &[0xFF; 3], b""]));
        let output = mask_array(&PASSWORD, "", &facts, &input, None);
        let output: Vec<&[u8]> = output.as_binary_view().iter().flatten().collect();
        assert!(output[0].starts_with(b"$2b$10$"));
        assert_eq!(hex(output[1]), DIGESTS[3]);
        assert_eq!(output[2..], [WORD.as_bytes(), b""]);
    }
}

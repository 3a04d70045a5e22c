//! The formats of single values: what a text has to look like for a shape. Check digits stand in `checksums`, words in
//! `dictionary`.

use std::net::IpAddr;

use super::shapes::{Shape, Shapes};
use super::{checksums, dictionary};

/// An addr-spec of RFC 5322 as people have them: a dot-atom, `@`, a domain with a dot.
pub(super) fn email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_char = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    !local.is_empty()
        && text.len() <= 254
        && local.chars().all(local_char)
        && domain.contains('.')
        && domain.split('.').all(label)
        && !domain.ends_with(|c: char| c.is_ascii_digit())
}

fn digits_of(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// E.164: a plus or two zeros, then 8 to 15 digits; what people write between them.
pub(super) fn phone_abroad(text: &str) -> bool {
    let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("(+")).or_else(|| text.strip_prefix("00"));
    rest.is_some_and(|rest| {
        (8..=15).contains(&digits_of(rest)) && rest.chars().all(|c| c.is_ascii_digit() || " ()-./".contains(c))
    })
}

/// Six to fifteen digits in two groups or more, or nine to eleven in one; no date, no number with a point.
pub(super) fn phone(text: &str) -> bool {
    let digits = digits_of(text);
    let groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).count();
    let marks = text.chars().all(|c| c.is_ascii_digit() || " ()-./+".contains(c));
    let date = text.len() == 10 && matches!(text.as_bytes()[4], b'-' | b'/' | b'.') && groups == 3;
    let grouped = (2..=6).contains(&groups) && (6..=15).contains(&digits) && !(groups == 2 && text.contains('.'));
    let plain = groups == 1 && (9..=12).contains(&digits) && digits == text.len();
    marks && !date && (grouped || plain) && !(digits == 9 && text.len() == 10 && text.as_bytes()[5] == b'-')
}

pub(super) fn ip(text: &str) -> bool {
    let address = text.split_once('/').map_or(text, |(address, _)| address);
    (address.contains('.') || address.matches(':').count() > 1) && address.parse::<IpAddr>().is_ok()
}

pub(super) fn mac(text: &str) -> bool {
    let separator = if text.contains(':') { ':' } else { '-' };
    let hex = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.len() == 17 && text.split(separator).count() == 6 && text.split(separator).all(hex)
}

pub(super) fn url(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let scheme = ["http://", "https://", "ftp://", "www."].iter().any(|start| lower.starts_with(start));
    scheme && text.len() > 8 && !text.contains(char::is_whitespace)
}

pub(super) fn uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Modular crypt format and its kin: bcrypt, scrypt, Argon2, PBKDF2, SHA-crypt, Django's, LDAP's.
pub(super) fn password_hash(text: &str) -> bool {
    let starts = [
        "$2a$",
        "$2b$",
        "$2y$",
        "$argon2",
        "$scrypt$",
        "$pbkdf2",
        "pbkdf2_",
        "argon2$",
        "bcrypt",
        "$1$",
        "$5$",
        "$6$",
        "$apr1$",
        "$y$",
        "{SSHA",
        "{SHA",
        "{MD5",
        "{CRYPT",
        "SCRAM-SHA-256$",
        "scrypt:",
        "pbkdf2:",
        "sha1$",
    ];
    text.len() >= 20 && starts.iter().any(|start| text.starts_with(start))
}

pub(super) fn jwt(text: &str) -> bool {
    let known = ["whsec_", "sk_live_", "sk_test_", "pk_live_", "rk_live_", "ghp_", "gho_", "xoxb-", "xoxp-", "AKIA"];
    let web = text.starts_with("eyJ") && text.matches('.').count() >= 1 && text.len() > 40;
    web || (text.len() >= 16 && known.iter().any(|start| text.starts_with(start)))
}

/// Sixteen characters or more of letters and digits whose entropy is that of random ones, not of words: most of what
/// Shannon's formula allows for the length, and digits or changes of case among the letters. No UUID.
pub(super) fn token(text: &str) -> bool {
    let bytes = text.as_bytes();
    let known = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_+/=.".contains(byte));
    if !(16..=2048).contains(&bytes.len()) || !known || uuid(text) {
        return false;
    }
    let has = |kind: fn(&u8) -> bool| bytes.iter().any(kind);
    let digits = digits_of(text);
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let hex = bytes.iter().all(u8::is_ascii_hexdigit);
    let runs = bytes.windows(2).filter(|pair| sort(pair[0]) != sort(pair[1])).count();
    letters > 0
        && (digits > 0 || mixed)
        && (if hex { entropy(bytes) > 2.8 } else { entropy(bytes) > 3.4 })
        && runs * 4 >= bytes.len()
}

fn sort(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    }
}

/// Bits per character (Shannon).
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let all = bytes.len() as f64;
    let share = |count: &u32| f64::from(*count) / all;
    counts.iter().filter(|count| **count > 0).map(share).map(|share| -share * share.log2()).sum()
}

pub(super) fn user_agent(text: &str) -> bool {
    let starts = ["Mozilla/", "Opera/", "curl/", "okhttp/", "Dalvik/", "Wget/", "python-requests/", "PostmanRuntime/"];
    let version =
        |word: &str| word.split_once('/').is_some_and(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()));
    let app = text.contains(" (") && text.split(' ').next().is_some_and(version);
    starts.iter().any(|start| text.starts_with(start)) || app
}

pub(super) fn names(words: &[&str], shapes: &mut Shapes) {
    let plain = |word: &&str| word.chars().all(|c| c.is_alphabetic() || "'’-.".contains(c));
    let capital = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            || word.chars().any(|c| !c.is_lowercase() && !c.is_uppercase() && c.is_alphabetic())
    };
    if words.is_empty() || words.len() > 5 || !words.iter().all(plain) {
        return;
    }
    let capitals = words.iter().filter(|word| capital(word)).count();
    let (first, last) = (words[0], words[words.len() - 1]);
    // Of a double name, each part may be a name by itself.
    let given = |word: &str| dictionary::is_given(word) || word.split('-').next().is_some_and(dictionary::is_given);
    let title = matches!(
        first.trim_end_matches('.').to_lowercase().as_str(),
        "dr" | "prof" | "mr" | "mrs" | "ms" | "herr" | "frau"
    );
    let known = words.iter().any(|word| given(word)) || dictionary::is_family(last);
    shapes.add(Shape::NameLike, capitals > 0 && capitals * 2 >= words.len());
    shapes.add(Shape::Given, words.len() <= 2 && given(first));
    shapes.add(Shape::Family, words.len() <= 2 && dictionary::is_family(last));
    shapes.add(Shape::FullName, words.len() >= 2 && capitals >= 2 && (known || title));
}

/// A word for a street before or after a number, or at the end of a word.
pub(super) fn street(words: &[&str]) -> bool {
    const WORDS: &[&str] = &[
        "street",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "avda",
        "av",
        "lane",
        "ln",
        "drive",
        "dr",
        "way",
        "blvd",
        "boulevard",
        "court",
        "ct",
        "place",
        "square",
        "sq",
        "parkway",
        "terrace",
        "rue",
        "quai",
        "chemin",
        "allée",
        "allee",
        "impasse",
        "calle",
        "c/",
        "plaza",
        "pº",
        "paseo",
        "ctra",
        "carretera",
        "via",
        "viale",
        "piazza",
        "corso",
        "rua",
        "travessa",
        "avenida",
        "praça",
        "largo",
        "straat",
        "laan",
        "weg",
        "platz",
        "gasse",
        "straße",
        "strasse",
        "str",
        "ulica",
        "ul",
        "al",
    ];
    const ENDS: &[&str] = &[
        "straße", "strasse", "str", "gasse", "weg", "platz", "allee", "ring", "damm", "ufer", "straat", "laan",
        "gatan", "vägen", "gade", "vej", "plein", "gracht", "kade",
    ];
    let clean = |word: &&str| word.trim_matches(|c: char| ".,".contains(c)).to_lowercase();
    let told = |word: &String| {
        WORDS.contains(&word.as_str()) || ENDS.iter().any(|end| word.ends_with(end) && word.len() > end.len() + 1)
    };
    let number = words.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    (1..=12).contains(&words.len()) && words.iter().map(clean).any(|word| told(&word)) && (number || words.len() <= 3)
}

/// A legal form as a word of its own.
pub(super) fn company(words: &[&str]) -> bool {
    const FORMS: &[&str] = &[
        "gmbh",
        "ag",
        "kg",
        "ohg",
        "ug",
        "eg",
        "gbr",
        "kgaa",
        "ltd",
        "limited",
        "inc",
        "llc",
        "llp",
        "plc",
        "corp",
        "corporation",
        "co",
        "sa",
        "sarl",
        "sas",
        "eurl",
        "srl",
        "spa",
        "sl",
        "slu",
        "bv",
        "nv",
        "ab",
        "as",
        "oy",
        "aps",
        "ltda",
        "lda",
        "sp",
        "pty",
        "ek",
        "ev",
        "se",
    ];
    let bare = |word: &&str| word.to_lowercase().replace(['.', ','], "");
    words.len() > 1 && words.len() < 9 && words[1..].iter().map(bare).any(|word| FORMS.contains(&word.as_str()))
}

/// Postcodes that are not digits alone: British, Canadian, Dutch, Polish, Portuguese, Brazilian, Japanese, and ZIP+4.
pub(super) fn postcode(text: &str) -> bool {
    let form: String = text
        .chars()
        .map(|c| match c {
            '0'..='9' => '9',
            'A'..='Z' => 'A',
            other => other,
        })
        .collect();
    let forms = [
        "A9 9AA",
        "A99 9AA",
        "AA9 9AA",
        "AA99 9AA",
        "A9A 9AA",
        "AA9A 9AA",
        "A9A 9A9",
        "9999 AA",
        "99-999",
        "9999-999",
        "99999-999",
        "999-9999",
        "99999-9999",
        "999 99",
    ];
    forms.contains(&form.as_str())
}

/// Four words or more of which most begin with a small letter, or any text of a script without capitals.
pub(super) fn sentence(words: &[&str]) -> bool {
    let letters = |word: &&&str| word.chars().any(char::is_alphabetic);
    let small = |word: &&&str| word.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_uppercase());
    let count = words.iter().filter(letters).count();
    count >= 4 && words.iter().filter(small).count() * 2 >= count
}

/// ICD-10: a letter, two digits (the second may be a letter), and up to four more after a point.
pub(super) fn icd(text: &str) -> bool {
    let bytes = text.as_bytes();
    (bytes.len() == 3 || (5..=8).contains(&bytes.len()) && bytes[3] == b'.')
        && bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_alphanumeric()
        && bytes.iter().skip(4).all(u8::is_ascii_alphanumeric)
}

/// Whether a text of several words holds an address or a number of a person.
pub(super) fn text_contact(words: &[&str]) -> bool {
    words.len() > 1 && words.iter().any(|word| holds_contact(word))
}

/// Whether a word of a longer text is an address or a number of a person.
fn holds_contact(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
    email(word) || checksums::iban(word) || phone_abroad(word)
}

/// Whether a JSON value has a member named like what a person has, or an address.
pub(super) fn json_contact(text: &str) -> bool {
    if !text.starts_with(['{', '[']) {
        return false;
    }
    text.split('"').any(|piece| email(piece) || checksums::iban(piece) || phone_abroad(piece))
}

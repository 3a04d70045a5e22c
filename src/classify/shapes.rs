//! The shapes of single values: formats, check digits, words of a dictionary, entropy. A value may have several. What
//! a column's shapes mean together is weighed in `score`.

use std::net::IpAddr;

use super::checksums;
use super::dictionary;

/// A shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Shape {
    /// An e-mail address.
    Email,
    /// A telephone number with its country.
    PhoneAbroad,
    /// Digits grouped as a telephone number's.
    Phone,
    /// An IP address, or a network.
    Ip,
    /// A MAC address.
    Mac,
    /// Fifteen digits with Luhn's check digit that begin as a device's.
    Imei,
    /// A URL.
    Url,
    /// An IBAN.
    Iban,
    /// A payment card's number.
    Card,
    /// A VAT number.
    Vat,
    /// A German tax number.
    TaxNumber,
    /// A national identifier with its check.
    National,
    /// The hash of a password, with its method.
    PasswordHash,
    /// A JSON Web Token, or a key with a known prefix.
    Jwt,
    /// Random letters and digits.
    Token,
    /// A browser's name.
    UserAgent,
    /// A given name.
    Given,
    /// A family name.
    Family,
    /// A given and a family name.
    FullName,
    /// Words with capitals and nothing else.
    NameLike,
    /// A large town.
    City,
    /// A street with a number.
    Street,
    /// A firm with its legal form.
    Company,
    /// A postcode with a form of its own.
    Postcode,
    /// Four to six digits.
    FewDigits,
    /// A sentence.
    Sentence,
    /// A word for a sex or a title.
    Sex,
    /// A blood group.
    BloodGroup,
    /// A diagnosis by its code.
    Icd,
    /// A date in the lifetime of a grown person.
    LongAgo,
    /// An e-mail address, an IBAN or a telephone number inside a longer text.
    HoldsContact,
    /// A UUID.
    Uuid,
    /// A picture.
    Picture,
}

/// Every shape, and what values of it look like.
pub(super) const SHAPES: &[(Shape, &str)] = &[
    (Shape::Email, "e-mail addresses"),
    (Shape::PhoneAbroad, "telephone numbers"),
    (Shape::Phone, "telephone numbers"),
    (Shape::Ip, "IP addresses"),
    (Shape::Mac, "MAC addresses"),
    (Shape::Imei, "numbers of devices"),
    (Shape::Url, "URLs"),
    (Shape::Iban, "IBANs"),
    (Shape::Card, "card numbers"),
    (Shape::Vat, "VAT numbers"),
    (Shape::TaxNumber, "tax numbers"),
    (Shape::National, "national identifiers"),
    (Shape::PasswordHash, "password hashes"),
    (Shape::Jwt, "tokens"),
    (Shape::Token, "random tokens"),
    (Shape::UserAgent, "names of browsers"),
    (Shape::Given, "given names"),
    (Shape::Family, "family names"),
    (Shape::FullName, "names of persons"),
    (Shape::NameLike, "names"),
    (Shape::City, "towns"),
    (Shape::Street, "streets"),
    (Shape::Company, "names of firms"),
    (Shape::Postcode, "postcodes"),
    (Shape::FewDigits, "four to six digits"),
    (Shape::Sentence, "sentences"),
    (Shape::Sex, "words for a sex or a title"),
    (Shape::BloodGroup, "blood groups"),
    (Shape::Icd, "codes of diagnoses"),
    (Shape::LongAgo, "dates of birth"),
    (Shape::HoldsContact, "texts with addresses or numbers of persons"),
    (Shape::Uuid, "UUIDs"),
    (Shape::Picture, "pictures"),
];

/// A set of shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shapes(u64);

impl Shapes {
    fn add(&mut self, shape: Shape, holds: bool) {
        self.0 |= u64::from(holds) << shape as u8;
    }

    /// Whether a shape is among them.
    pub(super) fn has(self, shape: Shape) -> bool {
        self.0 >> (shape as u8) & 1 == 1
    }
}

impl Shapes {
    /// Those that a number can have.
    pub(super) fn numbers(self) -> Self {
        let kept = [Shape::Card, Shape::Imei, Shape::Phone, Shape::TaxNumber, Shape::National];
        let mut shapes = Self::default();
        kept.into_iter().for_each(|shape| shapes.add(shape, self.has(shape)));
        shapes
    }
}

/// The shapes of a value, as PostgreSQL prints it.
pub(super) fn of(value: &str) -> Shapes {
    let value = value.trim();
    let mut shapes = Shapes::default();
    if value.is_empty() {
        return shapes;
    }
    let words: Vec<&str> = value.split_whitespace().collect();
    let bare: String = value.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '/')).collect();
    shapes.add(Shape::Email, email(value));
    shapes.add(Shape::PhoneAbroad, phone_abroad(value));
    shapes.add(Shape::Phone, phone(value));
    shapes.add(Shape::Ip, ip(value));
    shapes.add(Shape::Mac, mac(value));
    shapes.add(Shape::Imei, value.len() == 15 && value.starts_with(['0', '3', '8', '9']) && checksums::luhn(value));
    shapes.add(Shape::Url, url(value));
    shapes.add(Shape::Iban, checksums::iban(&bare));
    shapes.add(Shape::Card, checksums::card(&bare));
    shapes.add(Shape::Vat, checksums::vat(&bare));
    shapes.add(Shape::TaxNumber, bare.len() == 11 && !bare.starts_with('0') && checksums::mod_11_10(&bare));
    shapes.add(Shape::National, checksums::national(&bare) || checksums::ssn(value) || checksums::bsn(value));
    shapes.add(Shape::PasswordHash, password_hash(value));
    shapes.add(Shape::Jwt, jwt(value));
    shapes.add(Shape::Token, token(value));
    shapes.add(Shape::UserAgent, user_agent(value));
    names(&words, &mut shapes);
    shapes.add(Shape::City, value.len() < 40 && dictionary::is_city(value));
    shapes.add(Shape::Street, street(&words));
    shapes.add(Shape::Company, company(&words));
    shapes.add(Shape::Postcode, postcode(value));
    shapes.add(Shape::FewDigits, (4..=6).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()));
    shapes.add(Shape::Sentence, sentence(&words));
    shapes.add(Shape::Sex, dictionary::is_sex(value));
    shapes.add(
        Shape::BloodGroup,
        matches!(value.trim_end_matches(['+', '-']), "A" | "B" | "AB" | "O" | "0") && value.ends_with(['+', '-']),
    );
    shapes.add(Shape::Icd, icd(value));
    shapes.add(
        Shape::HoldsContact,
        words.len() > 1 && words.iter().any(|word| holds_contact(word)) || json_contact(value),
    );
    shapes.add(Shape::Uuid, uuid(value));
    shapes
}

/// A person's date as `1987-03-14`, from 1900 to 2012: older dates of things are rare.
pub(super) fn of_date(value: &str) -> Shapes {
    let mut shapes = Shapes::default();
    let year = value.split('-').next().filter(|year| year.len() == 4).and_then(|year| year.parse::<u16>().ok());
    shapes.add(Shape::LongAgo, year.is_some_and(|year| (1900..=2012).contains(&year)));
    shapes
}

/// A picture by its first bytes, in hexadecimal.
pub(super) fn of_bytes(hex: &str) -> Shapes {
    let mut shapes = Shapes::default();
    let magic = ["ffd8ff", "89504e47", "47494638", "52494646", "49492a00", "4d4d002a", "424d"];
    let hex = hex.trim_start_matches("\\x");
    shapes.add(Shape::Picture, magic.iter().any(|magic| hex.starts_with(magic)));
    shapes
}

/// An addr-spec of RFC 5322 as people have them: a dot-atom, `@`, a domain with a dot.
fn email(text: &str) -> bool {
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
fn phone_abroad(text: &str) -> bool {
    let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("(+")).or_else(|| text.strip_prefix("00"));
    rest.is_some_and(|rest| {
        (8..=15).contains(&digits_of(rest)) && rest.chars().all(|c| c.is_ascii_digit() || " ()-./".contains(c))
    })
}

/// Six to fifteen digits in two groups or more, or nine to eleven in one; no date, no number with a point.
fn phone(text: &str) -> bool {
    let digits = digits_of(text);
    let groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).count();
    let marks = text.chars().all(|c| c.is_ascii_digit() || " ()-./+".contains(c));
    let date = text.len() == 10 && matches!(text.as_bytes()[4], b'-' | b'/' | b'.') && groups == 3;
    let grouped = (2..=6).contains(&groups) && (6..=15).contains(&digits) && !(groups == 2 && text.contains('.'));
    let plain = groups == 1 && (9..=12).contains(&digits) && digits == text.len();
    marks && !date && (grouped || plain) && !(digits == 9 && text.len() == 10 && text.as_bytes()[5] == b'-')
}

fn ip(text: &str) -> bool {
    let address = text.split_once('/').map_or(text, |(address, _)| address);
    (address.contains('.') || address.matches(':').count() > 1) && address.parse::<IpAddr>().is_ok()
}

fn mac(text: &str) -> bool {
    let separator = if text.contains(':') { ':' } else { '-' };
    let hex = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.len() == 17 && text.split(separator).count() == 6 && text.split(separator).all(hex)
}

fn url(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let scheme = ["http://", "https://", "ftp://", "www."].iter().any(|start| lower.starts_with(start));
    scheme && text.len() > 8 && !text.contains(char::is_whitespace)
}

fn uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Modular crypt format and its kin: bcrypt, scrypt, Argon2, PBKDF2, SHA-crypt, Django's, LDAP's.
fn password_hash(text: &str) -> bool {
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

fn jwt(text: &str) -> bool {
    let known = ["whsec_", "sk_live_", "sk_test_", "pk_live_", "rk_live_", "ghp_", "gho_", "xoxb-", "xoxp-", "AKIA"];
    let web = text.starts_with("eyJ") && text.matches('.').count() >= 1 && text.len() > 40;
    web || (text.len() >= 16 && known.iter().any(|start| text.starts_with(start)))
}

/// Sixteen characters or more of letters and digits whose entropy is that of random ones, not of words: most of what
/// Shannon's formula allows for the length, and digits or changes of case among the letters. No UUID.
fn token(text: &str) -> bool {
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

fn user_agent(text: &str) -> bool {
    let starts = ["Mozilla/", "Opera/", "curl/", "okhttp/", "Dalvik/", "Wget/", "python-requests/", "PostmanRuntime/"];
    let version =
        |word: &str| word.split_once('/').is_some_and(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()));
    let app = text.contains(" (") && text.split(' ').next().is_some_and(version);
    starts.iter().any(|start| text.starts_with(start)) || app
}

fn names(words: &[&str], shapes: &mut Shapes) {
    let plain = |word: &&str| word.chars().all(|c| c.is_alphabetic() || "'’-.".contains(c));
    let capital = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            || word.chars().any(|c| !c.is_lowercase() && !c.is_uppercase() && c.is_alphabetic())
    };
    if words.is_empty() || words.len() > 5 || !words.iter().all(|word| plain(word)) {
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
fn street(words: &[&str]) -> bool {
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
fn company(words: &[&str]) -> bool {
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
fn postcode(text: &str) -> bool {
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
fn sentence(words: &[&str]) -> bool {
    let letters = |word: &&&str| word.chars().any(char::is_alphabetic);
    let small = |word: &&&str| word.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_uppercase());
    let count = words.iter().filter(letters).count();
    count >= 4 && words.iter().filter(small).count() * 2 >= count
}

/// ICD-10: a letter, two digits (the second may be a letter), and up to four more after a point.
fn icd(text: &str) -> bool {
    let bytes = text.as_bytes();
    (bytes.len() == 3 || (5..=8).contains(&bytes.len()) && bytes[3] == b'.')
        && bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_alphanumeric()
        && bytes.iter().skip(4).all(u8::is_ascii_alphanumeric)
}

/// Whether a word of a longer text is an address or a number of a person.
fn holds_contact(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
    email(word) || checksums::iban(word) || phone_abroad(word)
}

/// Whether a JSON value has a member named like what a person has, or an address.
fn json_contact(text: &str) -> bool {
    if !text.starts_with(['{', '[']) {
        return false;
    }
    text.split('"').any(|piece| email(piece) || checksums::iban(piece) || phone_abroad(piece))
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_shapes() {
        for (shape, values) in [
            (Shape::Email, &["jo.bloggs+x@mail.example.org", "ÅSA@firma.invalid"][..]),
            (Shape::PhoneAbroad, &["+49 30 1234567", "0033 4 04449493", "+1-555-010-9999"]),
            (Shape::Phone, &["040 123456", "(089) 12 34 56", "0171/1234567", "555.123.4567", "03012345678"]),
            (Shape::Ip, &["192.0.2.7", "2001:db8::1", "100.64.0.0/10"]),
            (Shape::Mac, &["00:00:5e:00:53:01"]),
            (Shape::Url, &["https://example.org/x", "www.example.org"]),
            (Shape::PasswordHash, &["$2b$12$JXM6HEtcd.OkR6rSbzo6Dxixfe6ofUrYTJV6Wo460sdzy7umwGE6n"]),
            (Shape::Token, &["4d40df76a4cba9172af1552716322447", "nl_MWfgUIslVtUSe6WIFLdzXdQU", "k9Xv2QpLr8TzWm4N"]),
            (Shape::UserAgent, &["Mozilla/5.0 (X11; Linux x86_64)", "ShopApp/4.2.1 (Android 14; Pixel 8)"]),
            (Shape::FullName, &["Anna Müller", "Dr. Zoë van Dijk", "RAJ SMITH"]),
            (Shape::Street, &["12 High Street", "238, quai Sud", "Lindenstr. 4", "Calle San Francisco 9"]),
            (Shape::Company, &["Morel S.A.R.L.", "Nordlicht Bau GmbH", "Finch & Co. KG"]),
            (Shape::Postcode, &["SW1A 1AA", "1234 AB", "95366-776"]),
            (Shape::Sentence, &["He called twice and was cross.", "Ruft nur vormittags an, bitte warten."]),
            (Shape::BloodGroup, &["A+", "AB-", "0-"]),
            (Shape::Icd, &["J45.9", "I10"]),
            (Shape::HoldsContact, &["ask jo@example.org first", "{\"to\": \"jo@example.org\"}"]),
        ] {
            for value in values {
                assert!(of(value).has(shape), "{value} is {shape:?}");
            }
        }
    }

    #[test]
    fn values_have_no_shapes_of_others() {
        for (shape, values) in [
            (Shape::Email, &["@home", "a@b", "a b@example.org", "root@10.0.0.1"][..]),
            (Shape::Phone, &["2024-01-31", "12.50", "1234567", "12345-6789", "3.14159265"]),
            (Shape::Ip, &["1.2.3", "12:30", "10:20:30 "]),
            (
                Shape::Token,
                &[
                    "internationalization",
                    "a-rather-long-slug-for-a-page",
                    "shipping_address_line",
                    "2024-01-31T10:00:00",
                ],
            ),
            (Shape::FullName, &["red", "Bamboo Jacket", "order shipped"]),
            (Shape::Street, &["strange thing", "weight"]),
            (Shape::Sentence, &["Bamboo Jacket", "New York City Hall"]),
            (Shape::Company, &["Cocoa Beans", "AG"]),
        ] {
            for value in values {
                assert!(!of(value).has(shape), "{value} is no {shape:?}");
            }
        }
    }

    #[test]
    fn shapes_are_listed_once_and_fit_the_set() {
        for (place, (shape, _)) in SHAPES.iter().enumerate() {
            assert_eq!(*shape as usize, place, "the list is in the order of the enum");
        }
        assert!(SHAPES.len() <= 64);
    }

    #[test]
    fn odd_values_are_looked_at_without_a_panic() {
        for value in
            ["é", "ééé-éé", "+", "@", "\u{0}", "日本語", "eyJ", "００３３", "\u{202e}a@b.c", "ß".repeat(500).as_str()]
        {
            let _ = of(value);
            let _ = of_date(value);
            let _ = of_bytes(value);
        }
    }
}

//! The shapes of single values: formats, check digits, words of a dictionary, entropy. A value may have several. What
//! a column's shapes mean together is weighed in `score`.

use super::formats::{
    company, email, icd, ip, json_contact, jwt, mac, names, password_hash, phone, phone_abroad, postcode, sentence,
    street, text_contact, token, url, user_agent, uuid,
};
use super::{checksums, dictionary};

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
    /// A country.
    Country,
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
    (Shape::Country, "countries"),
];

/// A set of shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shapes(u64);

impl Shapes {
    pub(super) fn add(&mut self, shape: Shape, holds: bool) {
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
    shapes.add(Shape::Country, value.len() < 40 && dictionary::is_country(value));
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
    shapes.add(Shape::HoldsContact, text_contact(&words) || json_contact(value));
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

//! What speaks for a class and how much, as data: the shapes of values, and what a value of the class has to be like.
//! Weights are probabilities of being wrong if nothing else were known, taken together as if they were independent.

use super::profile::Profile;
use super::shapes::Shape;

/// The score from which on a guess is made.
pub(super) const THRESHOLD: f64 = 0.5;

/// A name that speaks for a class.
pub(super) const NAME: f64 = 0.8;
/// A name that does in a table of persons.
pub(super) const NAME_OF_PERSONS: f64 = 0.7;
/// A name that hints at a class.
pub(super) const HINT: f64 = 0.4;
/// What the table adds to a hint: it is of persons, or holds addresses, or refers to persons.
pub(super) const TABLE: f64 = 0.2;
/// A comment that speaks for a class.
pub(super) const COMMENT: f64 = 0.45;
/// A type that holds nothing else.
pub(super) const TYPE: f64 = 0.8;
/// The key of a table of persons.
pub(super) const KEY: f64 = 0.6;
/// What is left of a name that the values contradict.
pub(super) const CONTRADICTED: f64 = 0.4;
/// Fewest values that can contradict a name.
pub(super) const FEWEST: usize = 8;

/// A shape that speaks for a class.
pub(super) struct Speaks {
    pub(super) class: &'static str,
    pub(super) shape: Shape,
    /// How much it does where all values have it.
    pub(super) weight: f64,
    /// The least share of values that have to have it.
    pub(super) least: f64,
    /// What it needs besides.
    pub(super) needs: Needs,
}

/// What a shape needs besides to speak for a class.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// A table of persons.
    Persons,
    /// A table of persons, or one that refers to one.
    Near,
    /// A name or a comment that hints at the class.
    Hint,
}

use Needs::{Hint, Near, Nothing, Persons};

/// All of them.
pub(super) const SPEAKS: &[Speaks] = &[
    speaks("contact.city", Shape::City, 0.55, 0.3, Nothing),
    speaks("contact.city", Shape::City, 0.4, 0.05, Hint),
    speaks("contact.email", Shape::Email, 0.95, 0.3, Nothing),
    speaks("contact.phone", Shape::Phone, 0.4, 0.5, Nothing),
    speaks("contact.phone", Shape::Phone, 0.2, 0.5, Near),
    speaks("contact.phone", Shape::PhoneAbroad, 0.75, 0.3, Nothing),
    speaks("contact.postcode", Shape::FewDigits, 0.2, 0.8, Hint),
    speaks("contact.postcode", Shape::Postcode, 0.55, 0.5, Nothing),
    speaks("contact.street", Shape::Street, 0.65, 0.4, Nothing),
    speaks("contact.url", Shape::Url, 0.6, 0.5, Nothing),
    speaks("credential.password", Shape::PasswordHash, 0.95, 0.3, Nothing),
    speaks("credential.secret", Shape::Jwt, 0.9, 0.3, Nothing),
    speaks("credential.secret", Shape::Token, 0.4, 0.6, Nothing),
    speaks("credential.password", Shape::Token, 0.3, 0.6, Hint),
    speaks("device.id", Shape::Imei, 0.7, 0.9, Nothing),
    speaks("device.id", Shape::Mac, 0.9, 0.5, Nothing),
    speaks("device.ip", Shape::Ip, 0.9, 0.5, Nothing),
    speaks("device.user_agent", Shape::UserAgent, 0.9, 0.5, Nothing),
    speaks("financial.account", Shape::Iban, 0.95, 0.3, Nothing),
    speaks("financial.card", Shape::Card, 0.8, 0.8, Nothing),
    speaks("free_text", Shape::HoldsContact, 0.6, 0.02, Nothing),
    speaks("free_text", Shape::Sentence, 0.55, 0.3, Near),
    speaks("free_text", Shape::Sentence, 0.1, 0.3, Nothing),
    speaks("health.note", Shape::BloodGroup, 0.7, 0.8, Nothing),
    speaks("health.note", Shape::Icd, 0.4, 0.7, Near),
    speaks("id.national", Shape::National, 0.75, 0.6, Nothing),
    speaks("id.tax", Shape::TaxNumber, 0.65, 0.8, Nothing),
    speaks("id.tax", Shape::Vat, 0.7, 0.5, Nothing),
    speaks("organization.name", Shape::Company, 0.65, 0.3, Nothing),
    speaks("person.birth_date", Shape::LongAgo, 0.55, 0.7, Persons),
    speaks("person.first_name", Shape::Given, 0.55, 0.4, Nothing),
    speaks("person.first_name", Shape::NameLike, 0.15, 0.8, Hint),
    speaks("person.gender", Shape::Sex, 0.55, 0.98, Persons),
    speaks("person.last_name", Shape::Family, 0.5, 0.4, Nothing),
    speaks("person.last_name", Shape::NameLike, 0.2, 0.8, Hint),
    speaks("person.name", Shape::FullName, 0.65, 0.3, Nothing),
    speaks("person.photo", Shape::Picture, 0.6, 0.3, Persons),
];

const fn speaks(class: &'static str, shape: Shape, weight: f64, least: f64, needs: Needs) -> Speaks {
    Speaks { class, shape, weight, least, needs }
}

/// Whether sampled values contradict a class that the name says: nearly none of them could be one.
pub(super) fn contradicts(class: &str, profile: &Profile) -> bool {
    if profile.values < FEWEST {
        return false;
    }
    let share = |shapes: &[Shape]| shapes.iter().map(|shape| profile.share(*shape)).sum::<f64>();
    let digits = profile.with_digits as f64 / profile.values as f64;
    match class {
        "contact.email" => share(&[Shape::Email]) < 0.1,
        "device.ip" => share(&[Shape::Ip]) < 0.1,
        "contact.phone" => digits < 0.5,
        "contact.postcode" => digits < 0.5 || profile.longest > 16,
        "contact.url" => share(&[Shape::Url]) < 0.02 && profile.words == profile.values && digits < 0.1,
        "person.first_name" | "person.last_name" | "person.name" => share(&[Shape::NameLike]) < 0.1 && digits > 0.5,
        "contact.city" | "organization.name" => digits > 0.9,
        "person.gender" => profile.values > 40 && !profile.is_few(),
        "credential.password" | "credential.secret" => profile.is_few() && profile.longest < 16,
        "id.national" | "id.tax" | "id.document" | "financial.account" | "financial.card" => digits < 0.3,
        "free_text" => profile.is_few() && profile.longest < 24 && share(&[Shape::Sentence]) < 0.1,
        _ => false,
    }
}

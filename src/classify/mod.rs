//! What a column probably holds, from its name and type. A guess proposes and warns; it never decides.

use crate::schema::{Kind, Type};

/// Words of column names (lower case, `_` between words) and the class that they speak for, the most telling first.
const WORDS: &[(&str, &str)] = &[
    ("password", "credential.password"),
    ("passwd", "credential.password"),
    ("passwort", "credential.password"),
    ("api_key", "credential.secret"),
    ("token", "credential.secret"),
    ("secret", "credential.secret"),
    ("email", "contact.email"),
    ("e_mail", "contact.email"),
    ("mail", "contact.email"),
    ("correo", "contact.email"),
    ("phone", "contact.phone"),
    ("telephone", "contact.phone"),
    ("telefon", "contact.phone"),
    ("telefono", "contact.phone"),
    ("mobile", "contact.phone"),
    ("fax", "contact.phone"),
    ("first_name", "person.first_name"),
    ("firstname", "person.first_name"),
    ("given_name", "person.first_name"),
    ("vorname", "person.first_name"),
    ("prenom", "person.first_name"),
    ("last_name", "person.last_name"),
    ("lastname", "person.last_name"),
    ("surname", "person.last_name"),
    ("family_name", "person.last_name"),
    ("nachname", "person.last_name"),
    ("full_name", "person.name"),
    ("contact_name", "person.name"),
    ("username", "person.username"),
    ("user_name", "person.username"),
    ("login", "person.username"),
    ("birth_date", "person.birth_date"),
    ("birthdate", "person.birth_date"),
    ("birthday", "person.birth_date"),
    ("date_of_birth", "person.birth_date"),
    ("dob", "person.birth_date"),
    ("gender", "person.gender"),
    ("street", "contact.street"),
    ("address", "contact.address"),
    ("adresse", "contact.address"),
    ("postcode", "contact.postcode"),
    ("postal_code", "contact.postcode"),
    ("zip", "contact.postcode"),
    ("zip_code", "contact.postcode"),
    ("plz", "contact.postcode"),
    ("city", "contact.city"),
    ("iban", "financial.account"),
    ("account_number", "financial.account"),
    ("card_number", "financial.card"),
    ("credit_card", "financial.card"),
    ("salary", "financial.income"),
    ("ssn", "id.national"),
    ("national_id", "id.national"),
    ("passport", "id.document"),
    ("tax_id", "id.tax"),
    ("vat_id", "id.tax"),
    ("ip_address", "device.ip"),
    ("ip", "device.ip"),
    ("user_agent", "device.user_agent"),
    ("photo", "person.photo"),
    ("diagnosis", "health.note"),
    ("notes", "free_text"),
    ("comment", "free_text"),
    ("message", "free_text"),
];

/// The class that a column's name and type speak for; `None` where they say nothing.
pub fn guess(name: &str, ty: &Type) -> Option<&'static str> {
    let name = words(name);
    let telling = |word: &str| {
        name == word
            || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('_'))
            || name.strip_prefix(word).is_some_and(|rest| rest.starts_with('_'))
    };
    let (_, class) = WORDS.iter().find(|(word, class)| telling(word) && fits(class, ty.kind.scalar()))?;
    Some(class)
}

/// Whether a class can be held by a kind at all: `email_sent_at` holds no e-mail.
fn fits(class: &str, kind: &Kind) -> bool {
    match class {
        "person.birth_date" => matches!(kind, Kind::Date | Kind::Timestamp | Kind::TimestampTz | Kind::Text),
        "financial.income" => !matches!(kind, Kind::Bool | Kind::Date | Kind::Timestamp | Kind::TimestampTz),
        "person.photo" => matches!(kind, Kind::Bytea | Kind::Text),
        "device.ip" => matches!(kind, Kind::Inet | Kind::Cidr | Kind::Text),
        "person.gender" => matches!(kind, Kind::Text | Kind::Enum),
        _ => *kind == Kind::Text,
    }
}

/// `userEmail` and `User-Email` as `user_email`.
fn words(name: &str) -> String {
    let mut out = String::new();
    let mut before_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && before_lower {
            out.push('_');
        }
        before_lower = c.is_lowercase() || c.is_ascii_digit();
        if c.is_alphanumeric() { out.extend(c.to_lowercase()) } else { out.push('_') }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind) -> Type {
        let sql = kind.to_string();
        Type { sql, kind, max_chars: None, padded: false, labels: vec![], checks: vec![], binary: true }
    }

    #[test]
    fn names_and_types_speak_together() {
        for (name, kind, class) in [
            ("email", Kind::Text, Some("contact.email")),
            ("userEmail", Kind::Text, Some("contact.email")),
            ("billing_phone", Kind::Text, Some("contact.phone")),
            ("phones", Kind::Text, None),
            ("email_sent_at", Kind::TimestampTz, None),
            ("birth_date", Kind::Date, Some("person.birth_date")),
            ("address_id", Kind::Int4, None),
            ("last_ip", Kind::Inet, Some("device.ip")),
            ("ship_to", Kind::Text, None),
            ("emails", Kind::Array(Box::new(Kind::Text)), None),
            ("email", Kind::Array(Box::new(Kind::Text)), Some("contact.email")),
        ] {
            assert_eq!(guess(name, &of(kind)), class, "{name}");
        }
    }
}

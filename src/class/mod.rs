//! Classes: what a column holds, as a tree of dotted names, and the mask that each one gets unless a rule file says
//! otherwise. The names follow fideslang's data categories. What laws call them stands in [`legal`].

pub mod legal;
pub mod profile;

/// A class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// Dotted name, such as `contact.email`.
    pub name: &'static str,
    /// Name of the mask that a column with nothing but this class gets.
    pub mask: &'static str,
}

/// Every class, sorted by name.
pub const CLASSES: &[Class] = &[
    class("contact.address", "street"),
    class("contact.city", "city"),
    class("contact.email", "email"),
    class("contact.fax", "phone"),
    class("contact.phone", "phone"),
    class("contact.postcode", "postcode"),
    class("contact.street", "street"),
    class("contact.url", "url"),
    class("credential.password", "password"),
    class("credential.secret", "secret"),
    class("device.id", "pseudonym"),
    class("device.ip", "ip"),
    class("device.serial", "pseudonym"),
    class("device.user_agent", "text"),
    class("financial.account", "digits"),
    class("financial.card", "digits"),
    class("financial.card_code", "nullify"),
    class("financial.card_expiry", "redact"),
    class("financial.card_track", "nullify"),
    class("financial.income", "number_noise"),
    class("free_text", "text"),
    class("health.date", "date_shift"),
    class("health.diagnosis", "redact"),
    class("health.insurance", "pattern"),
    class("health.note", "text"),
    class("health.record", "pattern"),
    class("id.customer", "permute"),
    class("id.document", "pattern"),
    class("id.license", "pattern"),
    class("id.national", "pattern"),
    class("id.tax", "pattern"),
    class("id.vehicle", "pattern"),
    class("location.address", "street"),
    class("location.city", "city"),
    class("location.coordinates", "nullify"),
    class("location.county", "redact"),
    class("organization.name", "company"),
    class("person.age", "number_noise"),
    class("person.biometric", "nullify"),
    class("person.birth_date", "date_shift"),
    class("person.criminal_record", "redact"),
    class("person.date", "date_shift"),
    class("person.education", "redact"),
    class("person.ethnicity", "redact"),
    class("person.first_name", "first_name"),
    class("person.gender", "choose"),
    class("person.genetic", "nullify"),
    class("person.job", "redact"),
    class("person.last_name", "last_name"),
    class("person.name", "person_name"),
    class("person.nationality", "redact"),
    class("person.photo", "nullify"),
    class("person.politics", "redact"),
    class("person.religion", "redact"),
    class("person.sexual_orientation", "redact"),
    class("person.signature", "nullify"),
    class("person.trade_union", "redact"),
    class("person.username", "username"),
];

const fn class(name: &'static str, mask: &'static str) -> Class {
    Class { name, mask }
}

/// Finds a class by name.
pub fn find(name: &str) -> Option<Class> {
    CLASSES.iter().find(|class| class.name == name).copied()
}

/// Whether a class is about a person: such a column is not kept.
pub fn is_personal(name: &str) -> bool {
    let root = name.split('.').next().unwrap_or(name);
    matches!(
        root,
        "contact" | "person" | "id" | "financial" | "health" | "location" | "free_text" | "credential" | "device"
    )
}

/// Classes that point at a person together with others (Sweeney, "Simple demographics often identify people uniquely",
/// 2000; HIPAA's and the GDPR's guidance name the same).
const QUASI_IDENTIFIERS: [&str; 9] = [
    "contact.city",
    "contact.postcode",
    "financial.income",
    "location.city",
    "person.birth_date",
    "person.ethnicity",
    "person.gender",
    "person.nationality",
    "person.religion",
];

/// Whether values of a class point at a person together with others, though not alone.
pub fn is_quasi_identifier(name: &str) -> bool {
    QUASI_IDENTIFIERS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_sorted_and_unique() {
        assert!(CLASSES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn persons_are_told_from_organizations() {
        assert!(is_personal("contact.email") && is_personal("free_text"));
        assert!(!is_personal("organization.name"));
        assert!(QUASI_IDENTIFIERS.iter().all(|name| find(name).is_some() && is_personal(name)));
    }
}

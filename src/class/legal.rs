//! What laws and standards call the classes: provisions as data, each with the classes that it is about. A register of
//! columns and the profiles of a rule file read this; what a provision demands in a given case is for a lawyer.
//!
//! Sources: 45 CFR 164.514(b)(2)(i) (HIPAA Privacy Rule, Safe Harbor), Regulation (EU) 2016/679 (GDPR), PCI DSS v4.0.1
//! (June 2024), and the California Civil Code, section 1798.140 (CCPA as amended by the CPRA).

/// A law or standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// HIPAA Privacy Rule: the 18 identifiers of the Safe Harbor method.
    Hipaa,
    /// General Data Protection Regulation.
    Gdpr,
    /// Payment Card Industry Data Security Standard.
    Pci,
    /// California Consumer Privacy Act.
    Ccpa,
}

impl Law {
    /// Every law, in the order in which they are shown.
    pub const ALL: [Law; 4] = [Law::Hipaa, Law::Gdpr, Law::Pci, Law::Ccpa];

    /// Its usual short name.
    pub fn name(self) -> &'static str {
        match self {
            Law::Hipaa => "HIPAA",
            Law::Gdpr => "GDPR",
            Law::Pci => "PCI DSS",
            Law::Ccpa => "CCPA",
        }
    }
}

/// One provision that names a sort of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provision {
    /// Of which law.
    pub law: Law,
    /// Short name for registers, such as `GDPR Art. 9`.
    pub tag: &'static str,
    /// Where it stands.
    pub cites: &'static str,
    /// What it names, in the law's own words, shortened.
    pub says: &'static str,
    /// The classes that it is about: a class, or the root of many.
    pub classes: &'static [&'static str],
}

impl Provision {
    /// Whether it is about a class.
    pub fn covers(&self, class: &str) -> bool {
        covers(self.classes, class)
    }

    /// Whether it names data that its law protects more than other data of persons: GDPR Art. 9 and 10, sensitive
    /// authentication data, sensitive personal information.
    pub fn is_sensitive(&self) -> bool {
        SENSITIVE.contains(&self.tag)
    }
}

/// Tags of provisions about data that is protected more than others.
const SENSITIVE: &[&str] =
    &["GDPR Art. 9", "GDPR Art. 10", "PCI DSS sensitive authentication data", "CCPA sensitive personal information"];

/// The roots of all classes about persons.
const PERSONS: &[&str] =
    &["contact", "credential", "device", "financial", "free_text", "health", "id", "location", "person"];

/// Every provision: law by law, in the order of the law.
pub const PROVISIONS: &[Provision] = &[
    hipaa(
        "HIPAA-18 (A)",
        "45 CFR 164.514(b)(2)(i)(A)",
        "names",
        &["person.name", "person.first_name", "person.last_name"],
    ),
    hipaa(
        "HIPAA-18 (B)",
        "45 CFR 164.514(b)(2)(i)(B)",
        "all geographic subdivisions smaller than a state, but for the first three digits of a postcode of more than 20,000 people",
        &["contact.address", "contact.city", "contact.postcode", "contact.street", "location"],
    ),
    hipaa(
        "HIPAA-18 (C)",
        "45 CFR 164.514(b)(2)(i)(C)",
        "all elements of dates (except year) directly related to an individual, and all ages over 89",
        &["health.date", "person.age", "person.birth_date", "person.date"],
    ),
    hipaa("HIPAA-18 (D)", "45 CFR 164.514(b)(2)(i)(D)", "telephone numbers", &["contact.phone"]),
    hipaa("HIPAA-18 (E)", "45 CFR 164.514(b)(2)(i)(E)", "fax numbers", &["contact.fax"]),
    hipaa("HIPAA-18 (F)", "45 CFR 164.514(b)(2)(i)(F)", "electronic mail addresses", &["contact.email"]),
    hipaa("HIPAA-18 (G)", "45 CFR 164.514(b)(2)(i)(G)", "social security numbers", &["id.national", "id.tax"]),
    hipaa("HIPAA-18 (H)", "45 CFR 164.514(b)(2)(i)(H)", "medical record numbers", &["health.record"]),
    hipaa("HIPAA-18 (I)", "45 CFR 164.514(b)(2)(i)(I)", "health plan beneficiary numbers", &["health.insurance"]),
    hipaa("HIPAA-18 (J)", "45 CFR 164.514(b)(2)(i)(J)", "account numbers", &["financial.account", "financial.card"]),
    hipaa(
        "HIPAA-18 (K)",
        "45 CFR 164.514(b)(2)(i)(K)",
        "certificate and license numbers",
        &["id.document", "id.license"],
    ),
    hipaa(
        "HIPAA-18 (L)",
        "45 CFR 164.514(b)(2)(i)(L)",
        "vehicle identifiers and serial numbers, including license plate numbers",
        &["id.vehicle"],
    ),
    hipaa(
        "HIPAA-18 (M)",
        "45 CFR 164.514(b)(2)(i)(M)",
        "device identifiers and serial numbers",
        &["device.id", "device.serial"],
    ),
    hipaa("HIPAA-18 (N)", "45 CFR 164.514(b)(2)(i)(N)", "web universal resource locators (URLs)", &["contact.url"]),
    hipaa("HIPAA-18 (O)", "45 CFR 164.514(b)(2)(i)(O)", "internet protocol (IP) address numbers", &["device.ip"]),
    hipaa(
        "HIPAA-18 (P)",
        "45 CFR 164.514(b)(2)(i)(P)",
        "biometric identifiers, including finger and voice prints",
        &["person.biometric", "person.genetic"],
    ),
    hipaa(
        "HIPAA-18 (Q)",
        "45 CFR 164.514(b)(2)(i)(Q)",
        "full face photographic images and any comparable images",
        &["person.photo"],
    ),
    hipaa(
        "HIPAA-18 (R)",
        "45 CFR 164.514(b)(2)(i)(R)",
        "any other unique identifying number, characteristic, or code",
        &[
            "credential",
            "device.user_agent",
            "free_text",
            "health.note",
            "id.customer",
            "person.signature",
            "person.username",
        ],
    ),
    gdpr(
        "GDPR Art. 4(1)",
        "Regulation (EU) 2016/679, Art. 4(1)",
        "any information relating to an identified or identifiable natural person",
        PERSONS,
    ),
    gdpr("GDPR Art. 4(13)", "Regulation (EU) 2016/679, Art. 4(13)", "genetic data", &["person.genetic"]),
    gdpr(
        "GDPR Art. 4(14)",
        "Regulation (EU) 2016/679, Art. 4(14)",
        "biometric data: physical, physiological or behavioural characteristics that confirm who somebody is",
        &["person.biometric"],
    ),
    gdpr("GDPR Art. 4(15)", "Regulation (EU) 2016/679, Art. 4(15)", "data concerning health", &["health"]),
    gdpr(
        "GDPR Art. 9",
        "Regulation (EU) 2016/679, Art. 9(1)",
        "special categories: racial or ethnic origin, political opinions, religious or philosophical beliefs, trade union \
         membership, genetic and biometric data, health, sex life or sexual orientation",
        &[
            "health",
            "person.biometric",
            "person.ethnicity",
            "person.genetic",
            "person.politics",
            "person.religion",
            "person.sexual_orientation",
            "person.trade_union",
        ],
    ),
    gdpr(
        "GDPR Art. 10",
        "Regulation (EU) 2016/679, Art. 10",
        "criminal convictions and offences",
        &["person.criminal_record"],
    ),
    gdpr("GDPR Art. 87", "Regulation (EU) 2016/679, Art. 87", "national identification numbers", &["id.national"]),
    pci(
        "PCI DSS primary account number",
        "PCI DSS v4.0.1, table 2 (account data) and requirements 3.4.1, 3.5.1 and 6.5.5",
        "cardholder data: the primary account number (PAN); no live one in pre-production environments",
        &["financial.card"],
    ),
    pci(
        "PCI DSS cardholder data",
        "PCI DSS v4.0.1, table 2 (account data)",
        "cardholder data beside the PAN: expiration date, and the cardholder's name (of class person.name)",
        &["financial.card_expiry"],
    ),
    pci(
        "PCI DSS sensitive authentication data",
        "PCI DSS v4.0.1, table 2 (account data) and requirement 3.3.1",
        "full track data, card verification codes, PINs: not stored after authorization",
        &["financial.card_code", "financial.card_track"],
    ),
    ccpa(
        "CCPA identifiers",
        "Cal. Civ. Code 1798.140(v)(1)(A)",
        "real name, alias, postal address, unique personal identifier, online identifier, IP address, e-mail address, \
         account name, numbers of social security, licenses, passports",
        &["contact", "device", "id", "person.first_name", "person.last_name", "person.name", "person.username"],
    ),
    ccpa(
        "CCPA customer records",
        "Cal. Civ. Code 1798.140(v)(1)(B), by 1798.80(e)",
        "signature, physical characteristics, telephone, insurance and bank account numbers, cards, financial, medical \
         and health insurance information",
        &["contact.fax", "contact.phone", "financial", "health", "person.signature"],
    ),
    ccpa(
        "CCPA protected characteristics",
        "Cal. Civ. Code 1798.140(v)(1)(C)",
        "characteristics of protected classifications under California or federal law",
        &[
            "person.age",
            "person.birth_date",
            "person.ethnicity",
            "person.gender",
            "person.genetic",
            "person.nationality",
            "person.politics",
            "person.religion",
            "person.sexual_orientation",
        ],
    ),
    ccpa(
        "CCPA biometric information",
        "Cal. Civ. Code 1798.140(v)(1)(E)",
        "biometric information",
        &["person.biometric"],
    ),
    ccpa(
        "CCPA network activity",
        "Cal. Civ. Code 1798.140(v)(1)(F)",
        "internet or other electronic network activity information",
        &["device.ip", "device.user_agent"],
    ),
    ccpa("CCPA geolocation", "Cal. Civ. Code 1798.140(v)(1)(G)", "geolocation data", &["location.coordinates"]),
    ccpa(
        "CCPA audio and visual",
        "Cal. Civ. Code 1798.140(v)(1)(H)",
        "audio, electronic, visual, thermal, olfactory, or similar information",
        &["person.photo"],
    ),
    ccpa(
        "CCPA employment",
        "Cal. Civ. Code 1798.140(v)(1)(I)",
        "professional or employment-related information",
        &["financial.income", "person.job"],
    ),
    ccpa("CCPA education", "Cal. Civ. Code 1798.140(v)(1)(J)", "education information", &["person.education"]),
    ccpa(
        "CCPA sensitive personal information",
        "Cal. Civ. Code 1798.140(ae), by 1798.140(v)(1)(L)",
        "numbers of social security, licenses, passports; log-ins, accounts and cards with their codes; precise \
         geolocation; origin, citizenship, belief, union; contents of messages; genetic, biometric, health, sex life",
        &[
            "credential",
            "financial.account",
            "financial.card",
            "financial.card_code",
            "financial.card_track",
            "free_text",
            "health",
            "id.document",
            "id.license",
            "id.national",
            "location.coordinates",
            "person.biometric",
            "person.ethnicity",
            "person.genetic",
            "person.nationality",
            "person.religion",
            "person.sexual_orientation",
            "person.trade_union",
        ],
    ),
];

const fn hipaa(
    tag: &'static str,
    cites: &'static str,
    says: &'static str,
    classes: &'static [&'static str],
) -> Provision {
    Provision { law: Law::Hipaa, tag, cites, says, classes }
}

const fn gdpr(
    tag: &'static str,
    cites: &'static str,
    says: &'static str,
    classes: &'static [&'static str],
) -> Provision {
    Provision { law: Law::Gdpr, tag, cites, says, classes }
}

const fn pci(
    tag: &'static str,
    cites: &'static str,
    says: &'static str,
    classes: &'static [&'static str],
) -> Provision {
    Provision { law: Law::Pci, tag, cites, says, classes }
}

const fn ccpa(
    tag: &'static str,
    cites: &'static str,
    says: &'static str,
    classes: &'static [&'static str],
) -> Provision {
    Provision { law: Law::Ccpa, tag, cites, says, classes }
}

/// Whether a class is one of these, or inside one of them.
pub(super) fn covers(roots: &[&str], class: &str) -> bool {
    roots.iter().any(|own| class == *own || class.strip_prefix(own).is_some_and(|rest| rest.starts_with('.')))
}

/// The provisions about a class, in the order of [`PROVISIONS`].
pub fn provisions(class: &str) -> impl Iterator<Item = &'static Provision> {
    PROVISIONS.iter().filter(move |provision| provision.covers(class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::{CLASSES, is_personal};

    fn tags(class: &str) -> Vec<&'static str> {
        provisions(class).map(|provision| provision.tag).collect()
    }

    #[test]
    fn every_name_of_a_provision_is_a_class_or_the_root_of_some() {
        for provision in PROVISIONS {
            for name in provision.classes {
                let one = Provision { classes: std::slice::from_ref(name), ..*provision };
                assert!(CLASSES.iter().any(|class| one.covers(class.name)), "{}: {name}", provision.tag);
            }
        }
    }

    #[test]
    fn tags_are_unique_and_sensitive_ones_exist() {
        for (index, one) in PROVISIONS.iter().enumerate() {
            assert!(PROVISIONS[index + 1..].iter().all(|other| one.tag != other.tag), "{}", one.tag);
        }
        for tag in SENSITIVE {
            assert!(PROVISIONS.iter().any(|provision| provision.tag == *tag), "{tag}");
        }
    }

    #[test]
    fn the_eighteen_identifiers_are_there_in_their_order() {
        let letters: Vec<String> = PROVISIONS
            .iter()
            .filter(|provision| provision.law == Law::Hipaa)
            .map(|provision| provision.tag.replace("HIPAA-18 ", ""))
            .collect();
        let expected: Vec<String> = ('A'..='R').map(|letter| format!("({letter})")).collect();
        assert_eq!(letters, expected);
    }

    #[test]
    fn every_class_about_a_person_is_personal_data_and_no_other_is() {
        for class in CLASSES {
            assert_eq!(tags(class.name).contains(&"GDPR Art. 4(1)"), is_personal(class.name), "{}", class.name);
            assert_eq!(tags(class.name).is_empty(), !is_personal(class.name), "{}", class.name);
        }
    }

    #[test]
    fn some_classes_have_the_tags_that_a_lawyer_expects() {
        assert_eq!(tags("contact.email"), ["HIPAA-18 (F)", "GDPR Art. 4(1)", "CCPA identifiers"]);
        assert!(tags("person.religion").contains(&"GDPR Art. 9"));
        assert!(tags("health.diagnosis").contains(&"GDPR Art. 4(15)"));
        assert!(tags("financial.card_code").contains(&"PCI DSS sensitive authentication data"));
        assert!(!tags("financial.account").iter().any(|tag| tag.starts_with("PCI")));
        assert!(tags("contacts.email").is_empty(), "a root ends at a dot");
        assert!(provisions("health.note").any(Provision::is_sensitive));
        assert!(!provisions("contact.email").any(Provision::is_sensitive));
    }
}

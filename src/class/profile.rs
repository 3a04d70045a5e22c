//! Profiles: what a law or standard does not let be done with columns of a class, as data. A rule file that says
//! `profile: pci` is refused where a mask does it. A profile only forbids: that a plan passes is no verdict about it.

use super::legal;

/// A set of demands under a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// As a rule file writes it.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// What it demands; all that are about a column's class hold.
    pub demands: &'static [Demand],
}

/// What a profile refuses of some classes.
#[derive(Debug, PartialEq, Eq)]
pub struct Demand {
    /// The classes: a class, or the root of many.
    pub classes: &'static [&'static str],
    /// What is refused.
    pub refuses: &'static [Method],
    /// Masks that make values coarser and are coarse enough; all others that do so are refused too.
    pub allows: &'static [Coarse],
    /// Whether an exception with reason and expiry lets a column be kept.
    pub exceptions: bool,
    /// What is demanded, without a full stop.
    pub says: &'static str,
    /// Where that stands.
    pub cites: &'static str,
    /// What to write instead.
    pub remedy: &'static str,
}

/// A way to treat values, as far as profiles tell ways apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// They pass as they are.
    Kept,
    /// They move by a bounded amount.
    Moved,
    /// They become others, one to one: a code made from the value.
    Coded,
    /// They become made-up ones, drawn by key.
    MadeUp,
}

/// A mask that makes values coarser, with the parameters that make it coarse enough.
#[derive(Debug, PartialEq, Eq)]
pub struct Coarse {
    /// The mask's name.
    pub mask: &'static str,
    /// Whole-number parameters and the most that each may be.
    pub most: &'static [(&'static str, i64)],
    /// Parameters and what they have to say.
    pub says: &'static [(&'static str, &'static str)],
    /// Whole-number parameters that have to be there.
    pub needs: &'static [&'static str],
}

impl Demand {
    /// Whether it is about a class.
    pub fn covers(&self, class: &str) -> bool {
        legal::covers(self.classes, class)
    }
}

const HIPAA: &str = "45 CFR 164.514(b)(2)(i)";

/// Every profile, sorted by name.
pub static PROFILES: &[&Profile] = &[&CCPA, &GDPR, &HIPAA_SAFE_HARBOR, &PCI];

/// Finds a profile by its name.
pub fn find(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name).copied()
}

static CCPA: Profile = Profile {
    name: "ccpa",
    summary: "sensitive personal information of Californians is not kept and not moved a little",
    demands: &[Demand {
        classes: &[
            "credential",
            "financial.account",
            "financial.card",
            "financial.card_code",
            "financial.card_track",
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
        refuses: &[Method::Kept, Method::Moved],
        allows: &[],
        exceptions: true,
        says: "sensitive personal information does not stay what it was, or nearly",
        cites: "Cal. Civ. Code 1798.140(ae)",
        remedy: "use a mask that makes values up or removes them",
    }],
};

static GDPR: Profile = Profile {
    name: "gdpr",
    summary: "special categories (Art. 9) and convictions (Art. 10) are made up or removed, not coded",
    demands: &[
        Demand {
            classes: &[
                "health",
                "person.biometric",
                "person.criminal_record",
                "person.ethnicity",
                "person.genetic",
                "person.politics",
                "person.religion",
                "person.sexual_orientation",
                "person.trade_union",
            ],
            refuses: &[Method::Kept, Method::Moved, Method::Coded],
            allows: &[],
            exceptions: false,
            says: "a pseudonym or a moved value of a special category is still one (recital 26)",
            cites: "Regulation (EU) 2016/679, Art. 9 and 10",
            remedy: "use a mask that makes values up (`choose`, `text`) or removes them (`redact`, `nullify`)",
        },
        Demand {
            classes: &["id.national", "credential"],
            refuses: &[Method::Kept, Method::Moved],
            allows: &[],
            exceptions: false,
            says: "national numbers and credentials are not kept (data minimisation, security)",
            cites: "Regulation (EU) 2016/679, Art. 5(1)(c), 32 and 87",
            remedy: "use a mask that makes values up or removes them",
        },
    ],
};

static HIPAA_SAFE_HARBOR: Profile = Profile {
    name: "hipaa-safe-harbor",
    summary: "the 18 identifiers are removed, made up or as coarse as the rule allows; nothing is coded or moved",
    demands: &[
        Demand {
            classes: &["contact.postcode"],
            refuses: &[Method::Kept, Method::Moved, Method::Coded],
            allows: &[Coarse {
                mask: "truncate",
                most: &[("first", 3), ("last", 0)],
                says: &[("areas", "us_populous")],
                needs: &[],
            }],
            exceptions: false,
            says: "of a postcode at most three digits stay, and those only for areas of more than 20,000 people",
            cites: "45 CFR 164.514(b)(2)(i)(B)",
            remedy: "write `{ mask: truncate, first: 3, areas: us_populous }`, or use `postcode` or `redact`",
        },
        Demand {
            classes: &["contact.address", "contact.city", "contact.street", "location"],
            refuses: &[Method::Kept, Method::Moved, Method::Coded],
            allows: &[],
            exceptions: false,
            says: "no geographic unit smaller than a state stays",
            cites: "45 CFR 164.514(b)(2)(i)(B)",
            remedy: "use `street`, `city`, `redact` or `nullify`",
        },
        Demand {
            classes: &["health.date", "person.date"],
            refuses: &[Method::Kept, Method::Moved, Method::Coded],
            allows: &[Coarse { mask: "coarsen", most: &[], says: &[("to", "year")], needs: &[] }],
            exceptions: false,
            says: "of a date only the year stays; a shifted date is a date",
            cites: "45 CFR 164.514(b)(2)(i)(C)",
            remedy: "write `{ mask: coarsen, to: year }`, or `nullify`",
        },
        Demand {
            classes: &["person.birth_date"],
            refuses: &[Method::Kept, Method::Moved, Method::Coded],
            allows: &[Coarse { mask: "coarsen", most: &[], says: &[("to", "year")], needs: &["bottom"] }],
            exceptions: false,
            says: "of a birth date only the year stays, and of people over 89 not even that; a shifted date is a date",
            cites: "45 CFR 164.514(b)(2)(i)(C)",
            remedy: "write `{ mask: coarsen, to: year, bottom: YEAR }`, the year of those who turn 89, or `nullify`",
        },
        Demand {
            classes: &["person.age"],
            refuses: &[Method::Kept, Method::Moved, Method::Coded],
            allows: &[Coarse { mask: "coarsen", most: &[("top", 90)], says: &[], needs: &[] }],
            exceptions: false,
            says: "ages over 89 are one group of 90 or older",
            cites: "45 CFR 164.514(b)(2)(i)(C)",
            remedy: "write `{ mask: coarsen, top: 90 }`, or `nullify`",
        },
        Demand {
            classes: &[
                "contact.email",
                "contact.fax",
                "contact.phone",
                "contact.url",
                "credential",
                "device",
                "financial.account",
                "financial.card",
                "free_text",
                "health.insurance",
                "health.note",
                "health.record",
                "id",
                "person.biometric",
                "person.first_name",
                "person.genetic",
                "person.last_name",
                "person.name",
                "person.photo",
                "person.signature",
                "person.username",
            ],
            refuses: &[Method::Kept, Method::Moved, Method::Coded],
            allows: &[],
            exceptions: false,
            says: "an identifier is removed; a code made from it is one too (164.514(c)(1))",
            cites: HIPAA,
            remedy: "use a mask that removes (`redact`, `nullify`) or makes up without `unique`",
        },
    ],
};

static PCI: Profile = Profile {
    name: "pci",
    summary: "of card numbers at most the first six and last four digits stay; codes and tracks go altogether",
    demands: &[
        Demand {
            classes: &["financial.card_code", "financial.card_track"],
            refuses: &[Method::Kept, Method::Moved, Method::Coded, Method::MadeUp],
            allows: &[],
            exceptions: false,
            says: "sensitive authentication data is not stored after authorization, whatever it looks like",
            cites: "PCI DSS v4.0.1, requirement 3.3.1",
            remedy: "use `nullify` or `redact`",
        },
        Demand {
            classes: &["financial.card"],
            refuses: &[Method::Kept, Method::Moved],
            allows: &[Coarse { mask: "truncate", most: &[("first", 6), ("last", 4)], says: &[], needs: &[] }],
            exceptions: false,
            says: "no live card number in pre-production; of a truncated one at most the first six and last four digits stay",
            cites: "PCI DSS v4.0.1, requirements 3.5.1 and 6.5.5",
            remedy: "write `{ mask: truncate, first: 6, last: 4 }`, or use `digits` or `redact`",
        },
        Demand {
            classes: &["financial.card_expiry"],
            refuses: &[Method::Kept],
            allows: &[],
            exceptions: true,
            says: "the expiry date is cardholder data",
            cites: "PCI DSS v4.0.1, table 2 (account data)",
            remedy: "use `redact`, `choose` or `date_shift`",
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::CLASSES;
    use crate::class::legal::{Law, provisions};

    #[test]
    fn every_profile_and_class_of_one_is_known() {
        assert!(PROFILES.windows(2).all(|pair| pair[0].name < pair[1].name));
        for demand in PROFILES.iter().flat_map(|profile| profile.demands) {
            for name in demand.classes {
                assert!(CLASSES.iter().any(|class| legal::covers(&[name], class.name)), "{name}");
            }
        }
    }

    #[test]
    fn safe_harbor_speaks_of_every_class_of_the_eighteen_identifiers() {
        let profile = find("hipaa-safe-harbor").unwrap();
        for class in CLASSES {
            let listed = provisions(class.name).any(|provision| provision.law == Law::Hipaa);
            let demands = profile.demands.iter().filter(|demand| demand.covers(class.name)).count();
            assert_eq!(demands, usize::from(listed), "{}", class.name);
        }
    }
}

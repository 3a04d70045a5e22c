//! What a column may get, the best first: the mask of its class, others of the class, then what is left of a column about
//! which nothing is known. The planner decides which of them holds (`settle`).

use std::collections::BTreeSet;

use crate::class;
use crate::classify::{Profile, Shape, Survey, Verdict};
use crate::mask::{self, PerUse, Uniqueness};
use crate::schema::{Column, Kind, Table};

/// One thing that a column may get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A rule, as the file writes it.
    Rule(String),
    /// A keep and why.
    Keep(&'static str),
}

/// What a column may get, and why it is thought to need it.
#[derive(Clone, Debug)]
pub(super) struct Ladder {
    pub(super) steps: Vec<Step>,
    /// A comment without a value.
    pub(super) why: String,
}

/// Classes whose columns of one row make one made-up person.
const PERSONA: &[&str] =
    &["person.first_name", "person.last_name", "person.name", "person.gender", "person.birth_date"];

/// Classes by whose values tables are joined although nothing declares it: one mask for all of their columns.
const JOINED: &[&str] = &["contact.email", "person.username"];

/// Characters that a secret needs to become another one that no other becomes: 80 bits, in hexadecimal digits and a few
/// more.
const LONG_SECRET: usize = 22;

/// Where a column stands.
pub(super) struct Place<'a> {
    pub(super) table: &'a Table,
    pub(super) column: &'a Column,
    pub(super) survey: &'a Survey,
    pub(super) profile: Option<&'a Profile>,
    /// Whether columns of other tables refer to it.
    pub(super) referred: bool,
    /// Classes of which some column is in a key: all their columns are masked one to one, so that they join.
    pub(super) apart: &'a BTreeSet<&'static str>,
    /// Whether its table belongs to rows about persons.
    pub(super) linked: bool,
}

impl Place<'_> {
    fn kind(&self) -> &Kind {
        self.column.ty.kind.scalar()
    }

    fn takes(&self, mask: &str) -> bool {
        mask::find(mask).is_some_and(|mask| mask.accepts.takes(&self.column.ty.kind))
    }

    fn persons(&self) -> bool {
        self.survey.persons.contains(&self.table.name)
    }

    fn near(&self) -> bool {
        self.survey.near.contains(&self.table.name)
    }

    fn in_key(&self) -> bool {
        self.table.unique.iter().any(|unique| unique.columns.contains(&self.column.name))
    }

    /// A domain of its own: for one that cannot do what others of its class do.
    fn domain(&self) -> String {
        super::yaml::scalar(&self.table.name.column(&self.column.name).to_string())
    }

    /// Whether the sampled values are such that no mask of them stops a run.
    fn can_take_all(&self, mask: &str, class: &str) -> bool {
        let Some(profile) = self.profile.filter(|profile| profile.values > 0) else { return true };
        match mask {
            // A text that is no address stops the run; one of the type always is.
            "ip" => *self.kind() != Kind::Text || profile.share(Shape::Ip) >= 1.0,
            "secret" if self.in_key() && self.apart.contains(class) => profile.shortest >= LONG_SECRET,
            _ => true,
        }
    }

    /// Whether its name ends like a number that identifies something.
    fn is_named_key(&self) -> bool {
        let words = crate::classify::words(&self.column.name);
        words.last().is_some_and(|last| super::references::REFERRING.contains(&last.as_str()))
    }

    fn is_alone_unique(&self) -> bool {
        self.table.unique.iter().any(|unique| unique.columns == [self.column.name.as_str()])
    }

    fn decides_partition(&self) -> bool {
        self.table.partition_key.iter().flatten().any(|key| *key == self.column.name)
    }

    fn share(&self, shape: Shape) -> f64 {
        self.profile.map_or(0.0, |profile| profile.share(shape))
    }

    /// The column whose value is the row's subject: the one column of the primary key.
    fn subject(&self) -> Option<&str> {
        let primary = self.table.unique.iter().find(|unique| unique.primary)?;
        match &primary.columns[..] {
            [one] if *one != self.column.name => {
                self.table.column(one).filter(|column| column.ty.kind != Kind::Other).map(|_| one.as_str())
            }
            _ => None,
        }
    }
}

/// What a column may get.
pub(super) fn ladder(place: &Place<'_>, verdict: Option<&Verdict>) -> Ladder {
    match verdict {
        Some(verdict) => classed(place, verdict),
        None => unknown(place),
    }
}

fn classed(place: &Place<'_>, verdict: &Verdict) -> Ladder {
    let name = verdict.class;
    let mut steps = Vec::new();
    let own = class::find(name).map_or("redact", |class| class.mask);
    let mut masks: Vec<&str> = match name {
        // A region is no street; a house number is no street either.
        "location.address" => vec!["city"],
        "contact.street" | "contact.address" if is_short_number(place.profile) => vec!["digits", "pattern"],
        "organization.name" | "person.name" if place.referred => vec!["pseudonym"],
        _ => Vec::new(),
    };
    masks.push(own);
    masks.extend([
        "permute",
        "digits",
        "pattern",
        "pseudonym",
        "date_shift",
        "timestamp_shift",
        "number_noise",
        "text",
    ]);
    masks.extend(["ip", "choose", "redact", "nullify"]);
    let mut seen: Vec<&str> = Vec::new();
    for mask in masks {
        if seen.contains(&mask) || !place.takes(mask) {
            continue;
        }
        seen.push(mask);
        // A value without digits would stay as it is.
        if mask == "digits" && own != "digits" && !place.profile.is_some_and(Profile::is_digits) {
            continue;
        }
        let Some(def) = mask::find(mask) else { continue };
        if !place.can_take_all(mask, name) {
            continue;
        }
        let mut params = String::new();
        if mask == "choose" && *place.kind() != Kind::Enum {
            let Some(words) = place.profile.and_then(|profile| profile.sexes) else { continue };
            let words: Vec<String> = words.iter().map(|word| super::yaml::scalar(word)).collect();
            params = format!(", from: [{}]", words.join(", "));
        }
        if place.in_key() && def.promises.unique == Uniqueness::No && !matches!(mask, "date_shift" | "timestamp_shift")
        {
            // The key may still hold where other parts of it differ: later, if nothing better does.
            continue;
        }
        let unique = place.apart.contains(name) && def.promises.unique == Uniqueness::Option;
        let head = if mask == own && params.is_empty() {
            format!("class: {name}")
        } else {
            format!("mask: {mask}, class: {name}{params}")
        };
        let subject = place.subject().filter(|_| {
            PERSONA.contains(&name) && def.promises.per == PerUse::Option && place.persons() && !place.in_key()
        });
        if let Some(subject) = subject {
            steps.push(Step::Rule(format!("{{ {head}, per: {} }}", super::yaml::scalar(subject))));
        }
        if unique {
            if place.in_key() || JOINED.contains(&name) {
                steps.push(Step::Rule(format!("{{ {head}, unique: true }}")));
            }
            let unique = if place.in_key() { ", unique: true" } else { "" };
            steps.push(Step::Rule(format!("{{ {head}{unique}, domain: {} }}", place.domain())));
        }
        if !unique || !place.in_key() {
            steps.push(Step::Rule(format!("{{ {head} }}")));
        }
    }
    for mask in [own, "redact", "nullify"] {
        if place.in_key() && !seen.is_empty() && place.takes(mask) {
            let rule =
                if mask == own { format!("{{ class: {name} }}") } else { format!("{{ mask: {mask}, class: {name} }}") };
            if !steps.contains(&Step::Rule(rule.clone())) && mask != "choose" {
                steps.push(Step::Rule(rule));
            }
        }
    }
    if !class::is_personal(name) && !place.near() {
        steps.push(Step::Keep("no mask fits what its constraints ask for: look at it"));
    }
    Ladder { steps, why: verdict.why.join("; ") }
}

/// Whether the values are short and each has a digit: house numbers.
fn is_short_number(profile: Option<&Profile>) -> bool {
    profile.is_some_and(|profile| profile.values > 5 && profile.longest <= 8 && profile.with_digits == profile.values)
}

/// A column without a class: kept only where that tells nothing about a person.
fn unknown(place: &Place<'_>) -> Ladder {
    let kind = place.kind();
    let mut steps = Vec::new();
    let why = if let Some(keep) = kept(place) {
        steps.push(Step::Keep(keep));
        String::new()
    } else if place.persons() {
        "not known; in a table of persons".to_owned()
    } else if !place.near() {
        "not known; no value to look at, or one that holds an address".to_owned()
    } else {
        "not known; beside what is about persons".to_owned()
    };
    let per = place.subject().filter(|_| place.persons()).map(super::yaml::scalar);
    let rule = |mask: &str| match &per {
        Some(per) if matches!(mask, "date_shift" | "timestamp_shift") => format!("{{ mask: {mask}, per: {per} }}"),
        _ => mask.to_owned(),
    };
    for mask in masks(place, kind) {
        if place.takes(mask) {
            steps.push(Step::Rule(rule(mask)));
        }
    }
    steps.push(Step::Keep("no mask fits what its constraints ask for: look at it"));
    let key = place.in_key() && matches!(steps.first(), Some(Step::Rule(rule)) if rule == "permute");
    let why = if key { "a key that others could know the person by".to_owned() } else { why };
    steps.dedup();
    Ladder { steps, why }
}

/// Masks for a column of which only the type is known.
fn masks(place: &Place<'_>, kind: &Kind) -> Vec<&'static str> {
    let apart = place.in_key();
    match kind {
        Kind::Int2 | Kind::Int4 | Kind::Int8 if apart || place.is_named_key() => {
            vec!["permute", "number_noise", "redact", "nullify"]
        }
        Kind::Numeric if apart => vec!["permute", "number_noise", "redact", "nullify"],
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Numeric | Kind::Float4 | Kind::Float8 => {
            vec!["number_noise", "redact", "nullify"]
        }
        Kind::Date => vec!["date_shift", "redact", "nullify"],
        Kind::Timestamp | Kind::TimestampTz => vec!["timestamp_shift", "redact", "nullify"],
        Kind::Time | Kind::Interval => vec!["timestamp_shift", "redact", "nullify"],
        Kind::Uuid => vec!["permute", "redact", "nullify"],
        Kind::Enum => vec!["choose", "nullify"],
        Kind::Text => {
            let code = place.profile.is_some_and(|profile| {
                profile.values > 0 && profile.words == profile.values && profile.with_digits * 2 > profile.values
            });
            let digits = if place.profile.is_some_and(Profile::is_digits) { "digits" } else { "pattern" };
            match (apart || place.referred, code && place.share(Shape::Sentence) < 0.1) {
                (true, _) => vec!["pattern", digits, "pseudonym", "redact", "nullify"],
                (false, true) => vec!["pattern", digits, "text", "redact", "nullify"],
                (false, false) => vec!["text", "pattern", "redact", "nullify"],
            }
        }
        _ => vec!["redact", "nullify"],
    }
}

/// Why a column may stay as it is, if it may.
fn kept(place: &Place<'_>) -> Option<&'static str> {
    let kind = place.kind();
    let key = place.in_key();
    if place.decides_partition() {
        return Some("decides the partition");
    }
    match kind {
        Kind::Bool => return Some("a state: yes or no"),
        Kind::Enum => return Some("a state: one of its type's labels"),
        _ => {}
    }
    if !place.near() {
        let private = [Shape::HoldsContact, Shape::Jwt, Shape::Iban, Shape::Email];
        if private.iter().any(|shape| place.share(*shape) > 0.0) {
            return None;
        }
        let looked = place.profile.is_some_and(|profile| profile.values > 0);
        let long = matches!(kind, Kind::Text | Kind::Json | Kind::Jsonb | Kind::Xml | Kind::Bytea)
            && place.column.ty.max_chars.is_none_or(|max| max > 20);
        let why = match place.linked {
            true => "nothing of a person's own; whose rows it belongs to, is masked",
            false => "nothing here speaks of a person: neither names nor values nor references",
        };
        return (looked || !long || key).then_some(why);
    }
    let few = place.profile.is_some_and(Profile::is_few);
    if place.share(Shape::Country) > 0.9 {
        return Some("countries");
    }
    match kind {
        _ if key && place.is_alone_unique() => None,
        Kind::Text if few && place.profile.is_some_and(|profile| profile.longest <= 40) => {
            Some("a few values that come again and again: codes")
        }
        Kind::Text if key && place.profile.is_some_and(|profile| profile.values > 0 && profile.longest <= 4) => {
            Some("short codes inside a key")
        }
        Kind::Int2 | Kind::Int4 | Kind::Int8 if few => Some("a few values that come again and again: codes"),
        Kind::Int2 | Kind::Int4 | Kind::Int8 if key && place.profile.is_some_and(Profile::is_apart) => None,
        Kind::Int2 | Kind::Int4 | Kind::Int8 if key => Some("a number inside a key; what the key refers to is masked"),
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Numeric | Kind::Float4 | Kind::Float8 => {
            let named = matches!(kind, Kind::Int2 | Kind::Int4 | Kind::Int8) && place.is_named_key();
            (!place.persons() && !named).then_some("quantities and amounts; whose they are, is masked")
        }
        Kind::Date | Kind::Timestamp | Kind::TimestampTz if key => Some("a time inside a key; whose it is, is masked"),
        Kind::Date | Kind::Timestamp | Kind::TimestampTz => {
            (!place.persons()).then_some("when something happened; to whom, is masked")
        }
        Kind::Time | Kind::Interval => Some("times of day and durations"),
        _ => None,
    }
}

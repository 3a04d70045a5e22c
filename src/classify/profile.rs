//! What is remembered of a column's sampled values: how many have which shape, how many differ. No value is in it.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::dictionary;
use super::shapes::{self, SHAPES, Shape, Shapes};
use crate::schema::Kind;

/// Longest value that is looked at, in characters; of longer ones the beginning.
pub const LONGEST: usize = 400;

/// Most different words that are compared with lists of words.
const FEW: usize = 8;

/// The counts of one column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Rows that were sampled.
    pub rows: usize,
    /// Values that were neither NULL nor empty.
    pub values: usize,
    /// Different ones among them.
    pub distinct: usize,
    /// Characters of the longest.
    pub longest: usize,
    /// Characters of the shortest; 0 without values.
    pub shortest: usize,
    /// Values that are one word without a blank.
    pub words: usize,
    /// Values with a digit.
    pub with_digits: usize,
    /// Values of which half the letters and digits or more are digits.
    pub mostly_digits: usize,
    /// Different years of dates.
    pub years: usize,
    /// The words for a sex or a title, of which all values are some.
    pub sexes: Option<&'static [&'static str]>,
    /// By [`SHAPES`].
    counts: Vec<usize>,
}

impl Profile {
    /// The share of values that have a shape, from 0 to 1.
    pub fn share(&self, shape: Shape) -> f64 {
        let place = SHAPES.iter().position(|(known, _)| *known == shape);
        let count = place.and_then(|place| self.counts.get(place)).copied().unwrap_or(0);
        if self.values == 0 { 0.0 } else { count as f64 / self.values as f64 }
    }

    /// Whether the values are a few that come again and again: a code, not something of a person's own. Asks for at least
    /// 20 values, each of the different ones five times on average.
    pub fn is_few(&self) -> bool {
        self.values >= 20 && self.distinct <= 30 && self.distinct * 5 <= self.values
    }

    /// Whether the values are numbers in disguise: digits, with few letters between.
    pub fn is_digits(&self) -> bool {
        self.values > 0 && self.mostly_digits == self.values
    }

    /// Whether all values differ, of at least 20.
    pub fn is_apart(&self) -> bool {
        self.values >= 20 && self.distinct == self.values
    }
}

/// Counts values one by one; drops each of them.
#[derive(Default)]
pub struct Profiler {
    profile: Profile,
    hashes: BTreeSet<u64>,
    few: BTreeSet<String>,
    years: BTreeSet<String>,
}

impl Profiler {
    /// Looks at a value as PostgreSQL prints it; `None` for NULL.
    pub fn see(&mut self, kind: &Kind, value: Option<&str>) {
        self.profile.rows += 1;
        let Some(value) = value.map(str::trim_ascii_end).filter(|value| !value.is_empty()) else { return };
        let profile = &mut self.profile;
        profile.values += 1;
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        self.hashes.insert(hasher.finish());
        let chars = value.chars().count();
        profile.longest = profile.longest.max(chars);
        profile.shortest = if profile.values == 1 { chars } else { profile.shortest.min(chars) };
        profile.words += usize::from(!value.contains(char::is_whitespace));
        let (digits, letters) = value.chars().fold((0, 0), |(digits, letters), c| match c {
            '0'..='9' => (digits + 1, letters),
            c if c.is_alphabetic() => (digits, letters + 1),
            _ => (digits, letters),
        });
        profile.with_digits += usize::from(digits > 0);
        profile.mostly_digits += usize::from(digits > 0 && digits >= letters);
        if self.few.len() <= FEW && chars <= 12 {
            self.few.insert(value.to_owned());
        } else if chars > 12 {
            // No list has so long a word: more of them than any list rules all out.
            self.few.extend((0..=FEW).map(|number| format!("\0{number}")));
        }
        let found = match kind.scalar() {
            Kind::Bytea => shapes::of_bytes(value),
            Kind::Date | Kind::Timestamp | Kind::TimestampTz => {
                self.years.extend(value.get(..4).map(str::to_owned));
                shapes::of_date(value)
            }
            Kind::Text | Kind::Json | Kind::Jsonb | Kind::Xml | Kind::Inet | Kind::Cidr | Kind::Macaddr => {
                shapes::of(value)
            }
            Kind::Int8 | Kind::Numeric => shapes::of(value).numbers(),
            _ => Shapes::default(),
        };
        profile.counts.resize(SHAPES.len(), 0);
        for (count, (shape, _)) in profile.counts.iter_mut().zip(SHAPES) {
            *count += usize::from(found.has(*shape));
        }
    }

    /// The counts.
    pub fn finish(self) -> Profile {
        let sexes = if self.few.len() > FEW { None } else { dictionary::sexes(self.few.iter().map(String::as_str)) };
        Profile { distinct: self.hashes.len(), years: self.years.len(), sexes, ..self.profile }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(kind: &Kind, values: &[&str]) -> Profile {
        let mut profiler = Profiler::default();
        values.iter().for_each(|value| profiler.see(kind, Some(value)));
        profiler.see(kind, None);
        profiler.finish()
    }

    #[test]
    fn values_are_counted_and_not_kept() {
        let secret = "canary-7f3a@example.org";
        let seen = profile(&Kind::Text, &[secret, "someone@example.org", "someone@example.org", "no address"]);
        assert_eq!((seen.rows, seen.values, seen.distinct), (5, 4, 3));
        assert!((seen.share(Shape::Email) - 0.75).abs() < 1e-9);
        assert!(!format!("{seen:?}").contains("canary"));
    }

    #[test]
    fn words_for_a_sex_are_told_by_the_list_they_are_from() {
        assert_eq!(profile(&Kind::Text, &["H", "M", "M"]).sexes, Some(&["H", "M"][..]));
        assert_eq!(profile(&Kind::Text, &["H", "M", "a much longer text than any"]).sexes, None);
        assert_eq!(profile(&Kind::Text, &[]).sexes, None);
    }

    #[test]
    fn few_values_come_again() {
        let many: Vec<String> = (0..40).map(|number| (number % 4).to_string()).collect();
        assert!(profile(&Kind::Text, &many.iter().map(String::as_str).collect::<Vec<_>>()).is_few());
        assert!(!profile(&Kind::Text, &["a", "b"]).is_few());
    }
}

//! Words that values are compared with: given and family names (the tables of the crate `fake`, and a list of its own
//! for Spanish, Polish and Swedish), towns, and the words for a person's sex and title.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use fake::locales::{DE_DE, Data, EN, FR_FR, IT_IT, NL_NL, PT_BR, PT_PT, TR_TR};

/// Given names in lower case.
static GIVEN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let tables = [
        EN::NAME_FIRST_NAME,
        DE_DE::NAME_FIRST_NAME,
        FR_FR::NAME_FIRST_NAME,
        IT_IT::NAME_FIRST_NAME,
        NL_NL::NAME_FIRST_NAME,
        PT_BR::NAME_FIRST_NAME,
        PT_PT::NAME_FIRST_NAME,
        TR_TR::NAME_FIRST_NAME,
    ];
    let own = include_str!("given.txt").split_whitespace();
    tables.into_iter().flatten().copied().chain(own).map(str::to_lowercase).collect()
});

/// Family names in lower case.
static FAMILY: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let tables = [
        EN::NAME_LAST_NAME,
        DE_DE::NAME_LAST_NAME,
        FR_FR::NAME_LAST_NAME,
        IT_IT::NAME_LAST_NAME,
        NL_NL::NAME_LAST_NAME,
        PT_BR::NAME_LAST_NAME,
        PT_PT::NAME_LAST_NAME,
        TR_TR::NAME_LAST_NAME,
    ];
    tables.into_iter().flatten().map(|name| name.to_lowercase()).collect()
});

/// Large towns in lower case; the blanks of their names are hyphens in the list.
static CITIES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let plain = |city: &str| [city.to_lowercase(), city.replace('-', " ").to_lowercase()];
    include_str!("cities.txt").split_whitespace().flat_map(plain).collect()
});

/// Countries in lower case, in some languages; the blanks of their names are hyphens in the list.
static COUNTRIES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let plain = |country: &str| [country.to_lowercase(), country.replace('-', " ").to_lowercase()];
    include_str!("countries.txt").split_whitespace().flat_map(plain).collect()
});

/// Lists of words for sex or title, each with the words that a mask may choose from. A column that holds words of one list
/// only tells a person's sex.
const SEXES: &[&[&str]] = &[
    &["m", "f"],
    &["m", "w"],
    &["M", "F"],
    &["H", "M"],
    &["h", "m"],
    &["H", "F"],
    &["V", "M"],
    &["m", "f", "x"],
    &["m", "w", "d"],
    &["M", "W", "D"],
    &["M", "F", "X"],
    &["M", "F", "U"],
    &["M", "F", "O"],
    &["male", "female"],
    &["Male", "Female"],
    &["MALE", "FEMALE"],
    &["male", "female", "other", "unknown"],
    &["Male", "Female", "Other", "Unknown"],
    &["MALE", "FEMALE", "OTHER", "UNKNOWN"],
    &["male", "female", "non-binary", "diverse", "other", "unknown"],
    &["männlich", "weiblich", "divers"],
    &["Herr", "Frau", "Divers"],
    &["Herr", "Frau", "Divers", "Firma", "Familie"],
    &["homme", "femme"],
    &["hombre", "mujer"],
    &["Hombre", "Mujer"],
    &["varón", "mujer"],
    &["uomo", "donna"],
    &["maschio", "femmina"],
    &["homem", "mulher"],
    &["masculino", "feminino"],
    &["masculino", "femenino"],
    &["man", "vrouw"],
    &["M.", "Mme", "Mlle"],
    &["M", "Mme", "Mlle"],
    &["Monsieur", "Madame"],
    &["Sr.", "Sra.", "Srta."],
    &["Sr", "Sra", "Srta"],
    &["Mr", "Mrs", "Ms", "Miss", "Mx", "Dr"],
    &["Mr.", "Mrs.", "Ms.", "Miss", "Mx.", "Dr."],
    &["mr", "mrs", "ms", "miss", "mx", "dr"],
    &["Dhr.", "Mevr."],
    &["Sig.", "Sig.ra"],
];

/// The words of the shortest list that has all of these, if one does.
pub(super) fn sexes<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Option<&'static [&'static str]> {
    words.clone().next()?;
    SEXES.iter().copied().find(|list| words.clone().all(|word| list.contains(&word)))
}

/// Whether some list of sexes has the word.
pub(super) fn is_sex(word: &str) -> bool {
    SEXES.iter().any(|list| list.contains(&word))
}

/// Whether it is a given name.
pub(super) fn is_given(word: &str) -> bool {
    GIVEN.contains(&word.to_lowercase())
}

/// Whether it is a family name.
pub(super) fn is_family(word: &str) -> bool {
    FAMILY.contains(&word.to_lowercase())
}

/// Whether it is a large town.
pub(super) fn is_city(text: &str) -> bool {
    CITIES.contains(&text.to_lowercase())
}

/// Whether it is a country.
pub(super) fn is_country(text: &str) -> bool {
    COUNTRIES.contains(&text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case() {
        assert!(is_given("JÜRGEN") || is_given("Hans"));
        assert!(is_given("Begoña") && is_family("müller") && is_city("san francisco") && is_city("KÖLN"));
        assert!(!is_given("table") && !is_city("overnight"));
    }

    #[test]
    fn the_shortest_list_answers() {
        assert_eq!(sexes(["Herr", "Frau"].into_iter()), Some(&["Herr", "Frau", "Divers"][..]));
        assert_eq!(sexes(["m", "x"].into_iter()), Some(&["m", "f", "x"][..]));
        assert_eq!(sexes(["m", "blue"].into_iter()), None);
        assert_eq!(sexes(std::iter::empty()), None);
    }
}

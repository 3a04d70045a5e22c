//! Words by language: the names, and the parts of street, city and company names, that person and contact masks draw
//! from; and which language a value is answered in. The words are `fake`'s ([`fakes`]), and small lists of our own for
//! scripts that `fake` has none for ([`own`]). What is made of them is left to the masks.

use super::draw::Draw;
use super::params::{ParamDef, ParamKind, Params};

mod fakes;
mod own;

/// The words of one language.
#[derive(Debug)]
pub(super) struct Locale {
    /// Its name in rule files.
    pub(super) name: &'static str,
    /// Given names.
    first: &'static [&'static str],
    /// Family names.
    last: &'static [&'static str],
    /// Whether the family name comes first and scripts join the two without a blank.
    pub(super) family_first: bool,
    /// What makes a town's name of a family name.
    pub(super) city: Affixes,
    /// What makes a street's name of a family name.
    pub(super) street: Affixes,
    /// What makes a company's name of a family name.
    pub(super) company: Affixes,
}

impl Locale {
    /// One of its given names.
    pub(super) fn first(&self, draw: &mut Draw) -> &'static str {
        clean(draw.word(self.first))
    }

    /// One of its family names.
    pub(super) fn last(&self, draw: &mut Draw) -> &'static str {
        clean(draw.word(self.last))
    }
}

/// Mends three slips of `fake` 5.1.0: `Ricci` with a tab, `Floris` with a comma, `D'Ávila` with a double quote.
fn clean(word: &'static str) -> &'static str {
    if word == "D\"ávila" {
        return "D'Ávila";
    }
    word.trim_matches(|c: char| c == ',' || c.is_whitespace())
}

/// What stands before or after a word; an empty list stands for nothing.
#[derive(Debug)]
pub(super) struct Affixes {
    before: &'static [&'static str],
    after: &'static [&'static str],
    /// What stands between the word and either.
    gap: &'static str,
}

impl Affixes {
    const fn before(before: &'static [&'static str], gap: &'static str) -> Self {
        Self { before, after: &[], gap }
    }

    const fn after(after: &'static [&'static str], gap: &'static str) -> Self {
        Self { before: &[], after, gap }
    }

    /// Writes the word between two of the affixes.
    pub(super) fn write(&self, draw: &mut Draw, word: &str, out: &mut String) {
        if !self.before.is_empty() {
            out.push_str(draw.word(self.before));
            out.push_str(self.gap);
        }
        if self.after.is_empty() || self.gap == " " {
            out.push_str(word);
        } else {
            push_capitalized(word, out);
        }
        if !self.after.is_empty() {
            out.push_str(self.gap);
            out.push_str(draw.word(self.after));
        }
    }
}

/// Writes a word with its first letter in upper case: `de Jong` in `De Jonglaan`.
fn push_capitalized(word: &str, out: &mut String) {
    let mut chars = word.chars();
    out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
    out.push_str(chars.as_str());
}

/// Every language, sorted by name.
static LOCALES: [&Locale; 19] = [
    &fakes::AR,
    &fakes::CY,
    &fakes::DE,
    &own::EL,
    &fakes::EN,
    &fakes::FA,
    &fakes::FR,
    &own::HE,
    &own::HI,
    &fakes::IT,
    &fakes::JA,
    &own::KO,
    &fakes::NL,
    &fakes::PT_BR,
    &fakes::PT_PT,
    &own::RU,
    &fakes::TR,
    &fakes::ZH_CN,
    &fakes::ZH_TW,
];

/// The parameter `locale` of all masks that write words.
pub(super) const PARAM: ParamDef = ParamDef {
    name: "locale",
    kind: ParamKind::Choices(&[
        "ar", "cy", "de", "el", "en", "fa", "fr", "he", "hi", "it", "ja", "ko", "nl", "pt_br", "pt_pt", "ru", "tr",
        "zh_cn", "zh_tw",
    ]),
    default: None,
    required: false,
    summary: "languages to draw from; left out, the language goes by the script of the value, English for Latin",
};

/// The languages that a rule names, or none: then each value's script decides.
pub(super) struct Locales(Vec<&'static Locale>);

impl Locales {
    /// Reads the parameter [`PARAM`].
    pub(super) fn new(params: &Params) -> Self {
        let named = params.texts(PARAM.name).iter();
        Self(named.filter_map(|name| LOCALES.iter().find(|locale| locale.name == name).copied()).collect())
    }

    /// One of the languages named; without any, the one of the value's script. Draws either way, so that what is drawn
    /// next does not hang on the rule.
    pub(super) fn draw(&self, draw: &mut Draw, value: &str) -> &'static Locale {
        let index = draw.below(self.0.len().max(1) as u64);
        self.0.get(index as usize).copied().unwrap_or_else(|| by_script(value))
    }
}

/// The language that stands for the script of a value's first letter that is not Latin; English where all are, or where
/// no list knows the script. Han is Japanese where kana or a blank is about (Chinese names have none), else Chinese;
/// Arabic letters are Persian where one is that Arabic lacks. Blocks are those of Unicode 15.
fn by_script(value: &str) -> &'static Locale {
    if value.is_ascii() {
        return &fakes::EN;
    }
    let any = |test: fn(char) -> bool| value.chars().any(test);
    for c in value.chars() {
        return match c {
            '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}' => &own::EL,
            '\u{0400}'..='\u{052F}' => &own::RU,
            '\u{0590}'..='\u{05FF}' => &own::HE,
            '\u{0600}'..='\u{06FF}' | '\u{0750}'..='\u{077F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' => {
                if any(|c| matches!(c, 'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی')) {
                    &fakes::FA
                } else {
                    &fakes::AR
                }
            }
            '\u{0900}'..='\u{097F}' => &own::HI,
            '\u{3040}'..='\u{30FF}' | '\u{FF66}'..='\u{FF9D}' => &fakes::JA,
            '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7AF}' => &own::KO,
            '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}' => {
                let japanese =
                    any(|c| matches!(c, '\u{3040}'..='\u{30FF}' | '々')) || value.trim().contains([' ', '　']);
                if japanese { &fakes::JA } else { &fakes::ZH_CN }
            }
            _ => continue,
        };
    }
    &fakes::EN
}

/// A language by name.
#[cfg(test)]
pub(super) fn named(name: &str) -> &'static Locale {
    LOCALES.iter().find(|locale| locale.name == name).expect("a language of the list")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::RootKey;

    #[test]
    fn the_parameter_offers_every_language() {
        let names: Vec<&str> = LOCALES.iter().map(|locale| locale.name).collect();
        assert!(names.is_sorted());
        assert_eq!(PARAM.kind, ParamKind::Choices(&names.leak()[..]));
    }

    #[test]
    fn the_script_of_a_value_decides() {
        let cases = [
            ("Anna", "en"),
            ("Åsa Zażółć", "en"),
            ("Анна Каренина", "ru"),
            ("Μαρία", "el"),
            ("محمد", "ar"),
            ("پوریا", "fa"),
            ("王小明", "zh_cn"),
            ("佐藤 太郎", "ja"),
            ("さくら", "ja"),
            ("김민준", "ko"),
            ("अमित", "hi"),
            ("דוד", "he"),
            ("ห้องสมุด", "en"),
            ("🙂", "en"),
            ("", "en"),
        ];
        for (value, locale) in cases {
            assert_eq!(by_script(value).name, locale, "{value}");
        }
    }

    /// `fake`'s tables may change with its version; then outputs change, and the changelog has to say so.
    #[test]
    fn the_words_are_pinned() {
        let mut pins = String::new();
        for locale in LOCALES {
            let key = RootKey::new([3; 32]).domain(locale.name);
            let mut draw = Draw::new(key.prf(&[b"pin"]));
            let (first, last) = (locale.first(&mut draw), locale.last(&mut draw));
            pins += &format!("{}: {first}, {last}", locale.name);
            for affixes in [&locale.city, &locale.street, &locale.company] {
                pins += ", ";
                affixes.write(&mut draw, last, &mut pins);
            }
            pins.push('\n');
        }
        assert_eq!(pins, PINS);
    }

    const PINS: &str = "\
        ar: خاشعة, آل حسين, قرية آل حسين, طريق آل حسين, مؤسسة آل حسين\n\
        cy: Kendrick, Castell, Aber Castell, Maes Castell, Castell Cyf.\n\
        de: Jürgen, Werner, Wernerfeld, Wernerstraße, Werner e.V.\n\
        el: Αγγελική, Μακρή, Νέα Μακρή, Λεωφόρος Μακρή, Μακρή Α.Ε.\n\
        en: Okey, Blanda, Blandabury, Blanda Heights, Blanda Group\n\
        fa: نوید, حقانی, شهرک حقانی, خیابان حقانی, گروه حقانی\n\
        fr: Maria, Vernet, Vernetville, Rue Vernet, Vernet SAS\n\
        he: לאה, גולן, קריית גולן, דרך גולן, גולן בע\"מ\n\
        hi: अजय, कपूर, कपूर गढ़, कपूर रोड, कपूर एंड संस\n\
        it: Raffaele, D'Angelo, D'Angelo del Castello, Circonvallazione D'Angelo, D'Angelo S.r.l.\n\
        ja: 颯斗, 和田, 和田市, 和田台, 株式会社和田\n\
        ko: 수빈, 임, 임천시, 임길, 임산업\n\
        nl: Evelien, Willems, Willemsspeet, Willemspad, Willems vereniging\n\
        pt_br: Estela, Ferreira, Ferreira do Norte, Rua Ferreira, Ferreira e Associados\n\
        pt_pt: Bernardo, Ramos, Ramos de Sousa, Rua Ramos, Ramos SGPS\n\
        ru: Ольга, Федоренко, Нижний Федоренко, улица Федоренко, АО Федоренко\n\
        tr: Merve, Aydın, Aydın Beldesi, Aydın Meydanı, Aydın ve Oğulları\n\
        zh_cn: 紫真, 王, 王家乡, 王家巷, 王氏集团\n\
        zh_tw: 雅君, 汪, 汪家村, 汪家街, 汪氏企業社\n\
        ";

    #[test]
    fn lists_hold_words_only() {
        for locale in LOCALES {
            for word in locale.first.iter().chain(locale.last) {
                let good = |c: char| c.is_alphabetic() || [' ', '-', '\'', '.', '’', '\u{200C}'].contains(&c);
                let marks = ['\u{302}', '\u{93C}', '\u{94D}'];
                let word = clean(word);
                assert!(!word.is_empty() && word.chars().all(|c| good(c) || marks.contains(&c)), "{word:?}");
            }
            assert!(locale.first.len() >= 20 && locale.last.len() >= 17, "{}", locale.name);
        }
    }
}

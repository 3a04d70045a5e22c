//! Words by language: the names, and the parts of street, city and company names, that person and contact masks draw
//! from; and which language a value is answered in. The words are `fake`'s ([`fakes`]), and small lists of our own for
//! scripts that `fake` has none for ([`own`]). What is made of them is left to the masks.

use super::draw::Draw;
use super::line::Line;
use super::params::{ParamDef, ParamKind, Params};

mod fakes;
mod names;
mod own;

pub(super) use names::Name;
use names::Names;

/// The words of one language.
#[derive(Debug)]
pub(super) struct Locale {
    /// Its name in rule files.
    pub(super) name: &'static str,
    /// Given names.
    first: Names,
    /// Family names.
    last: Names,
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
    pub(super) fn first(&'static self, draw: &mut Draw) -> &'static Name {
        self.first.draw(draw)
    }

    /// One of its family names.
    pub(super) fn last(&'static self, draw: &mut Draw) -> &'static Name {
        self.last.draw(draw)
    }
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
    pub(super) fn write(&self, draw: &mut Draw, word: &str, out: &mut Line<'_>) {
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
fn push_capitalized(word: &str, out: &mut Line<'_>) {
    let mut chars = word.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).for_each(|c| out.push(c));
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

    /// One of the languages named; without any, the one of the value's script, where `plain` says that it is in ASCII.
    /// Draws either way, so that what is drawn next does not hang on the rule.
    pub(super) fn draw(&self, draw: &mut Draw, value: &str, plain: bool) -> &'static Locale {
        let index = draw.below(self.0.len().max(1) as u64);
        match self.0.get(index as usize) {
            Some(locale) => locale,
            None if plain => &fakes::EN,
            None => by_script(value),
        }
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
        let mut pins = Vec::new();
        for locale in LOCALES {
            let key = RootKey::new([3; 32]).domain(locale.name);
            let mut draw = Draw::new(key.prf(&[b"pin"]));
            let (first, last) = (locale.first(&mut draw).text(), locale.last(&mut draw).text());
            let mut line = Line::behind(&mut pins);
            line.push_str(&format!("{}: {first}, {last}", locale.name));
            for affixes in [&locale.city, &locale.street, &locale.company] {
                line.push_str(", ");
                affixes.write(&mut draw, last, &mut line);
            }
            line.push('\n');
        }
        assert_eq!(String::from_utf8(pins).unwrap(), PINS);
    }

    const PINS: &str = "\
        ar: إباء, آل عواض, حي آل عواض, طريق آل عواض, مجموعة آل عواض\n\
        cy: Aeres, Maddocks, Pen Maddocks, Lôn Maddocks, Maddocks Cyf.\n\
        de: Ralf, Neumann, Neumannburg, Neumannplatz, Neumann KG\n\
        el: Νίκος, Κωνσταντίνου, Άνω Κωνσταντίνου, Πλατεία Κωνσταντίνου, Κωνσταντίνου Ο.Ε.\n\
        en: Henriette, Heller, Hellerton, Heller Village, Heller Inc\n\
        fa: پرینسا, رفیعی, شهر رفیعی, کوچه رفیعی, شرکت رفیعی\n\
        fr: Briac, Mary, Mary-le-Vieux, Place Mary, Mary et Associés\n\
        he: שירה, סלע, כפר סלע, שדרות סלע, סלע בע\"מ\n\
        hi: मनोज, मल\u{94d}होत\u{94d}रा, मल\u{94d}होत\u{94d}रा प\u{941}र, मल\u{94d}होत\u{94d}रा मार\u{94d}ग, मल\u{94d}होत\u{94d}रा ट\u{94d}र\u{947}डर\u{94d}स\n\
        it: Domenico, Giordano, Giordano del Castello, Piazzale Giordano, Giordano S.n.c.\n\
        ja: 蒼生, 田中, 田中町, 田中台, 株式会社田中\n\
        ko: 수빈, 권, 권주시, 권천로, 권산업\n\
        nl: Fleur, Blom, Blomschot, Blomlaan, Blom eG\n\
        pt_br: Alessandro, Chaves, Chaves do Campo, Avenida Chaves, Chaves S.A.\n\
        pt_pt: Rui, Santos, Santos da Feira, Calçada Santos, Santos e Filhos\n\
        ru: Михаил, Назаренко, Верхний Назаренко, улица Назаренко, АО Назаренко\n\
        tr: Ali, Doğan, Doğan Köyü, Doğan Caddesi, Doğan ve Oğulları\n\
        zh_cn: 幻莲, 贾, 贾家乡, 贾家巷, 贾氏股份有限公司\n\
        zh_tw: 志強, 衡, 衡家村, 衡家街, 衡氏股份有限公司\n\
        ";

    #[test]
    fn lists_hold_words_only() {
        for locale in LOCALES {
            let (first, last) = (locale.first.texts(), locale.last.texts());
            for word in first.iter().chain(&last) {
                let good = |c: char| c.is_alphabetic() || [' ', '-', '\'', '.', '’', '\u{200C}'].contains(&c);
                let marks = ['\u{302}', '\u{93C}', '\u{94D}'];
                assert!(!word.is_empty() && word.chars().all(|c| good(c) || marks.contains(&c)), "{word:?}");
            }
            assert!(first.len() >= 20 && last.len() >= 17, "{}", locale.name);
        }
    }
}

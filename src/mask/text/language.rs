//! Which language a text is answered in: by its script and, in Latin letters, by the small words and letters that give a
//! language away. No more than a guess: a wrong one costs looks, not safety.

use std::collections::HashMap;
use std::sync::LazyLock;

use fake::locales::{Data, EN as LATIN};

use super::{scripts, words};
use crate::mask::draw::Draw;

/// The script of a letter, as far as word lists tell scripts apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// `a` to `z` and what hangs on them.
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Devanagari,
    Thai,
    Hiragana,
    Katakana,
    Han,
    Hangul,
    /// All others: there are no words, only letters.
    Other,
}

impl Script {
    /// Of a letter (Unicode 15 blocks).
    pub(super) fn of(c: char) -> Self {
        match c {
            'A'..='Z' | 'a'..='z' | '\u{00AA}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}' => Script::Latin,
            '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}' => Script::Greek,
            '\u{0400}'..='\u{052F}' => Script::Cyrillic,
            '\u{0591}'..='\u{05F4}' => Script::Hebrew,
            '\u{0600}'..='\u{06FF}' | '\u{0750}'..='\u{077F}' | '\u{FB50}'..='\u{FEFC}' => Script::Arabic,
            '\u{0900}'..='\u{097F}' => Script::Devanagari,
            '\u{0E00}'..='\u{0E7F}' => Script::Thai,
            '\u{3041}'..='\u{309F}' => Script::Hiragana,
            '\u{30A0}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}' => Script::Katakana,
            '\u{3005}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{323AF}' => Script::Han,
            '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7FB}' => Script::Hangul,
            _ => Script::Other,
        }
    }

    /// Whether words are strung together without blanks.
    pub(super) fn is_strung(self) -> bool {
        matches!(self, Script::Thai | Script::Hiragana | Script::Katakana | Script::Han)
    }
}

/// The words of a language by length.
pub(super) struct Dictionary {
    /// At index n the words of n characters.
    by_length: Vec<Vec<&'static str>>,
}

impl Dictionary {
    fn new(words: impl Iterator<Item = &'static str>) -> Self {
        let mut by_length: Vec<Vec<&'static str>> = Vec::new();
        for word in words {
            let length = word.chars().count();
            if by_length.len() <= length {
                by_length.resize(length + 1, Vec::new());
            }
            if !by_length[length].contains(&word) {
                by_length[length].push(word);
            }
        }
        Self { by_length }
    }

    /// Its words of two characters and more.
    fn long_words(&self) -> impl Iterator<Item = &'static str> {
        self.by_length.iter().skip(2).flatten().copied()
    }

    /// Length of its longest words.
    pub(super) fn longest(&self) -> usize {
        self.by_length.len() - 1
    }

    /// One of the words of these lengths, each equally likely; `None` where there are none.
    pub(super) fn draw(&self, draw: &mut Draw, lengths: std::ops::RangeInclusive<usize>) -> Option<&'static str> {
        let from = (*lengths.start()).min(self.by_length.len());
        let to = (*lengths.end() + 1).clamp(from, self.by_length.len());
        let fitting = &self.by_length[from..to];
        // Below the number of words.
        let mut index = draw.below(fitting.iter().map(Vec::len).sum::<usize>() as u64) as usize;
        for words in fitting {
            match words.get(index) {
                Some(word) => return Some(word),
                None => index -= words.len(),
            }
        }
        None
    }
}

macro_rules! dictionaries {
    ($($name:ident = $words:expr;)*) => {
        $(static $name: LazyLock<Dictionary> = LazyLock::new(|| Dictionary::new($words.split_ascii_whitespace()));)*
    };
}

dictionaries! {
    EN = words::EN;
    DE = words::DE;
    FR = words::FR;
    ES = words::ES;
    IT = words::IT;
    PT = words::PT;
    NL = words::NL;
    RU = scripts::RU;
    EL = scripts::EL;
    HE = scripts::HE;
    AR = scripts::AR;
    HI = scripts::HI;
    KO = scripts::KO;
    TH = scripts::TH;
    HIRAGANA = scripts::HIRAGANA;
    KATAKANA = scripts::KATAKANA;
    HAN_JA = scripts::HAN_JA;
    HAN_ZH = scripts::HAN_ZH;
}

/// Latin, for languages in Latin letters that have no list.
static LA: LazyLock<Dictionary> = LazyLock::new(|| Dictionary::new(LATIN::LOREM_WORD.iter().copied()));

/// What gives a language in Latin letters away.
struct Hints {
    dictionary: &'static LazyLock<Dictionary>,
    /// Small words that hardly any text of it is without, most of them in no other language here.
    words: &'static str,
    /// Letters that the others do not have.
    letters: &'static str,
}

/// The first wins a tie.
static HINTS: [Hints; 8] = [
    Hints {
        dictionary: &EN,
        words: "the and of is that with for you was are this not have from they his her she we will be it who must",
        letters: "",
    },
    Hints {
        dictionary: &DE,
        words: "der die das und ist nicht mit ein eine zu den von auf für dem sich auch wir sie ich im wird bei nach",
        letters: "ß",
    },
    Hints {
        dictionary: &FR,
        words: "le la les des et est une dans pour que qui pas sur avec au ce nous vous je il elle du ne sont à été",
        letters: "œùûî",
    },
    Hints {
        dictionary: &ES,
        words: "el los las y es una con por para que en no del se su al lo está pero más fue muy como la",
        letters: "ñ¿¡",
    },
    Hints {
        dictionary: &IT,
        words: "il di che è non una per con della sono gli le del nel anche ma alla si ho questo molto la da i",
        letters: "ìò",
    },
    Hints {
        dictionary: &PT,
        words: "o os as e é não uma com para que do da em no na por mais um se foi são muito está você ao",
        letters: "ãõ",
    },
    Hints {
        dictionary: &NL,
        words: "de het een en van is niet met op voor dat zijn te die aan er om ook ik wij naar bij was heeft",
        letters: "ĳ",
    },
    Hints {
        dictionary: &LA,
        words: "w i na się nie jest z do że och att är det som på en av ikke og til ve bir için ile ja on ei se je v",
        letters: "ąćęłńśźżčďěňřšťůžåøæğışőűđơưăâțș",
    },
];

/// Index in [`HINTS`] by small word.
static SMALL_WORDS: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (index, hints) in HINTS.iter().enumerate() {
        for word in hints.words.split(' ') {
            by_word.entry(word).or_default().push(index);
        }
    }
    by_word
});

/// The languages that a text's words are drawn from.
pub(super) struct Language {
    latin: &'static Dictionary,
    han: &'static Dictionary,
}

impl Language {
    /// Looks at the first words of a text.
    pub(super) fn of(text: &str) -> Self {
        const WORDS: usize = 200;
        let mut scores = [0u32; HINTS.len()];
        let mut kana = false;
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(WORDS) {
            let word = word.to_lowercase();
            for index in SMALL_WORDS.get(word.as_str()).into_iter().flatten() {
                scores[*index] += 2;
            }
            for c in word.chars().filter(|c| !c.is_ascii()) {
                kana |= matches!(Script::of(c), Script::Hiragana | Script::Katakana);
                for (score, hints) in scores.iter_mut().zip(&HINTS) {
                    *score += u32::from(hints.letters.contains(c));
                }
            }
        }
        let mut best = 0;
        for (index, score) in scores.iter().enumerate() {
            if *score > scores[best] {
                best = index;
            }
        }
        Self { latin: HINTS[best].dictionary, han: if kana { &HAN_JA } else { &HAN_ZH } }
    }

    /// Words of two characters and more that are strung together in a text of this language.
    pub(super) fn strung_words(&self) -> impl Iterator<Item = &'static str> {
        [&*TH, &*HIRAGANA, &*KATAKANA, self.han].into_iter().flat_map(Dictionary::long_words)
    }

    /// Words of `a` to `z`.
    pub(super) fn ascii(&self) -> &'static Dictionary {
        &EN
    }

    /// The words in a script; `None` where there are only letters.
    pub(super) fn dictionary(&self, script: Script) -> Option<&'static Dictionary> {
        Some(match script {
            Script::Latin => self.latin,
            Script::Greek => &EL,
            Script::Cyrillic => &RU,
            Script::Hebrew => &HE,
            Script::Arabic => &AR,
            Script::Devanagari => &HI,
            Script::Thai => &TH,
            Script::Hiragana => &HIRAGANA,
            Script::Katakana => &KATAKANA,
            Script::Han => self.han,
            Script::Hangul => &KO,
            Script::Other => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_by_their_small_words() {
        for (text, dictionary) in [
            ("A Astounding Epistle of a Database Administrator who must Overcome a Pioneer", &EN),
            ("Bitte nach 18 Uhr anrufen, die Kundin ist nicht vorher da", &DE),
            ("La cliente est allergique aux noix et ne mange pas", &FR),
            ("El cliente no está en casa por la tarde", &ES),
            ("Il cliente non è in casa, per favore", &IT),
            ("O cliente não está em casa, por favor", &PT),
            ("De klant is niet thuis, graag bij de buren afgeven", &NL),
            ("Klientka nie jest w domu, proszę dzwonić później", &LA),
            ("xyzzy", &EN),
        ] {
            assert!(std::ptr::eq(Language::of(text).latin, &**dictionary), "{text}");
        }
        assert!(std::ptr::eq(Language::of("今日は雨").han, &*HAN_JA));
        assert!(std::ptr::eq(Language::of("今天下雨").han, &*HAN_ZH));
    }

    #[test]
    fn words_are_of_their_script_and_in_lower_case() {
        for (dictionary, script) in [
            (&EN, Script::Latin),
            (&DE, Script::Latin),
            (&FR, Script::Latin),
            (&ES, Script::Latin),
            (&IT, Script::Latin),
            (&PT, Script::Latin),
            (&NL, Script::Latin),
            (&LA, Script::Latin),
            (&RU, Script::Cyrillic),
            (&EL, Script::Greek),
            (&HE, Script::Hebrew),
            (&AR, Script::Arabic),
            (&HI, Script::Devanagari),
            (&KO, Script::Hangul),
            (&TH, Script::Thai),
            (&HIRAGANA, Script::Hiragana),
            (&KATAKANA, Script::Katakana),
            (&HAN_JA, Script::Han),
            (&HAN_ZH, Script::Han),
        ] {
            for word in dictionary.by_length.iter().flatten() {
                assert!(word.chars().all(|c| Script::of(c) == script), "{word}");
                assert_eq!(word.to_lowercase(), *word);
            }
            let enough = if script.is_strung() { 60 } else { 100 };
            assert!(dictionary.by_length.iter().map(Vec::len).sum::<usize>() >= enough, "{script:?}");
            assert!(!script.is_strung() || dictionary.longest() >= 2);
        }
    }

    #[test]
    fn lengths_outside_the_lists_give_nothing() {
        let mut draw = Draw::new([1; 16]);
        assert_eq!(EN.draw(&mut draw, 90..=99), None);
        assert_eq!(EN.draw(&mut draw, 0..=0), None);
        assert_eq!(EN.draw(&mut draw, 3..=3).map(str::len), Some(3));
    }
}

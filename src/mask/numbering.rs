//! Telephone numbers that reach nobody: country codes, the ranges that regulators set aside for fiction, and what to
//! dial where there are none. How a number is written is left to the mask.

use std::sync::OnceLock;

use super::draw::Draw;
use crate::blocks::put_block;

/// Numbers of a country that are set aside.
#[derive(Debug)]
pub(super) struct Numbering {
    /// Names in rule files.
    pub(super) countries: &'static [&'static str],
    /// Country code (ITU-T E.164).
    code: u32,
    /// What is dialled before a national number inside the country, and no part of it.
    pub(super) trunk: u8,
    /// Ranges by the length of their complete numbers: the digits that they begin with.
    reserved: &'static [(usize, &'static [&'static str])],
    /// The same by how long a number may be that begins so, made when they are first asked for.
    by_length: OnceLock<[Vec<Beginning>; LENGTHS]>,
}

/// The digits that numbers of a range begin with, and how many they are.
#[derive(Clone, Copy, Debug)]
struct Beginning([u8; LENGTHS], usize);

impl Beginning {
    /// Nothing: all digits are free.
    const NOTHING: Self = Self::of("");

    const fn of(digits: &str) -> Self {
        let (mut all, mut at) = ([0; LENGTHS], 0);
        while at < digits.len() {
            all[at] = digits.as_bytes()[at] - b'0';
            at += 1;
        }
        Self(all, at)
    }
}

/// Lengths that ranges are told apart by: all are shorter.
const LENGTHS: usize = 13;

impl Numbering {
    /// Beginnings of numbers of a length: of a range of that length, else of all that are shorter.
    fn beginnings(&self, len: usize) -> &[Beginning] {
        let all = self.by_length.get_or_init(|| {
            std::array::from_fn(|len| {
                let complete = self.reserved.iter().find(|(complete, _)| *complete == len);
                let shorter = self.reserved.iter().flat_map(|(_, prefixes)| *prefixes);
                let prefixes: Vec<&str> = match complete {
                    Some((_, prefixes)) => prefixes.to_vec(),
                    None => shorter.copied().filter(|prefix| prefix.len() < len).collect(),
                };
                prefixes.into_iter().map(Beginning::of).collect()
            })
        });
        &all[len.min(LENGTHS - 1)]
    }
}

/// The countries whose regulators set numbers aside for fiction.
static NUMBERINGS: [Numbering; 7] = [
    Numbering {
        // ACMA, "Phone numbers for use in TV shows, films and creative works".
        countries: &["au"],
        code: 61,
        trunk: 0,
        reserved: &[(9, &["25550", "27010", "35550", "37010", "75550", "77010", "85550", "87010"])],
        by_length: OnceLock::new(),
    },
    Numbering {
        // Bundesnetzagentur, Mitteilung 148/2021, "Drama Numbers".
        countries: &["de"],
        code: 49,
        trunk: 0,
        reserved: &[(10, &["3023125", "6990009", "4066969", "2214710", "8999998", "17139200"]), (11, &["176040690"])],
        by_length: OnceLock::new(),
    },
    Numbering {
        // ARCEP, décision 2018-0881, numbers for audiovisual works.
        countries: &["fr"],
        code: 33,
        trunk: 0,
        reserved: &[(9, &["19900", "26191", "35301", "46571", "53649", "63998"])],
        by_length: OnceLock::new(),
    },
    Numbering {
        // Ofcom, "Telephone numbers for use in TV and radio drama programmes".
        countries: &["gb"],
        code: 44,
        trunk: 0,
        reserved: &[(
            10,
            &[
                "1134960", "1144960", "1154960", "1164960", "1174960", "1184960", "1214960", "1314960", "1414960",
                "1514960", "1614960", "1632960", "1914980", "2079460", "2920180", "7700900",
            ],
        )],
        by_length: OnceLock::new(),
    },
    Numbering {
        // ComReg, numbers for drama: 020 91x xxxx.
        countries: &["ie"],
        code: 353,
        trunk: 0,
        reserved: &[(9, &["2091"])],
        by_length: OnceLock::new(),
    },
    Numbering {
        // PTS, "Telefonnummer för användning i böcker och filmer": 08-465 004 00 to 99, 0980-319 200 to 299,
        // 070-174 06 05 to 99.
        countries: &["se"],
        code: 46,
        trunk: 0,
        reserved: &[(9, &["8465004", "9803192", "70174061", "70174063", "70174065", "70174067", "70174069"])],
        by_length: OnceLock::new(),
    },
    Numbering {
        // ATIS-0300115, 555 NXX Assignment Guidelines: 555-0100 to 555-0199 of every area are for fiction. Areas of
        // large towns; none is toll-free, where only one number is set aside.
        countries: &["ca", "us"],
        code: 1,
        trunk: 1,
        reserved: &[
            (
                10,
                &[
                    "20255501", "20655501", "20755501", "21255501", "21355501", "21455501", "21555501", "21655501",
                    "30255501", "30355501", "30555501", "31255501", "31355501", "31455501", "40155501", "40255501",
                    "40455501", "41555501", "41655501", "50355501", "50455501", "50555501", "51255501", "51455501",
                    "60255501", "60455501", "61255501", "61755501", "70255501", "71355501", "80155501", "80855501",
                    "90155501", "90755501",
                ],
            ),
            (7, &["55501"]),
        ],
        by_length: OnceLock::new(),
    },
];

/// Words of the parameter `country`; `other` stands for every country without a range.
pub(super) const COUNTRIES: &[&str] = &["au", "ca", "de", "fr", "gb", "ie", "other", "se", "us"];

/// A country by its name in rule files.
pub(super) fn by_country(name: &str) -> Option<&'static Numbering> {
    NUMBERINGS.iter().find(|numbering| numbering.countries.contains(&name))
}

/// Number of digits of the country code that an international number begins with, and the country where it has ranges.
pub(super) fn by_code(digits: &[u8]) -> (usize, Option<&'static Numbering>) {
    let len = code_len(digits);
    let code = digits.iter().take(len).fold(0, |code, digit| 10 * code + u32::from(*digit));
    (len, NUMBERINGS.iter().find(|numbering| numbering.code == code))
}

/// Length of a country code (ITU-T E.164, list of assigned codes): zones 1 and 7 have one digit, the older countries
/// two, all others three.
fn code_len(digits: &[u8]) -> usize {
    let len = match digits {
        [1 | 7, ..] => 1,
        [2, 0 | 7, ..]
        | [3, 0..=4 | 6 | 9, ..]
        | [4, 0 | 1 | 3..=9, ..]
        | [5, 1..=8, ..]
        | [6, 0..=6, ..]
        | [8, 1 | 2 | 4 | 6, ..]
        | [9, 0..=5 | 8, ..] => 2,
        _ => 3,
    };
    len.min(digits.len())
}

/// Writes `len` digits of a national number that reaches nobody, the trunk digit left out.
///
/// Where the country set ranges aside they lie in one, of this length if there is one; else the number is cut or goes
/// on inside a range, and reaches nobody as well. Other countries' numbers begin with 000 (international form), which
/// is no national number anywhere, since 00 is what ITU-T E.164 recommends as the international prefix. Three digits
/// and less are no number, and are free.
pub(super) fn push_national(draw: &mut Draw, numbering: Option<&Numbering>, len: usize, out: &mut Vec<u8>) {
    const ZEROS: Beginning = Beginning::of("000");
    let beginning = match (numbering.map_or(&[][..], |numbering| numbering.beginnings(len)), len) {
        ([], 0..=3) => &Beginning::NOTHING,
        ([], _) => &ZEROS,
        (beginnings, _) => draw.pick(beginnings),
    };
    push(draw, beginning, len, out);
}

/// Writes `len` digits of a number whose country is not known.
///
/// From nine digits on they begin with 00999: the international prefix and a country code that is not assigned (ITU-T
/// E.164 reserves 999), also where a program drops the zeros. Shorter ones begin with 00 and are incomplete: no
/// international number has less than seven digits after its prefix. (000 alone would ring the emergency services in
/// Australia, 999 those of the United Kingdom.) Two digits and less are no number, and are free.
pub(super) fn push_unknown(draw: &mut Draw, len: usize, out: &mut Vec<u8>) {
    const SHORT: Beginning = Beginning::of("00");
    const LONG: Beginning = Beginning::of("00999");
    let beginning = match len {
        0..=2 => &Beginning::NOTHING,
        3..=8 => &SHORT,
        _ => &LONG,
    };
    push(draw, beginning, len, out);
}

/// Writes a beginning and digits up to a length.
fn push(draw: &mut Draw, Beginning(digits, count): &Beginning, len: usize, out: &mut Vec<u8>) {
    let end = out.len() + len;
    put_block(out, digits, len.min(*count));
    while out.len() < end {
        // Twelve digits at once.
        let mut number = draw.below(1_000_000_000_000);
        for _ in out.len()..end.min(out.len() + 12) {
            out.push((number % 10) as u8);
            number /= 10;
        }
    }
}

/// Whether a national number lies in one of the country's ranges.
#[cfg(test)]
pub(super) fn is_reserved(country: &str, national: &str) -> bool {
    by_country(country).is_some_and(|found| {
        found.reserved.iter().flat_map(|(_, prefixes)| *prefixes).any(|prefix| national.starts_with(prefix))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn country_codes_are_as_long_as_assigned() {
        for (number, len, country) in [
            ("12065550100", 1, Some("us")),
            ("74951234567", 1, None),
            ("493023125000", 2, Some("de")),
            ("390612345", 2, None),
            ("353209100001", 3, Some("ie")),
            ("4420", 2, Some("gb")),
            ("99912", 3, None),
            ("4", 1, None),
            ("", 0, None),
        ] {
            let digits: Vec<u8> = number.bytes().map(|c| c - b'0').collect();
            let (found, numbering) = by_code(&digits);
            assert_eq!(found, len, "{number}");
            assert_eq!(numbering.is_some(), country.is_some(), "{number}");
            assert!(country.is_none_or(|country| numbering.unwrap().countries.contains(&country)), "{number}");
        }
    }

    #[test]
    fn every_country_can_be_named() {
        let mut names: Vec<&str> = NUMBERINGS.iter().flat_map(|numbering| numbering.countries).copied().collect();
        names.push("other");
        names.sort_unstable();
        assert_eq!(names, COUNTRIES);
    }
}

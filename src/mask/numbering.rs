//! Telephone numbers that reach nobody: country codes, the ranges that regulators set aside for fiction, and what to
//! dial where there are none. How a number is written is left to the mask.

use super::draw::Draw;

/// Numbers of a country that are set aside.
#[derive(Debug)]
pub(super) struct Numbering {
    /// Names in rule files.
    pub(super) countries: &'static [&'static str],
    /// Country code (ITU-T E.164).
    code: &'static str,
    /// What is dialled before a national number inside the country, and no part of it.
    pub(super) trunk: u32,
    /// Ranges: the digits they begin with, and how many follow in a complete number.
    reserved: &'static [(&'static str, usize)],
}

/// The countries whose regulators set numbers aside for fiction.
static NUMBERINGS: [Numbering; 7] = [
    Numbering {
        // ACMA, "Phone numbers for use in TV shows, films and creative works".
        countries: &["au"],
        code: "61",
        trunk: 0,
        reserved: &[
            ("25550", 4),
            ("27010", 4),
            ("35550", 4),
            ("37010", 4),
            ("75550", 4),
            ("77010", 4),
            ("85550", 4),
            ("87010", 4),
        ],
    },
    Numbering {
        // Bundesnetzagentur, Mitteilung 148/2021, "Drama Numbers".
        countries: &["de"],
        code: "49",
        trunk: 0,
        reserved: &[
            ("3023125", 3),
            ("6990009", 3),
            ("4066969", 3),
            ("2214710", 3),
            ("8999998", 3),
            ("17139200", 2),
            ("176040690", 2),
        ],
    },
    Numbering {
        // ARCEP, décision 2018-0881, numbers for audiovisual works.
        countries: &["fr"],
        code: "33",
        trunk: 0,
        reserved: &[("19900", 4), ("26191", 4), ("35301", 4), ("46571", 4), ("53649", 4), ("63998", 4)],
    },
    Numbering {
        // Ofcom, "Telephone numbers for use in TV and radio drama programmes".
        countries: &["gb"],
        code: "44",
        trunk: 0,
        reserved: &[
            ("1134960", 3),
            ("1144960", 3),
            ("1154960", 3),
            ("1164960", 3),
            ("1174960", 3),
            ("1184960", 3),
            ("1214960", 3),
            ("1314960", 3),
            ("1414960", 3),
            ("1514960", 3),
            ("1614960", 3),
            ("1632960", 3),
            ("1914980", 3),
            ("2079460", 3),
            ("2920180", 3),
            ("7700900", 3),
        ],
    },
    Numbering {
        // ComReg, numbers for drama: 020 91x xxxx.
        countries: &["ie"],
        code: "353",
        trunk: 0,
        reserved: &[("2091", 5)],
    },
    Numbering {
        // PTS, "Telefonnummer för användning i böcker och filmer": 08-465 004 00 to 99, 0980-319 200 to 299,
        // 070-174 06 05 to 99.
        countries: &["se"],
        code: "46",
        trunk: 0,
        reserved: &[
            ("8465004", 2),
            ("9803192", 2),
            ("70174061", 1),
            ("70174063", 1),
            ("70174065", 1),
            ("70174067", 1),
            ("70174069", 1),
        ],
    },
    Numbering {
        // ATIS-0300115, 555 NXX Assignment Guidelines: 555-0100 to 555-0199 of every area are for fiction. Areas of
        // large towns; none is toll-free, where only one number is set aside.
        countries: &["ca", "us"],
        code: "1",
        trunk: 1,
        reserved: &[
            ("20255501", 2),
            ("20655501", 2),
            ("20755501", 2),
            ("21255501", 2),
            ("21355501", 2),
            ("21455501", 2),
            ("21555501", 2),
            ("21655501", 2),
            ("30255501", 2),
            ("30355501", 2),
            ("30555501", 2),
            ("31255501", 2),
            ("31355501", 2),
            ("31455501", 2),
            ("40155501", 2),
            ("40255501", 2),
            ("40455501", 2),
            ("41555501", 2),
            ("41655501", 2),
            ("50355501", 2),
            ("50455501", 2),
            ("50555501", 2),
            ("51255501", 2),
            ("51455501", 2),
            ("60255501", 2),
            ("60455501", 2),
            ("61255501", 2),
            ("61755501", 2),
            ("70255501", 2),
            ("71355501", 2),
            ("80155501", 2),
            ("80855501", 2),
            ("90155501", 2),
            ("90755501", 2),
            // Without an area, as neighbours dial.
            ("55501", 2),
        ],
    },
];

/// Words of the parameter `country`; `other` stands for every country without a range.
pub(super) const COUNTRIES: &[&str] = &["au", "ca", "de", "fr", "gb", "ie", "other", "se", "us"];

/// A country by its name in rule files.
pub(super) fn by_country(name: &str) -> Option<&'static Numbering> {
    NUMBERINGS.iter().find(|numbering| numbering.countries.contains(&name))
}

/// Number of digits of the country code that an international number begins with, and the country where it has ranges.
pub(super) fn by_code(digits: &[u32]) -> (usize, Option<&'static Numbering>) {
    let len = code_len(digits);
    let code = digits.iter().take(len).filter_map(|digit| char::from_digit(*digit, 10));
    (len, NUMBERINGS.iter().find(|numbering| numbering.code.chars().eq(code.clone())))
}

/// Length of a country code (ITU-T E.164, list of assigned codes): zones 1 and 7 have one digit, the older countries
/// two, all others three.
fn code_len(digits: &[u32]) -> usize {
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
pub(super) fn push_national(draw: &mut Draw, numbering: Option<&Numbering>, len: usize, out: &mut Vec<u32>) {
    let ranges = numbering.map_or(&[][..], |numbering| numbering.reserved);
    let complete = |(prefix, free): &&(&str, usize)| prefix.len() + free == len;
    let shorter = |(prefix, _): &&(&str, usize)| prefix.len() < len;
    let prefix = match (ranges.iter().filter(complete).count(), ranges.iter().filter(shorter).count()) {
        (0, 0) if len <= 3 => "",
        (0, 0) => "000",
        (0, count) => nth(ranges.iter().filter(shorter), draw, count),
        (count, _) => nth(ranges.iter().filter(complete), draw, count),
    };
    push(draw, prefix, len, out);
}

/// Writes `len` digits of a number whose country is not known.
///
/// From nine digits on they begin with 00999: the international prefix and a country code that is not assigned (ITU-T
/// E.164 reserves 999), also where a program drops the zeros. Shorter ones begin with 00 and are incomplete: no
/// international number has less than seven digits after its prefix. (000 alone would ring the emergency services in
/// Australia, 999 those of the United Kingdom.) Two digits and less are no number, and are free.
pub(super) fn push_unknown(draw: &mut Draw, len: usize, out: &mut Vec<u32>) {
    let prefix = match len {
        0..=2 => "",
        3..=8 => "00",
        _ => "00999",
    };
    push(draw, prefix, len, out);
}

/// The digits that one of `count` ranges begins with.
fn nth<'a>(mut ranges: impl Iterator<Item = &'a (&'a str, usize)>, draw: &mut Draw, count: usize) -> &'a str {
    // What is below a usize fits one.
    ranges.nth(draw.below(count as u64) as usize).map_or("", |(prefix, _)| prefix)
}

/// Writes a prefix and digits up to a length.
fn push(draw: &mut Draw, prefix: &str, len: usize, out: &mut Vec<u32>) {
    let end = out.len() + len;
    out.extend(prefix.chars().filter_map(|c| c.to_digit(10)).take(len));
    while out.len() < end {
        // Twelve digits at once.
        let mut number = draw.below(1_000_000_000_000);
        for _ in out.len()..end.min(out.len() + 12) {
            out.push((number % 10) as u32);
            number /= 10;
        }
    }
}

/// Whether a national number lies in one of the country's ranges.
#[cfg(test)]
pub(super) fn is_reserved(country: &str, national: &str) -> bool {
    by_country(country).is_some_and(|found| found.reserved.iter().any(|(prefix, _)| national.starts_with(prefix)))
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
            let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
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

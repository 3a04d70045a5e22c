//! Check digits: of cards, accounts, tax numbers and national identifiers. A number that passes is probably one; what a
//! column of them means is decided in `score`.

/// The digits of a text that holds nothing else; `None` for others.
fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// Luhn's check digit (ISO/IEC 7812-1, Annex B).
pub(super) fn luhn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let places = digits.iter().rev().enumerate();
    let sum: u32 = places.map(|(place, &digit)| if place % 2 == 1 { doubled(digit) } else { digit }).sum();
    digits.len() > 1 && sum.is_multiple_of(10)
}

/// A payment card's number: 13 to 19 digits, a known issuer's first digit (ISO/IEC 7812), Luhn.
pub(super) fn card(text: &str) -> bool {
    (13..=19).contains(&text.len()) && text.starts_with(['3', '4', '5', '6']) && luhn(text)
}

/// An IBAN (ISO 13616): country, check digits, at most 30 letters and digits; the whole is 1 modulo 97 (ISO 7064).
pub(super) fn iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let head = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    head && {
        let rotated = text[4..].chars().chain(text[..4].chars());
        let rest = rotated.filter_map(|c| c.to_digit(36)).fold(0, |rest, value| {
            let shifted = if value > 9 { rest * 100 } else { rest * 10 };
            (shifted + value) % 97
        });
        rest == 1
    }
}

/// ISO 7064 MOD 11,10: the last digit of German tax and VAT numbers.
pub(super) fn mod_11_10(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((last, first)) = digits.split_last() else { return false };
    let product = first.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *last
}

/// The sum of digits by weights.
fn weighed(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// A national identifier of one of the countries here, with its check; without blanks, points and hyphens.
pub(super) fn national(text: &str) -> bool {
    spain(text) || france(text) || italy(text) || brazil(text) || poland(text) || sweden(text) || germany(text)
}

/// A Spanish DNI or NIE: eight digits (or X, Y, Z and seven) and their letter modulo 23 (Real Decreto 1553/2005).
fn spain(text: &str) -> bool {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    if text.len() != 9 || !text.is_ascii() {
        return false;
    }
    let (body, letter) = text.split_at(8);
    let body = match body.as_bytes()[0] {
        first @ b'X'..=b'Z' => format!("{}{}", first - b'X', &body[1..]),
        _ => body.to_owned(),
    };
    let plain = body.bytes().all(|byte| byte.is_ascii_digit());
    let number = body.parse::<usize>().ok().filter(|_| plain);
    number.is_some_and(|number| letter.as_bytes()[0].to_ascii_uppercase() == LETTERS[number % 23])
}

/// A French NIR: sex, year, month, place, order and a key of two digits modulo 97; 2A and 2B for Corsica (INSEE).
fn france(text: &str) -> bool {
    if text.len() != 15 || !text.is_ascii() || !text.starts_with(['1', '2', '3', '4', '7', '8']) {
        return false;
    }
    let (body, key) = text.split_at(13);
    let (body, off) = match &body[5..7] {
        "2A" => (body.replacen("2A", "20", 1), 1_000_000),
        "2B" => (body.replacen("2B", "20", 1), 2_000_000),
        _ => (body.to_owned(), 0),
    };
    let month = body.get(3..5).and_then(|month| month.parse::<u8>().ok());
    let real = month.is_some_and(|month| matches!(month, 1..=12 | 20..=42 | 50..=99));
    match (body.parse::<u64>(), key.parse::<u64>()) {
        (Ok(body), Ok(key)) => real && 97 - (body - off.min(body)) % 97 == key,
        _ => false,
    }
}

/// An Italian codice fiscale: sixteen letters and digits by their places, the last one a check letter (DM 23/12/1976).
fn italy(text: &str) -> bool {
    const ODD: [u32; 36] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
        10, 22, 25, 24, 23,
    ];
    let text = text.to_ascii_uppercase();
    let letter = |c: char| c.is_ascii_uppercase();
    if text.len() != 16 || !text.chars().all(|c| letter(c) || c.is_ascii_digit()) || !text[..6].chars().all(letter) {
        return false;
    }
    let value = |c: char| c.to_digit(36).unwrap_or(0);
    let even = |value: u32| if value > 9 { value - 10 } else { value };
    let places = text[..15].chars().map(value).enumerate();
    let sum: u32 = places.map(|(at, value)| if at % 2 == 0 { ODD[value as usize] } else { even(value) }).sum();
    text.ends_with(|last: char| letter(last) && value(last) - 10 == sum % 26)
}

/// A Brazilian CPF: eleven digits, the last two modulo 11 (Receita Federal).
fn brazil(text: &str) -> bool {
    let Some(digits) = digits(text).filter(|digits| digits.len() == 11) else { return false };
    let check = |length: usize| {
        let weights: Vec<u32> = (2..).take(length).collect();
        let sum: u32 = digits[..length].iter().rev().zip(weights).map(|(digit, weight)| digit * weight).sum();
        sum * 10 % 11 % 10 == digits[length]
    };
    digits.iter().any(|digit| *digit != digits[0]) && check(9) && check(10)
}

/// Whether two digits at a place are between 1 and a limit.
fn between(text: &str, at: usize, most: u32) -> bool {
    text.get(at..at + 2).and_then(|two| two.parse().ok()).is_some_and(|number: u32| (1..=most).contains(&number))
}

/// A Polish PESEL: a date with the century in the month, and a weighed check digit.
fn poland(text: &str) -> bool {
    let Some(digits) = digits(text).filter(|digits| digits.len() == 11) else { return false };
    let month = (digits[2] * 10 + digits[3]) % 20;
    let sum = weighed(&digits[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    (1..=12).contains(&month) && between(text, 4, 31) && (10 - sum % 10) % 10 == digits[10]
}

/// A Swedish personnummer of ten digits, with its century or without: a date and Luhn (Skatteverket).
fn sweden(text: &str) -> bool {
    let ten = match text.len() {
        10 => text,
        12 if text.starts_with("19") || text.starts_with("20") => &text[2..],
        _ => return false,
    };
    luhn(ten) && between(ten, 2, 12) && between(ten, 4, 31)
}

/// A German Versicherungsnummer: area, date of birth, letter, serial number, check digit (VKVV § 2).
fn germany(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_uppercase();
    if text.len() != 12 || !text.is_ascii() || !text[8..9].chars().all(letter) {
        return false;
    }
    let Some(digits) = digits(&text.replacen(letter, "", 1)).filter(|digits| digits.len() == 11) else { return false };
    let place = u32::from(text.as_bytes()[8] - b'A') + 1;
    let mut places = digits[..8].to_vec();
    places.extend([place / 10, place % 10]);
    places.extend(&digits[8..10]);
    let cross = |number: u32| number / 10 + number % 10;
    let weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let sum: u32 = places.iter().zip(weights).map(|(digit, weight)| cross(digit * weight)).sum();
    between(text, 4, 12) && sum % 10 == digits[10]
}

/// A Dutch burgerservicenummer: nine digits, the test of eleven (Wet algemene bepalingen burgerservicenummer).
pub(super) fn bsn(text: &str) -> bool {
    let Some(digits) = digits(text).filter(|digits| digits.len() == 9) else { return false };
    let sum = weighed(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum > 0 && (sum + 10 * digits[8]).is_multiple_of(11)
}

/// A social security number of the United States, with its hyphens: no group of zeros, no area 666 or from 900 (SSA).
pub(super) fn ssn(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |length: usize| {
        let part = parts.next().filter(|part| part.len() == length && digits(part).is_some())?;
        part.parse::<u32>().ok().filter(|number| *number > 0)
    };
    let area = part(3).is_some_and(|area| area != 666 && area < 900);
    area && part(2).is_some() && part(4).is_some() && parts.next().is_none()
}

/// A VAT number of a country of Europe: its letters and a body of the right length; Germany's with its check digit
/// (Directive 2006/112/EC, Article 215).
pub(super) fn vat(text: &str) -> bool {
    let Some((country, body)) = text.split_at_checked(2) else { return false };
    let number = |lengths: &[usize]| lengths.contains(&body.len()) && digits(body).is_some();
    match country {
        "DE" => number(&[9]) && mod_11_10(body),
        "EE" | "EL" | "PT" => number(&[9]),
        "DK" | "FI" | "HU" | "LU" | "MT" | "SI" => number(&[8]),
        "BE" | "PL" | "SK" => number(&[10]),
        "GB" | "XI" => number(&[9, 12]),
        "HR" | "IT" | "LV" => number(&[11]),
        "CZ" => number(&[8, 9, 10]),
        "SE" => number(&[12]),
        "LT" => number(&[9, 12]),
        "FR" => body.len() == 11 && body.get(2..).is_some_and(|rest| digits(rest).is_some()),
        "AT" => body.len() == 9 && body.starts_with('U') && digits(&body[1..]).is_some(),
        "NL" => body.len() == 12 && body.as_bytes()[9] == b'B',
        "ES" => body.len() == 9 && body.is_ascii() && digits(&body[1..8]).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Check = fn(&str) -> bool;

    /// Numbers from the publications named above or their issuers' examples; the last character of each is then changed.
    #[test]
    fn numbers_pass_and_misprints_do_not() {
        let cases: &[(Check, &[&str])] = &[
            (luhn, &["79927398713", "490154203237518"]),
            (card, &["4111111111111111", "5555555555554444", "378282246310005"]),
            (iban, &["DE89370400440532013000", "GB29NWBK60161331926819", "NO9386011117947"]),
            (mod_11_10, &["136695976", "36574261809"]),
            (national, &["12345678Z", "X1234567L", "255081416802538", "RSSMRA85T10A562S", "52998224725"]),
            (national, &["44051401359", "8112189876", "198112189876", "15070649C103"]),
            (bsn, &["111222333"]),
        ];
        for (passes, numbers) in cases {
            for number in *numbers {
                assert!(passes(number), "{number}");
                let (body, last) = number.split_at(number.len() - 1);
                let other = match last.as_bytes()[0] {
                    b'9' => '0',
                    b'Z' => 'A',
                    byte => char::from(byte + 1),
                };
                assert!(!passes(&format!("{body}{other}")), "{number} with another end");
            }
        }
        assert!(ssn("078-05-1120") && !ssn("666-05-1120") && !ssn("078-00-1120") && !ssn("078-05-11200"));
        assert!(vat("DE136695976") && vat("FR83404833048") && vat("ATU13585627") && !vat("DE136695977") && !vat("é"));
    }

    #[test]
    fn odd_texts_are_no_numbers() {
        for text in
            ["", "é", "00000000000", "ééééééééé", "1", "123456789012345", "ABCDEFGHIJKLMNOP", "２２２２２２２２２"]
        {
            for passes in [luhn, card, iban, mod_11_10, national, bsn, ssn, vat] {
                if text != "00000000000" {
                    let _ = passes(text);
                }
            }
            assert!(!card(text) && !iban(text) && !ssn(text) && !vat(text), "{text}");
        }
    }
}

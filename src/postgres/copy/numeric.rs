//! `numeric` between its binary form and decimal text. Any precision; `NaN` and the infinities included.
//!
//! Source: `numeric_send` and `numeric_recv` in PostgreSQL's `numeric.c`: base-10000 digits with a weight, a sign and a
//! display scale.

use super::{Fields, Reason};

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const MINUS_INFINITY: u16 = 0xF000;

/// Writes the binary form as text, as `numeric_out` does.
pub(super) fn to_text(bytes: &[u8], out: &mut String) -> Result<(), Reason> {
    let mut fields = Fields(bytes);
    let count = fields.i16()?;
    let weight = fields.i16()?;
    let sign = fields.u16()?;
    let scale = fields.u16()?;
    match sign {
        NAN => out.push_str("NaN"),
        INFINITY => out.push_str("Infinity"),
        MINUS_INFINITY => out.push_str("-Infinity"),
        0 | NEGATIVE => {
            let mut digits = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
            for _ in 0..count {
                digits.push(u16::from_be_bytes(fields.array()?));
            }
            if sign == NEGATIVE {
                out.push('-');
            }
            let digit = |power: i32| {
                let index = i32::from(weight) - power;
                usize::try_from(index).ok().and_then(|index| digits.get(index)).copied().unwrap_or(0)
            };
            if weight < 0 {
                out.push('0');
            }
            for power in (0..=i32::from(weight)).rev() {
                let group = digit(power);
                out.push_str(&if power == i32::from(weight) { group.to_string() } else { format!("{group:04}") });
            }
            if scale > 0 {
                out.push('.');
                let groups = usize::from(scale).div_ceil(4);
                let mut fraction = String::with_capacity(groups * 4);
                for power in 1..=groups {
                    // At most 16384 groups: the scale is below 2^16.
                    let group = digit(-i32::try_from(power).unwrap_or(i32::MAX));
                    fraction.push_str(&format!("{group:04}"));
                }
                out.push_str(&fraction[..usize::from(scale)]);
            }
        }
        _ => return Err("the number has an unknown sign"),
    }
    Ok(())
}

/// Writes decimal text (digits with an optional sign and point, no exponent) in the binary form.
pub(super) fn from_text(text: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    const NO_NUMBER: Reason = "the text is no decimal number";
    let head = |out: &mut Vec<u8>, count: u16, weight: i16, sign: u16, scale: u16| {
        for field in [count, weight.cast_unsigned(), sign, scale] {
            out.extend(field.to_be_bytes());
        }
    };
    let special = match text {
        "NaN" => Some(NAN),
        "Infinity" | "inf" => Some(INFINITY),
        "-Infinity" | "-inf" => Some(MINUS_INFINITY),
        _ => None,
    };
    if let Some(sign) = special {
        head(out, 0, 0, sign, 0);
        return Ok(());
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|c| c.is_ascii_digit()) {
        return Err(NO_NUMBER);
    }
    let whole = whole.trim_start_matches('0');
    let scale = u16::try_from(fraction.len()).map_err(|_| "the number has too many digits")?;
    let groups_before = whole.len().div_ceil(4);
    let mut padded = "0".repeat(groups_before * 4 - whole.len());
    padded.push_str(whole);
    padded.push_str(fraction);
    padded.push_str(&"0".repeat(fraction.len().div_ceil(4) * 4 - fraction.len()));
    let mut groups: Vec<u16> = padded
        .as_bytes()
        .chunks_exact(4)
        .map(|group| group.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')))
        .collect();
    let leading = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..leading);
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let weight = if groups.is_empty() {
        0
    } else {
        let before = i64::try_from(groups_before).unwrap_or(i64::MAX);
        let leading = i64::try_from(leading).unwrap_or(i64::MAX);
        i16::try_from(before - 1 - leading).map_err(|_| "the number has too many digits")?
    };
    let count = u16::try_from(groups.len()).map_err(|_| "the number has too many digits")?;
    let sign = if negative && count > 0 { NEGATIVE } else { 0 };
    head(out, count, weight, sign, scale);
    for group in groups {
        out.extend(group.to_be_bytes());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_the_way_there_and_back() {
        for text in [
            "0",
            "0.00",
            "1",
            "-1",
            "10000",
            "9999",
            "12345678.9",
            "0.0001",
            "0.00010",
            "-0.5",
            "100000000",
            "1234.5678901",
            "99999999999999999999999999999999999999999.99",
            "NaN",
            "Infinity",
            "-Infinity",
            "0.000000000000001",
        ] {
            let mut bytes = Vec::new();
            from_text(text, &mut bytes).unwrap();
            let mut back = String::new();
            to_text(&bytes, &mut back).unwrap();
            assert_eq!(back, text);
        }
    }

    #[test]
    fn the_binary_form_is_the_servers() {
        // select encode(numeric_send(12345.678), 'hex')
        let mut bytes = Vec::new();
        from_text("12345.678", &mut bytes).unwrap();
        assert_eq!(bytes, [0, 3, 0, 1, 0, 0, 0, 3, 0, 1, 0x09, 0x29, 0x1a, 0x7c]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "1e5", "1.2.3", "one", "１"] {
            assert!(from_text(text, &mut Vec::new()).is_err(), "{text}");
        }
    }
}

//! Cells taken apart into the texts that leak checks read: as PostgreSQL sent them, or decoded. Types that hold nothing
//! that tells one person from another (dates, amounts with a fraction, truth values) give nothing.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Int16Type, Int32Type, Int64Type};

use crate::batch::{Encoding, Sealed};
use crate::schema::Kind;

/// A piece of a cell.
pub(super) enum Piece<'a> {
    /// A text, or a value written as one.
    Text(&'a [u8]),
    /// A document that holds texts in quotes.
    Document(&'a [u8]),
    /// Bytes as they are.
    Bytes(&'a [u8]),
}

/// Numbers below this have fewer than seven digits.
const SEVEN_DIGITS: u64 = 1_000_000;

/// Whether cells of a kind give any piece.
pub(super) fn speaks(kind: &Kind) -> bool {
    match kind {
        Kind::Array(inner) => speaks(inner),
        Kind::Text | Kind::Int4 | Kind::Int8 | Kind::Numeric | Kind::Uuid | Kind::Bytea | Kind::Inet | Kind::Cidr => {
            true
        }
        Kind::Macaddr | Kind::Json | Kind::Jsonb | Kind::Xml | Kind::Other => true,
        _ => false,
    }
}

/// The pieces of these rows' cells as they came.
pub(super) fn of_sealed_rows(
    kind: &Kind,
    cells: &Sealed,
    rows: impl Iterator<Item = usize>,
    scratch: &mut Vec<u8>,
    mut f: impl FnMut(Piece<'_>),
) {
    // Texts are the most, and one piece each, however they came.
    if *kind == Kind::Text {
        rows.filter_map(|row| cells.get(row)).for_each(|text| f(Piece::Text(text)));
        return;
    }
    rows.for_each(|row| of_sealed(kind, cells, row, scratch, &mut f));
}

/// The pieces of a cell as it came.
fn of_sealed(kind: &Kind, cells: &Sealed, row: usize, scratch: &mut Vec<u8>, f: &mut dyn FnMut(Piece<'_>)) {
    let Some(bytes) = cells.get(row) else { return };
    match cells.encoding() {
        Encoding::Binary => binary(kind, bytes, scratch, f),
        Encoding::Text => match kind {
            Kind::Json | Kind::Jsonb | Kind::Xml | Kind::Array(_) => f(Piece::Document(bytes)),
            Kind::Int4 | Kind::Int8 | Kind::Numeric if bytes.contains(&b'.') => {}
            Kind::Bytea => {
                hexadecimal(bytes.strip_prefix(b"\\x").unwrap_or_default(), scratch);
                f(Piece::Bytes(scratch));
            }
            Kind::Inet | Kind::Cidr => f(Piece::Text(address(bytes))),
            _ => f(Piece::Text(bytes)),
        },
    }
}

fn binary(kind: &Kind, bytes: &[u8], scratch: &mut Vec<u8>, f: &mut dyn FnMut(Piece<'_>)) {
    match kind {
        Kind::Text => f(Piece::Text(bytes)),
        Kind::Json | Kind::Xml => f(Piece::Document(bytes)),
        // The version comes first.
        Kind::Jsonb => f(Piece::Document(bytes.get(1..).unwrap_or_default())),
        Kind::Bytea => f(Piece::Bytes(bytes)),
        Kind::Int4 => {
            if let Ok(number) = bytes.try_into().map(i32::from_be_bytes) {
                integer(number.into(), f);
            }
        }
        Kind::Int8 => {
            if let Ok(number) = bytes.try_into().map(i64::from_be_bytes) {
                integer(number, f);
            }
        }
        Kind::Numeric => {
            if let Some(number) = whole_number(bytes) {
                integer(number, f);
            }
        }
        Kind::Uuid | Kind::Macaddr => {
            hexadecimal_of(bytes, scratch);
            f(Piece::Text(scratch));
        }
        Kind::Inet | Kind::Cidr => {
            // Family, bits, whether it is a cidr, length, address (`inet_send` in PostgreSQL's `network.c`).
            if let Some([a, b, c, d]) = bytes.get(4..).filter(|_| bytes.get(3) == Some(&4)) {
                let text = format!("{a}.{b}.{c}.{d}");
                f(Piece::Text(text.as_bytes()));
            }
        }
        Kind::Array(inner) => elements(bytes, |element| binary(inner, element, scratch, f)),
        Kind::Other => {
            // Texts behind lengths of four bytes, as in composites and hstore: the last byte of a length is no letter.
            scratch.clear();
            scratch.extend_from_slice(bytes);
            for at in 3..scratch.len() {
                if scratch[at - 3..at] == [0, 0, 0] {
                    scratch[at] = b' ';
                }
            }
            f(Piece::Document(scratch));
        }
        _ => {}
    }
}

/// The elements of an array (`array_send` in PostgreSQL's `arrayfuncs.c`).
fn elements(bytes: &[u8], mut f: impl FnMut(&[u8])) {
    let word = |at: usize| Some(i32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let Some(dimensions) = word(0).and_then(|count| usize::try_from(count).ok()) else { return };
    let mut at = 12usize.saturating_add(dimensions.saturating_mul(8));
    while let Some(length) = word(at) {
        at += 4;
        if let Ok(length) = usize::try_from(length) {
            let Some(element) = bytes.get(at..at.saturating_add(length)) else { return };
            f(element);
            at += length;
        }
    }
}

fn integer(number: i64, f: &mut dyn FnMut(Piece<'_>)) {
    if number.unsigned_abs() >= SEVEN_DIGITS {
        f(Piece::Text(itoa::Buffer::new().format(number.unsigned_abs()).as_bytes()));
    }
}

/// A `numeric` without digits behind the point, if it fits (`numeric_send` in PostgreSQL's `numeric.c`): digits to the
/// base 10,000, their number, the weight of the first, sign and scale before them.
fn whole_number(bytes: &[u8]) -> Option<i64> {
    let word = |at: usize| Some(i16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let (digits, weight, scale) = (word(0)?, word(2)?, word(6)?);
    if scale != 0 || weight < digits - 1 {
        return None;
    }
    let mut number = 0i64;
    for place in 0..=weight {
        let digit = if place < digits { i64::from(word(8 + 2 * usize::try_from(place).ok()?)?) } else { 0 };
        number = number.checked_mul(10_000)?.checked_add(digit)?;
    }
    Some(number)
}

fn hexadecimal_of(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.clear();
    for byte in bytes {
        out.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

/// Bytes out of their hexadecimal digits.
fn hexadecimal(digits: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default() as u8;
    out.extend(digits.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])));
}

/// An address without its mask.
fn address(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == b'/').next().unwrap_or(text)
}

/// The pieces of these rows' decoded values.
pub(super) fn of_array_rows(
    kind: &Kind,
    array: &ArrayRef,
    rows: impl Iterator<Item = usize>,
    scratch: &mut Vec<u8>,
    mut f: impl FnMut(Piece<'_>),
) {
    // Texts are the most, and one piece each: what they are is asked once.
    if let Some(texts) = array.as_string_view_opt().filter(|_| *kind == Kind::Text) {
        rows.filter(|row| texts.is_valid(*row)).for_each(|row| f(Piece::Text(texts.value(row).as_bytes())));
        return;
    }
    rows.for_each(|row| of_array(kind, array, row, scratch, &mut f));
}

/// The pieces of a decoded value.
fn of_array(kind: &Kind, array: &ArrayRef, row: usize, scratch: &mut Vec<u8>, f: &mut dyn FnMut(Piece<'_>)) {
    if array.is_null(row) {
        return;
    }
    match array.data_type() {
        DataType::Utf8View => {
            let text = array.as_string_view().value(row).as_bytes();
            match kind.scalar() {
                Kind::Json | Kind::Jsonb | Kind::Xml | Kind::Other => f(Piece::Document(text)),
                Kind::Numeric if text.contains(&b'.') => {}
                Kind::Inet | Kind::Cidr => f(Piece::Text(address(text))),
                Kind::Enum => {}
                _ => f(Piece::Text(text)),
            }
        }
        DataType::BinaryView => f(Piece::Bytes(array.as_binary_view().value(row))),
        DataType::FixedSizeBinary(_) => {
            hexadecimal_of(array.as_fixed_size_binary().value(row), scratch);
            f(Piece::Text(scratch));
        }
        DataType::Int16 => integer(array.as_primitive::<Int16Type>().value(row).into(), f),
        DataType::Int32 => integer(array.as_primitive::<Int32Type>().value(row).into(), f),
        DataType::Int64 => integer(array.as_primitive::<Int64Type>().value(row), f),
        DataType::List(_) => {
            let elements = array.as_list::<i32>().value(row);
            (0..elements.len()).for_each(|at| of_array(kind, &elements, at, scratch, f));
        }
        DataType::Struct(fields) if fields.len() == 2 => of_array(kind, array.as_struct().column(0), row, scratch, f),
        _ => {}
    }
}

/// The texts in quotes of a document, as they are written there.
pub(super) fn quoted(document: &[u8], mut f: impl FnMut(&[u8])) {
    let mut start = None;
    let mut at = 0;
    while at < document.len() {
        match (document[at], start) {
            (b'\\', Some(_)) => at += 1,
            (b'"', None) => start = Some(at + 1),
            (b'"', Some(from)) => {
                f(&document[from..at]);
                start = None;
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(kind: &Kind, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        binary(kind, bytes, &mut Vec::new(), &mut |piece| {
            let (Piece::Text(text) | Piece::Document(text) | Piece::Bytes(text)) = piece;
            found.push(String::from_utf8_lossy(text).into_owned());
        });
        found
    }

    #[test]
    fn binary_forms_are_taken_apart() {
        assert_eq!(pieces(&Kind::Int8, &7_391_824_650i64.to_be_bytes()), ["7391824650"]);
        assert!(pieces(&Kind::Int4, &42i32.to_be_bytes()).is_empty());
        // 7391824650 and 73918.24, as `numeric_send` writes them.
        let numeric = |words: &[i16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
        assert_eq!(pieces(&Kind::Numeric, &numeric(&[3, 2, 0, 0, 73, 9182, 4650])), ["7391824650"]);
        assert_eq!(pieces(&Kind::Numeric, &numeric(&[1, 2, 0, 0, 73])), ["7300000000"]);
        assert!(pieces(&Kind::Numeric, &numeric(&[3, 1, 0, 2, 7, 3918, 2400])).is_empty());
        assert_eq!(pieces(&Kind::Inet, &[2, 32, 0, 4, 198, 18, 73, 91]), ["198.18.73.91"]);
        assert_eq!(pieces(&Kind::Uuid, &[0xab; 16]), ["ab".repeat(16)]);
        let mut array = [1i32, 1, 25, 2, 1].iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
        array.extend(b"\0\0\0\x03one\xff\xff\xff\xff");
        assert_eq!(pieces(&Kind::Array(Box::new(Kind::Text)), &array), ["one"]);
        // A composite of a text and an integer.
        let row = b"\0\0\0\x02\0\0\0\x19\0\0\0\x41Anna Schmidt\0\0\0\x17\0\0\0\x04\0\0\0\x07";
        assert!(pieces(&Kind::Other, row)[0].contains(" Anna Schmidt"));
    }

    #[test]
    fn documents_give_their_texts() {
        let mut found = Vec::new();
        quoted(br#"{"a": "one", "b": ["t\"wo", 3]}"#, |text| found.push(String::from_utf8_lossy(text).into_owned()));
        assert_eq!(found, ["a", "one", "b", "t\\\"wo"]);
    }
}

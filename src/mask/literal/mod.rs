//! Literals: values that a rule file writes as text, read as a column's type. `constant` and `choose` take theirs from
//! here, `redact` its placeholders; all three write with [`Literals::write`]. Rows and keys are left to the masks.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray,
    IntervalMonthDayNanoArray, PrimitiveArray, Scalar, StringViewArray, UInt32Array,
};
use arrow::compute::kernels::cmp::eq;
use arrow::compute::take;
use arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, Time64MicrosecondType,
    TimestampMicrosecondType,
};

use super::{ColumnFacts, Input, MaskError};
use crate::batch::arrow_type;
use crate::diagnostic::nearest;
use crate::schema::Kind;

mod network;
mod number;
mod time;
mod xml;

/// The kinds that a literal can be written for: all that are ever decoded.
pub(super) const KINDS: &[Kind] = Kind::SCALARS;

/// Why a text is no literal of a type, to follow "`text` "; without a full stop.
type Mistake = String;

/// Values of a column's type, as an Arrow array that masked cells are taken from.
#[derive(Debug)]
pub(super) struct Literals(ArrayRef);

impl Literals {
    /// Reads texts as values of a column's scalar type.
    ///
    /// # Errors
    /// Everything wrong, one sentence for each text.
    pub(super) fn read<'a>(texts: impl IntoIterator<Item = &'a str>, facts: &ColumnFacts) -> Result<Self, Vec<String>> {
        let (mut values, mut mistakes) = (Vec::new(), Vec::new());
        for text in texts {
            match one(text, facts) {
                Ok(value) => values.push(value),
                Err(mistake) => mistakes.push(format!("`{text}` {mistake}")),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let values: Vec<&dyn Array> = values.iter().map(AsRef::as_ref).collect();
        arrow::compute::concat(&values).map(Self).map_err(|_| vec!["there is no value".to_owned()])
    }

    /// First row whose value is none of these; NULL and empty bytes are not counted.
    pub(super) fn first_other(&self, values: &ArrayRef) -> Option<usize> {
        let empty = |row: usize| values.as_binary_view_opt().is_some_and(|bytes| bytes.value(row).is_empty());
        let mut stated = vec![false; values.len()];
        for at in 0..self.0.len() {
            let Ok(equal) = eq(values, &Scalar::new(self.0.slice(at, 1))) else { return Some(0) };
            equal.values().set_indices().for_each(|row| stated[row] = true);
        }
        (0..values.len()).find(|&row| values.is_valid(row) && !stated[row] && !empty(row))
    }

    /// Writes for each row the literal that `choose` names by its index; NULL stays NULL and empty text empty.
    ///
    /// # Errors
    /// What `choose` refuses.
    pub(super) fn write(
        &self,
        input: Input<'_>,
        mut choose: impl FnMut(usize) -> Result<usize, MaskError>,
    ) -> Result<ArrayRef, MaskError> {
        let texts = input.value.as_string_view_opt();
        let bytes = input.value.as_binary_view_opt();
        let mut indices = Vec::with_capacity(input.value.len());
        let mut has_empty = false;
        let empty = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        for row in 0..input.value.len() {
            if input.value.is_null(row) {
                indices.push(None);
            } else if texts.is_some_and(|texts| texts.value(row).is_empty())
                || bytes.is_some_and(|bytes| bytes.value(row).is_empty())
            {
                has_empty = true;
                indices.push(Some(empty));
            } else {
                indices.push(Some(u32::try_from(choose(row)?).unwrap_or(u32::MAX)));
            }
        }
        let failed = |_| MaskError { row: 0, reason: "the literal has another type than the column (a defect)" };
        let values = match (has_empty, texts.is_some()) {
            (false, _) => self.0.clone(),
            (true, true) => {
                arrow::compute::concat(&[self.0.as_ref(), &StringViewArray::from(vec![""])]).map_err(failed)?
            }
            (true, false) => {
                arrow::compute::concat(&[self.0.as_ref(), &BinaryViewArray::from(vec![&b""[..]])]).map_err(failed)?
            }
        };
        take(&values, &UInt32Array::from(indices), None).map_err(failed)
    }
}

/// Reads one text as an array of one value.
fn one(text: &str, facts: &ColumnFacts) -> Result<ArrayRef, Mistake> {
    if text.contains('\0') {
        return Err("holds the character U+0000, which PostgreSQL cannot store".to_owned());
    }
    let kind = facts.ty.kind.scalar();
    let no = || format!("is no {kind}");
    Ok(match kind {
        Kind::Text => {
            let length = text.chars().count();
            match facts.max_chars {
                Some(max) if length > max as usize => {
                    return Err(format!("has {length} characters, the column holds {max}"));
                }
                _ => string(text.to_owned()),
            }
        }
        Kind::Enum if facts.ty.labels.iter().any(|label| label == text) => string(text.to_owned()),
        Kind::Enum => {
            let labels = facts.ty.labels.iter().map(String::as_str);
            return Err(match nearest(text, labels) {
                Some(label) => format!("is no label of {}; did you mean `{label}`?", facts.ty.sql),
                None => format!("is no label of {}: {}", facts.ty.sql, facts.ty.labels.join(", ")),
            });
        }
        Kind::Int2 => primitive::<Int16Type>(text.parse().map_err(|_| number::no_integer(text, kind))?, kind),
        Kind::Int4 => primitive::<Int32Type>(text.parse().map_err(|_| number::no_integer(text, kind))?, kind),
        Kind::Int8 => primitive::<Int64Type>(text.parse().map_err(|_| number::no_integer(text, kind))?, kind),
        Kind::Numeric => string(number::numeric(text, &facts.ty.sql)?),
        Kind::Float4 => primitive::<Float32Type>(number::float(text, text.parse().ok(), f32::is_infinite)?, kind),
        Kind::Float8 => primitive::<Float64Type>(number::float(text, text.parse().ok(), f64::is_infinite)?, kind),
        Kind::Bool => Arc::new(BooleanArray::from(vec![match text {
            "true" | "t" => true,
            "false" | "f" => false,
            _ => return Err("is neither true nor false".to_owned()),
        }])),
        Kind::Date => primitive::<Date32Type>(time::date(text).ok_or_else(no)?, kind),
        Kind::Timestamp | Kind::TimestampTz => {
            let zoned = *kind == Kind::TimestampTz;
            primitive::<TimestampMicrosecondType>(time::timestamp(text, zoned).ok_or_else(no)?, kind)
        }
        Kind::Time => primitive::<Time64MicrosecondType>(time::time(text).ok_or_else(no)?, kind),
        Kind::Interval => Arc::new(IntervalMonthDayNanoArray::from(vec![time::interval(text).ok_or_else(no)?])),
        Kind::Uuid => {
            let digits: String = text.chars().filter(|c| *c != '-').collect();
            let octets = hex(&digits).filter(|octets| octets.len() == 16).ok_or_else(no)?;
            Arc::new(FixedSizeBinaryArray::try_from_iter(std::iter::once(octets)).map_err(|_| no())?)
        }
        Kind::Bytea => {
            let octets = text.strip_prefix("\\x").and_then(hex);
            let octets = octets.ok_or_else(|| "is no bytea: write it as \\x and hexadecimal digits".to_owned())?;
            Arc::new(BinaryViewArray::from(vec![octets.as_slice()]))
        }
        Kind::Inet => string(network::inet(text).ok_or_else(no)?),
        Kind::Cidr => string(network::cidr(text)?),
        Kind::Macaddr => string(network::macaddr(text).ok_or_else(no)?),
        Kind::Json | Kind::Jsonb => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(_) if text.contains("\\u0000") => return Err("holds \\u0000, which PostgreSQL cannot store".to_owned()),
            Ok(_) => string(text.to_owned()),
            Err(_) => return Err("is no valid JSON".to_owned()),
        },
        Kind::Xml => {
            xml::check(text)?;
            string(text.to_owned())
        }
        Kind::Array(_) | Kind::Range(_) | Kind::Other => return Err(format!("cannot be read as {}", facts.ty.sql)),
    })
}

fn string(text: String) -> ArrayRef {
    Arc::new(StringViewArray::from(vec![text]))
}

fn primitive<T: ArrowPrimitiveType>(value: T::Native, kind: &Kind) -> ArrayRef {
    let data_type: DataType = arrow_type(kind).unwrap_or(T::DATA_TYPE);
    Arc::new(PrimitiveArray::<T>::from_value(value, 1).with_data_type(data_type))
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::column;

    fn facts(kind: Kind, sql: &str) -> ColumnFacts {
        let mut facts = column(None, false);
        facts.ty.sql = sql.to_owned();
        facts.ty.labels = vec!["open".to_owned(), "closed".to_owned()];
        facts.ty.kind = kind;
        facts
    }

    #[test]
    fn every_kind_reads_its_values_into_its_arrow_type() {
        for (kind, text) in [
            (Kind::Text, "é"),
            (Kind::Int2, "-32768"),
            (Kind::Int4, "7"),
            (Kind::Int8, "9223372036854775807"),
            (Kind::Numeric, "-12.50"),
            (Kind::Float4, "1.5"),
            (Kind::Float8, "-1e300"),
            (Kind::Bool, "true"),
            (Kind::Date, "2024-02-29"),
            (Kind::Timestamp, "2024-02-29 12:00:00.5"),
            (Kind::TimestampTz, "2024-02-29T12:00:00+02"),
            (Kind::Time, "23:59:59.999999"),
            (Kind::Interval, "1 year 2 months"),
            (Kind::Uuid, "00112233-4455-6677-8899-aabbccddeeff"),
            (Kind::Bytea, "\\x00ff"),
            (Kind::Inet, "192.0.2.1/24"),
            (Kind::Cidr, "192.0.2.0/24"),
            (Kind::Macaddr, "00:00:5E:00:53:01"),
            (Kind::Json, "[1, {\"a\": null}]"),
            (Kind::Jsonb, "\"x\""),
            (Kind::Xml, "<a b='c'>&amp;</a>"),
            (Kind::Enum, "closed"),
        ] {
            assert!(KINDS.contains(&kind));
            let literals = Literals::read([text], &facts(kind.clone(), "t")).unwrap();
            assert_eq!(Some(literals.0.data_type().clone()), arrow_type(&kind), "{kind}");
            let list = Kind::Array(Box::new(kind));
            assert!(Literals::read([text, text], &facts(list, "t[]")).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_value_of_the_type_is_refused() {
        for (kind, text) in [
            (Kind::Text, "a\0"),
            (Kind::Int2, "32768"),
            (Kind::Int4, "x"),
            (Kind::Int8, "1.5"),
            (Kind::Numeric, "1e5"),
            (Kind::Float4, "1e39"),
            (Kind::Float8, "one"),
            (Kind::Bool, "yes"),
            (Kind::Date, "2023-02-29"),
            (Kind::Timestamp, "2024-02-29 25:00"),
            (Kind::TimestampTz, "tomorrow"),
            (Kind::Time, "25:00"),
            (Kind::Interval, "soon"),
            (Kind::Uuid, "00112233"),
            (Kind::Bytea, "00ff"),
            (Kind::Inet, "192.0.2.1/33"),
            (Kind::Cidr, "192.0.2.1/24"),
            (Kind::Macaddr, "00:00:5e"),
            (Kind::Json, "{a: 1}"),
            (Kind::Jsonb, "\"\\u0000\""),
            (Kind::Xml, "<a>"),
            (Kind::Enum, "opne"),
            (Kind::Other, "x"),
        ] {
            let mistakes = Literals::read([text], &facts(kind.clone(), "t")).unwrap_err();
            assert_eq!(mistakes.len(), 1, "{kind}: {mistakes:?}");
        }
        let mut short = facts(Kind::Text, "character varying(2)");
        short.max_chars = Some(2);
        assert!(Literals::read(["éé"], &short).is_ok());
        assert_eq!(Literals::read(["ééé"], &short).unwrap_err(), ["`ééé` has 3 characters, the column holds 2"]);
        let mistakes = Literals::read(["opne"], &facts(Kind::Enum, "state")).unwrap_err();
        assert_eq!(mistakes, ["`opne` is no label of state; did you mean `open`?"]);
    }
}

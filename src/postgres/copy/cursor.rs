//! Cells of a masked column to bytes, one at a time: what an encoder writes rows with. Binary and text.

use std::io::Write as _;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, GenericListArray, PrimitiveArray,
    StringViewArray, StructArray, UInt8Array,
};
use arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, IntervalMonthDayNanoType,
    Time64MicrosecondType, TimestampMicrosecondType, UInt8Type,
};

use super::{Reason, array, network, numeric, range, time};
use crate::batch::{Cells, Encoding, Sealed};
use crate::blocks::{put_block, put_sized_text};
use crate::schema::Kind;

/// One column of a masked batch, ready to be written cell by cell.
pub(super) enum Cursor<'a> {
    Sealed(&'a Sealed),
    Null,
    Text(&'a StringViewArray),
    Jsonb(&'a StringViewArray),
    Numeric(&'a StringViewArray),
    Network(&'a StringViewArray, bool),
    Mac(&'a StringViewArray),
    Int2(&'a PrimitiveArray<Int16Type>),
    Int4(&'a PrimitiveArray<Int32Type>),
    Int8(&'a PrimitiveArray<Int64Type>),
    Float4(&'a PrimitiveArray<Float32Type>),
    Float8(&'a PrimitiveArray<Float64Type>),
    Bool(&'a BooleanArray),
    Date(&'a PrimitiveArray<Date32Type>),
    Timestamp(&'a PrimitiveArray<TimestampMicrosecondType>, bool),
    Time(&'a PrimitiveArray<Time64MicrosecondType>),
    Interval(&'a PrimitiveArray<IntervalMonthDayNanoType>),
    Uuid(&'a FixedSizeBinaryArray),
    Bytea(&'a BinaryViewArray),
    List { lists: &'a GenericListArray<i32>, shapes: Option<&'a BinaryViewArray>, elements: Box<Cursor<'a>> },
    Range { cells: &'a StructArray, lower: Box<Cursor<'a>>, upper: Box<Cursor<'a>>, flags: &'a UInt8Array },
}

const TOO_LARGE: Reason = "the value is larger than 2 GB";

const DEFECT: Reason = "the masked column has another type than its plan says (a defect)";

impl<'a> Cursor<'a> {
    /// Looks at a column once, so that cells can be written without asking for types again.
    pub(super) fn new(kind: &Kind, cells: &'a Cells, encoding: Encoding) -> Result<Self, Reason> {
        match (&cells.sealed, &cells.open) {
            (Some(sealed), _) if sealed.encoding() == encoding => Ok(Cursor::Sealed(sealed)),
            (_, Some(array)) => Cursor::open(kind, array),
            _ => Err("the column arrived in another encoding (a defect)"),
        }
    }

    fn open(kind: &Kind, array: &'a ArrayRef) -> Result<Self, Reason> {
        if array.data_type() == &DataType::Null {
            return Ok(Cursor::Null);
        }
        let text = || array.as_string_view_opt().ok_or(DEFECT);
        Ok(match kind {
            Kind::Text | Kind::Json | Kind::Xml | Kind::Enum => Cursor::Text(text()?),
            Kind::Jsonb => Cursor::Jsonb(text()?),
            Kind::Numeric => Cursor::Numeric(text()?),
            Kind::Inet => Cursor::Network(text()?, false),
            Kind::Cidr => Cursor::Network(text()?, true),
            Kind::Macaddr => Cursor::Mac(text()?),
            Kind::Int2 => Cursor::Int2(array.as_primitive_opt().ok_or(DEFECT)?),
            Kind::Int4 => Cursor::Int4(array.as_primitive_opt().ok_or(DEFECT)?),
            Kind::Int8 => Cursor::Int8(array.as_primitive_opt().ok_or(DEFECT)?),
            Kind::Float4 => Cursor::Float4(array.as_primitive_opt().ok_or(DEFECT)?),
            Kind::Float8 => Cursor::Float8(array.as_primitive_opt().ok_or(DEFECT)?),
            Kind::Bool => Cursor::Bool(array.as_boolean_opt().ok_or(DEFECT)?),
            Kind::Date => Cursor::Date(array.as_primitive_opt().ok_or(DEFECT)?),
            Kind::Timestamp => Cursor::Timestamp(array.as_primitive_opt().ok_or(DEFECT)?, false),
            Kind::TimestampTz => Cursor::Timestamp(array.as_primitive_opt().ok_or(DEFECT)?, true),
            Kind::Time => Cursor::Time(array.as_primitive_opt().ok_or(DEFECT)?),
            Kind::Interval => Cursor::Interval(array.as_primitive_opt().ok_or(DEFECT)?),
            Kind::Uuid => Cursor::Uuid(array.as_fixed_size_binary_opt().ok_or(DEFECT)?),
            Kind::Bytea => Cursor::Bytea(array.as_binary_view_opt().ok_or(DEFECT)?),
            Kind::Array(inner) => match array.as_list_opt::<i32>() {
                Some(lists) => Cursor::list(inner, lists, None)?,
                None => {
                    let cells = array.as_struct_opt().ok_or(DEFECT)?;
                    let lists = cells.column(0).as_list_opt::<i32>().ok_or(DEFECT)?;
                    Cursor::list(inner, lists, Some(cells.column(1).as_binary_view_opt().ok_or(DEFECT)?))?
                }
            },
            Kind::Range(inner) => {
                let cells = array.as_struct_opt().filter(|cells| cells.num_columns() == 3).ok_or(DEFECT)?;
                Cursor::Range {
                    cells,
                    lower: Box::new(Cursor::open(inner, cells.column(0))?),
                    upper: Box::new(Cursor::open(inner, cells.column(1))?),
                    flags: cells.column(2).as_primitive_opt::<UInt8Type>().ok_or(DEFECT)?,
                }
            }
            Kind::Other => return Err(DEFECT),
        })
    }

    fn list(
        inner: &Kind,
        lists: &'a GenericListArray<i32>,
        shapes: Option<&'a BinaryViewArray>,
    ) -> Result<Self, Reason> {
        Ok(Cursor::List { lists, shapes, elements: Box::new(Cursor::open(inner, lists.values())?) })
    }

    /// Whether a cell is NULL.
    pub(super) fn is_null(&self, row: usize) -> bool {
        match self {
            Cursor::Sealed(sealed) => sealed.get(row).is_none(),
            Cursor::Null => true,
            Cursor::Text(array)
            | Cursor::Jsonb(array)
            | Cursor::Numeric(array)
            | Cursor::Network(array, _)
            | Cursor::Mac(array) => array.is_null(row),
            Cursor::Int2(array) => array.is_null(row),
            Cursor::Int4(array) => array.is_null(row),
            Cursor::Int8(array) => array.is_null(row),
            Cursor::Float4(array) => array.is_null(row),
            Cursor::Float8(array) => array.is_null(row),
            Cursor::Bool(array) => array.is_null(row),
            Cursor::Date(array) => array.is_null(row),
            Cursor::Timestamp(array, _) => array.is_null(row),
            Cursor::Time(array) => array.is_null(row),
            Cursor::Interval(array) => array.is_null(row),
            Cursor::Uuid(array) => array.is_null(row),
            Cursor::Bytea(array) => array.is_null(row),
            Cursor::List { lists, .. } => lists.is_null(row),
            Cursor::Range { cells, .. } => cells.is_null(row),
        }
    }

    /// Writes the binary form of a cell that is not NULL, without its length.
    pub(super) fn binary(&self, row: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
        match self {
            Cursor::Sealed(sealed) => out.extend_from_slice(sealed.get(row).unwrap_or_default()),
            Cursor::Null => {}
            Cursor::Text(array) => out.extend_from_slice(array.value(row).as_bytes()),
            Cursor::Jsonb(array) => {
                // The only version of jsonb's binary form.
                out.push(1);
                out.extend_from_slice(array.value(row).as_bytes());
            }
            Cursor::Numeric(array) => numeric::from_text(array.value(row), out)?,
            Cursor::Network(array, cidr) => network::from_text(array.value(row), *cidr, out)?,
            Cursor::Mac(array) => network::mac_from_text(array.value(row), out)?,
            Cursor::Int2(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
            Cursor::Int4(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
            Cursor::Int8(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
            Cursor::Float4(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
            Cursor::Float8(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
            Cursor::Bool(array) => out.push(u8::from(array.value(row))),
            Cursor::Date(array) => out.extend_from_slice(&date(array.value(row))?.to_be_bytes()),
            Cursor::Timestamp(array, _) => {
                let micros = match array.value(row) {
                    infinite @ (i64::MIN | i64::MAX) => infinite,
                    micros => micros.checked_sub(time::EPOCH_MICROS).ok_or("the timestamp is too early")?,
                };
                out.extend_from_slice(&micros.to_be_bytes());
            }
            Cursor::Time(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
            Cursor::Interval(array) => {
                let interval = array.value(row);
                out.extend_from_slice(&(interval.nanoseconds / 1000).to_be_bytes());
                out.extend_from_slice(&interval.days.to_be_bytes());
                out.extend_from_slice(&interval.months.to_be_bytes());
            }
            Cursor::Uuid(array) => out.extend_from_slice(array.value(row)),
            Cursor::Bytea(array) => out.extend_from_slice(array.value(row)),
            Cursor::List { lists, shapes, elements } => {
                let range = span(lists, row);
                let shape = shape(*shapes, row, range.len())?;
                array::binary_head(&shape, range.clone().any(|element| elements.is_null(element)), out);
                for element in range {
                    elements.sized(element, out)?;
                }
            }
            Cursor::Range { lower, upper, flags, .. } => {
                out.push(flags.value(row));
                for bound in [lower, upper] {
                    if !bound.is_null(row) {
                        bound.sized(row, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes a cell's length and binary form; -1 for NULL.
    pub(super) fn sized(&self, row: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
        // What most masked columns are, without a detour.
        match self {
            Cursor::Text(texts) if texts.is_valid(row) => {
                put_sized_text(out, texts, row);
                return Ok(());
            }
            Cursor::Int4(array) if array.is_valid(row) => {
                put_number(4, array.value(row).cast_unsigned().into(), out);
                return Ok(());
            }
            Cursor::Int8(array) if array.is_valid(row) => {
                put_number(8, array.value(row).cast_unsigned(), out);
                return Ok(());
            }
            Cursor::Date(array) if array.is_valid(row) => {
                put_number(4, date(array.value(row))?.cast_unsigned().into(), out);
                return Ok(());
            }
            _ => {}
        }
        if self.is_null(row) {
            out.extend_from_slice(&(-1i32).to_be_bytes());
            return Ok(());
        }
        let at = out.len();
        out.extend_from_slice(&[0; 4]);
        self.binary(row, out)?;
        let len = i32::try_from(out.len() - at - 4).map_err(|_| TOO_LARGE)?;
        out[at..at + 4].copy_from_slice(&len.to_be_bytes());
        Ok(())
    }

    /// Writes the text form of a cell that is not NULL, not escaped for COPY.
    pub(super) fn text(&self, row: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
        match self {
            Cursor::Sealed(sealed) => out.extend_from_slice(sealed.get(row).unwrap_or_default()),
            Cursor::Null => {}
            Cursor::Text(array)
            | Cursor::Jsonb(array)
            | Cursor::Numeric(array)
            | Cursor::Network(array, _)
            | Cursor::Mac(array) => out.extend_from_slice(array.value(row).as_bytes()),
            Cursor::Int2(array) => number(array.value(row), out),
            Cursor::Int4(array) => number(array.value(row), out),
            Cursor::Int8(array) => number(array.value(row), out),
            // Rust prints the shortest digits that read back equal; PostgreSQL reads `inf` and `NaN`.
            Cursor::Float4(array) => write(out, format_args!("{}", array.value(row))),
            Cursor::Float8(array) => write(out, format_args!("{}", array.value(row))),
            Cursor::Bool(array) => out.push(if array.value(row) { b't' } else { b'f' }),
            Cursor::Date(array) => through_string(out, |text| time::format_date(array.value(row), text)),
            Cursor::Timestamp(array, zoned) => through_string(out, |text| {
                time::format_timestamp(array.value(row), if *zoned { "+00" } else { "" }, text);
            }),
            Cursor::Time(array) => through_string(out, |text| time::format_time(array.value(row), text)),
            Cursor::Interval(array) => through_string(out, |text| {
                let interval = array.value(row);
                time::format_interval(interval.months, interval.days, interval.nanoseconds / 1000, text);
            }),
            Cursor::Uuid(array) => {
                for (index, octet) in array.value(row).iter().enumerate() {
                    write(out, format_args!("{}{octet:02x}", if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" }));
                }
            }
            Cursor::Bytea(array) => {
                out.extend_from_slice(b"\\x");
                for octet in array.value(row) {
                    write(out, format_args!("{octet:02x}"));
                }
            }
            Cursor::List { lists, shapes, elements } => {
                let range = span(lists, row);
                let shape = shape(*shapes, row, range.len())?;
                array::to_text(&shape, out, &mut |index, out| {
                    let element = range.start + index;
                    let valid = !elements.is_null(element);
                    if valid {
                        elements.text(element, out)?;
                    }
                    Ok(valid)
                })?;
            }
            Cursor::Range { lower, upper, flags, .. } => {
                let bound = |cursor: &Cursor<'_>| -> Result<Option<Vec<u8>>, Reason> {
                    let mut text = Vec::new();
                    if cursor.is_null(row) {
                        return Ok(None);
                    }
                    cursor.text(row, &mut text)?;
                    Ok(Some(text))
                };
                range::to_text(flags.value(row), bound(lower)?.as_deref(), bound(upper)?.as_deref(), out);
            }
        }
        Ok(())
    }
}

/// Writes a length of at most 8 and so many bytes of a number.
fn put_number(len: usize, number: u64, out: &mut Vec<u8>) {
    let cell = (len as u128) << (8 * len) | u128::from(number);
    put_block(out, &(cell << (96 - 8 * len)).to_be_bytes(), 4 + len);
}

/// Where a row's elements stand.
fn span(lists: &GenericListArray<i32>, row: usize) -> std::ops::Range<usize> {
    let at = |index: usize| usize::try_from(lists.value_offsets()[index]).unwrap_or_default();
    at(row)..at(row + 1)
}

fn shape(shapes: Option<&BinaryViewArray>, row: usize, elements: usize) -> Result<Vec<u8>, Reason> {
    shapes.map_or_else(|| array::plain_shape(elements), |shapes| Ok(shapes.value(row).to_vec()))
}

fn number(number: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn write(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a Vec cannot fail.
    let _ = out.write_fmt(text);
}

/// Days since 1970 as PostgreSQL sends them: since 2000.
fn date(days: i32) -> Result<i32, Reason> {
    match days {
        infinite @ (i32::MIN | i32::MAX) => Ok(infinite),
        days => days.checked_sub(time::EPOCH_DAYS).ok_or("the date is too early"),
    }
}

fn through_string(out: &mut Vec<u8>, format: impl FnOnce(&mut String)) {
    let mut text = String::new();
    format(&mut text);
    out.extend_from_slice(text.as_bytes());
}

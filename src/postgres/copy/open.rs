//! Sealed cells to Arrow arrays, in the forms that [`crate::batch::arrow_type`] gives.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, BinaryViewBuilder, BooleanArray, FixedSizeBinaryBuilder, IntervalMonthDayNanoArray,
    ListArray, PrimitiveArray, StringArray, StringViewArray, StringViewBuilder, StructArray, UInt8Array,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{
    DataType, Date32Type, Field, Fields as ArrowFields, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNano, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::{Fields, Reason, array, network, numeric, range, time};
use crate::batch::{Cell, Encoding, Sealed, arrow_type};
use crate::blocks::put_part;
use crate::schema::{Kind, Type};

/// A cell that could not be decoded: its row, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenError {
    /// Row inside the column, from 0.
    pub row: usize,
    /// Why, without a full stop.
    pub reason: &'static str,
}

/// The cells of an array or a range taken out of their column.
type Inner<'a> = Vec<Option<Cow<'a, [u8]>>>;

/// Decodes a column.
///
/// # Errors
/// The first cell that is not what its type says, such as text that is not UTF-8.
pub fn open(ty: &Type, sealed: &Sealed) -> Result<ArrayRef, OpenError> {
    let as_it_is = match sealed.encoding() {
        // A type of its own is shown as its text where a sink needs to see it.
        Encoding::Text => matches!(arrow_type(&ty.kind), Some(DataType::Utf8View) | None),
        Encoding::Binary => matches!(ty.kind, Kind::Text | Kind::Json | Kind::Xml | Kind::Enum | Kind::Jsonb),
    };
    if as_it_is {
        return views(ty, sealed);
    }
    if let Some(array) = whole_numbers(&ty.kind, sealed) {
        return Ok(array);
    }
    let cells: Vec<Option<&[u8]>> = (0..sealed.len()).map(|row| sealed.get(row)).collect();
    column(&ty.kind, ty.padded, sealed.encoding(), &cells)
}

/// Texts side by side in a buffer of their own: there they are checked all at once, and views point into it.
fn views(ty: &Type, sealed: &Sealed) -> Result<ArrayRef, OpenError> {
    // jsonb's version.
    let skip = usize::from(ty.kind == Kind::Jsonb && sealed.encoding() == Encoding::Binary);
    let is_short = |row: &usize| sealed.get(*row).is_some_and(|cell| cell.len() < skip);
    if skip > 0
        && let Some(row) = (0..sealed.len()).find(is_short)
    {
        return Err(OpenError { row, reason: "the value is shorter than its type says" });
    }
    let size = sealed.size();
    i32::try_from(size).map_err(|_| OpenError { row: 0, reason: TOO_LARGE })?;
    let (buffer, cells) = sealed.parts();
    // With a block more.
    let mut texts = Vec::with_capacity(size + 32);
    let mut ends = Vec::with_capacity(cells.len() + 1);
    ends.push(0);
    let mut all = true;
    ends.extend(cells.iter().map(|cell| {
        match cell.range() {
            Some(part) if skip == 0 && !ty.padded => put_part(&mut texts, buffer, part),
            Some(part) => {
                let text = &buffer[part.start + skip..part.end];
                texts.extend_from_slice(if ty.padded { text.trim_ascii_end_blanks() } else { text });
            }
            None => all = false,
        }
        // Not above the size of all cells.
        texts.len() as i32
    }));
    let nulls = (!all).then(|| cells.iter().map(|cell| cell.range().is_some()).collect());
    // Which row is broken is looked for only then: a text may be broken that its neighbour completes.
    match StringArray::try_new(OffsetBuffer::new(ends.into()), texts.into(), nulls) {
        Ok(texts) => Ok(Arc::new(StringViewArray::from(&texts))),
        Err(_) => {
            let broken = |row: &usize| sealed.get(*row).is_some_and(|bytes| std::str::from_utf8(bytes).is_err());
            Err(OpenError { row: (0..sealed.len()).find(broken).unwrap_or_default(), reason: NO_UTF8 })
        }
    }
}

/// Whole numbers and dates of a binary column without NULL, as most keys are; `None` for others, and where one is broken.
fn whole_numbers(kind: &Kind, sealed: &Sealed) -> Option<ArrayRef> {
    fn read<T: ArrowPrimitiveType, const N: usize>(
        sealed: &Sealed,
        number: impl Fn([u8; N]) -> Option<T::Native>,
    ) -> Option<ArrayRef> {
        let (buffer, cells) = sealed.parts();
        let value = |cell: &Cell| number(*buffer[cell.range()?].as_array()?);
        let mut values = Vec::with_capacity(cells.len());
        for cell in cells {
            values.push(value(cell)?);
        }
        Some(Arc::new(PrimitiveArray::<T>::new(values.into(), None)))
    }
    match (sealed.encoding(), kind) {
        (Encoding::Binary, Kind::Int4) => read::<Int32Type, 4>(sealed, |bytes| Some(i32::from_be_bytes(bytes))),
        (Encoding::Binary, Kind::Int8) => read::<Int64Type, 8>(sealed, |bytes| Some(i64::from_be_bytes(bytes))),
        (Encoding::Binary, Kind::Date) => read::<Date32Type, 4>(sealed, |bytes| date(bytes).ok()),
        _ => None,
    }
}

/// Days since 1970 of a date as it is sent: days since 2000.
fn date(bytes: [u8; 4]) -> Result<i32, Reason> {
    match i32::from_be_bytes(bytes) {
        infinite @ (i32::MIN | i32::MAX) => Ok(infinite),
        days => days.checked_add(time::EPOCH_DAYS).ok_or("the date is too late"),
    }
}

const NO_UTF8: Reason = "the text is not valid UTF-8";
const TOO_LARGE: Reason = "the batch is too large";
const NO_NUMBER: Reason = "the text is no number of the column's type";

fn column(kind: &Kind, padded: bool, encoding: Encoding, cells: &[Option<&[u8]>]) -> Result<ArrayRef, OpenError> {
    let binary = encoding == Encoding::Binary;
    match kind {
        Kind::Text | Kind::Json | Kind::Xml | Kind::Enum => texts(cells, |bytes, out| {
            out.push_str(text(if padded { bytes.trim_ascii_end_blanks() } else { bytes })?);
            Ok(())
        }),
        Kind::Jsonb | Kind::Numeric | Kind::Inet | Kind::Cidr | Kind::Macaddr if !binary => {
            texts(cells, |bytes, out| text(bytes).map(|text| out.push_str(text)))
        }
        Kind::Jsonb => texts(cells, |bytes, out| {
            // The version comes first.
            text(bytes.get(1..).unwrap_or_default()).map(|text| out.push_str(text))
        }),
        Kind::Numeric => texts(cells, numeric::to_text),
        Kind::Inet | Kind::Cidr => texts(cells, network::to_text),
        Kind::Macaddr => texts(cells, network::mac_to_text),
        Kind::Int2 => primitives::<Int16Type>(kind, cells, |bytes| {
            if binary { Ok(i16::from_be_bytes(fixed(bytes)?)) } else { parse(bytes) }
        }),
        Kind::Int4 => primitives::<Int32Type>(kind, cells, |bytes| {
            if binary { Ok(i32::from_be_bytes(fixed(bytes)?)) } else { parse(bytes) }
        }),
        Kind::Int8 => primitives::<Int64Type>(kind, cells, |bytes| {
            if binary { Ok(i64::from_be_bytes(fixed(bytes)?)) } else { parse(bytes) }
        }),
        Kind::Float4 => primitives::<Float32Type>(kind, cells, |bytes| {
            if binary { Ok(f32::from_be_bytes(fixed(bytes)?)) } else { parse(bytes) }
        }),
        Kind::Float8 => primitives::<Float64Type>(kind, cells, |bytes| {
            if binary { Ok(f64::from_be_bytes(fixed(bytes)?)) } else { parse(bytes) }
        }),
        Kind::Date => primitives::<Date32Type>(kind, cells, |bytes| {
            if binary { date(fixed(bytes)?) } else { time::parse_date(text(bytes)?) }
        }),
        Kind::Timestamp | Kind::TimestampTz => primitives::<TimestampMicrosecondType>(kind, cells, |bytes| {
            if !binary {
                return time::parse_timestamp(text(bytes)?);
            }
            match i64::from_be_bytes(fixed(bytes)?) {
                infinite @ (i64::MIN | i64::MAX) => Ok(infinite),
                micros => micros.checked_add(time::EPOCH_MICROS).ok_or("the timestamp is too late"),
            }
        }),
        Kind::Time => primitives::<Time64MicrosecondType>(kind, cells, |bytes| {
            if binary { Ok(i64::from_be_bytes(fixed(bytes)?)) } else { time::parse_time(text(bytes)?) }
        }),
        Kind::Interval => intervals(binary, cells),
        Kind::Bool => booleans(binary, cells),
        Kind::Uuid => uuids(binary, cells),
        Kind::Bytea => byteas(binary, cells),
        Kind::Array(inner) => arrays(inner, padded, encoding, cells),
        Kind::Range(inner) => ranges(inner, encoding, cells),
        Kind::Other => Err(OpenError { row: 0, reason: "values of this type are never decoded" }),
    }
}

fn texts(
    cells: &[Option<&[u8]>],
    mut write: impl FnMut(&[u8], &mut String) -> Result<(), Reason>,
) -> Result<ArrayRef, OpenError> {
    let mut builder = StringViewBuilder::with_capacity(cells.len());
    let mut out = String::new();
    each(cells, |cell| {
        match cell {
            Some(bytes) => {
                out.clear();
                write(bytes, &mut out)?;
                builder.append_value(&out);
            }
            None => builder.append_null(),
        }
        Ok(())
    })?;
    Ok(Arc::new(builder.finish()))
}

fn primitives<T: ArrowPrimitiveType>(
    kind: &Kind,
    cells: &[Option<&[u8]>],
    read: impl Fn(&[u8]) -> Result<T::Native, Reason>,
) -> Result<ArrayRef, OpenError> {
    let mut values = Vec::with_capacity(cells.len());
    each(cells, |cell| {
        values.push(cell.map(&read).transpose()?.unwrap_or_default());
        Ok(())
    })?;
    let array = PrimitiveArray::<T>::new(values.into(), nulls(cells.iter().map(Option::is_some).collect()));
    Ok(Arc::new(array.with_data_type(arrow_type(kind).unwrap_or(T::DATA_TYPE))))
}

fn booleans(binary: bool, cells: &[Option<&[u8]>]) -> Result<ArrayRef, OpenError> {
    let mut values = Vec::with_capacity(cells.len());
    each(cells, |cell| {
        values.push(match (binary, cell) {
            (_, None) => None,
            (true, Some([byte])) => Some(*byte != 0),
            (false, Some(b"t" | b"true")) => Some(true),
            (false, Some(b"f" | b"false")) => Some(false),
            _ => return Err("the value is no boolean"),
        });
        Ok(())
    })?;
    Ok(Arc::new(BooleanArray::from(values)))
}

fn intervals(binary: bool, cells: &[Option<&[u8]>]) -> Result<ArrayRef, OpenError> {
    let mut values = Vec::with_capacity(cells.len());
    each(cells, |cell| {
        values.push(match cell {
            None => None,
            Some(bytes) => {
                let (months, days, micros) = if binary {
                    let mut fields = Fields(bytes);
                    let micros = i64::from_be_bytes(fields.array()?);
                    let days = fields.i32()?;
                    (fields.i32()?, days, micros)
                } else {
                    time::parse_interval(text(bytes)?)?
                };
                let nanos = micros.checked_mul(1000).ok_or("the interval has more than 292 years of time")?;
                Some(IntervalMonthDayNano::new(months, days, nanos))
            }
        });
        Ok(())
    })?;
    Ok(Arc::new(IntervalMonthDayNanoArray::from(values)))
}

fn uuids(binary: bool, cells: &[Option<&[u8]>]) -> Result<ArrayRef, OpenError> {
    const NO_UUID: Reason = "the value is no UUID";
    let mut builder = FixedSizeBinaryBuilder::with_capacity(cells.len(), 16);
    each(cells, |cell| {
        let Some(bytes) = cell else {
            builder.append_null();
            return Ok(());
        };
        let octets = if binary {
            bytes.to_vec()
        } else {
            let digits: Vec<u8> = bytes.iter().copied().filter(|c| *c != b'-').collect();
            from_hex(&digits).ok_or(NO_UUID)?
        };
        builder.append_value(octets).map_err(|_| NO_UUID)
    })?;
    Ok(Arc::new(builder.finish()))
}

fn byteas(binary: bool, cells: &[Option<&[u8]>]) -> Result<ArrayRef, OpenError> {
    let mut builder = BinaryViewBuilder::with_capacity(cells.len());
    each(cells, |cell| {
        match cell {
            None => builder.append_null(),
            Some(bytes) if binary => builder.append_value(bytes),
            Some(bytes) => {
                let decoded = bytes.strip_prefix(b"\\x").and_then(from_hex).ok_or("the text is no bytea")?;
                builder.append_value(decoded);
            }
        }
        Ok(())
    })?;
    Ok(Arc::new(builder.finish()))
}

fn arrays(inner: &Kind, padded: bool, encoding: Encoding, cells: &[Option<&[u8]>]) -> Result<ArrayRef, OpenError> {
    let mut elements: Inner<'_> = Vec::new();
    let mut owners = Vec::new();
    let mut lengths = Vec::with_capacity(cells.len());
    let mut shapes = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let parts = match (cell, encoding) {
            (None, _) => array::Parts { shape: array::plain_shape(0).unwrap_or_default(), elements: Vec::new() },
            (Some(bytes), Encoding::Binary) => array::from_binary(bytes).map_err(|reason| OpenError { row, reason })?,
            (Some(bytes), Encoding::Text) => array::from_text(bytes).map_err(|reason| OpenError { row, reason })?,
        };
        lengths.push(parts.elements.len());
        owners.extend(std::iter::repeat_n(row, parts.elements.len()));
        elements.extend(parts.elements);
        shapes.push(parts.shape);
    }
    let values = inner_column(inner, padded, encoding, &elements, &owners)?;
    let DataType::List(field) = DataType::List(Arc::new(Field::new("item", values.data_type().clone(), true))) else {
        unreachable!("a list was just made")
    };
    let nulls = nulls(cells.iter().map(Option::is_some).collect());
    let lists: ArrayRef = Arc::new(ListArray::new(field, OffsetBuffer::from_lengths(lengths), values, nulls.clone()));
    if shapes.iter().all(|shape| array::plain(shape)) {
        return Ok(lists);
    }
    let mut builder = BinaryViewBuilder::with_capacity(shapes.len());
    for shape in shapes {
        builder.append_value(shape);
    }
    let fields = ArrowFields::from(vec![
        Field::new("elements", lists.data_type().clone(), true),
        Field::new("shape", DataType::BinaryView, false),
    ]);
    Ok(Arc::new(StructArray::new(fields, vec![lists, Arc::new(builder.finish())], nulls)))
}

fn ranges(inner: &Kind, encoding: Encoding, cells: &[Option<&[u8]>]) -> Result<ArrayRef, OpenError> {
    let (mut lower, mut upper): (Inner<'_>, Inner<'_>) = (Vec::new(), Vec::new());
    let mut flags = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let parts = match (cell, encoding) {
            (None, _) => range::Parts { flags: range::EMPTY, lower: None, upper: None },
            (Some(bytes), Encoding::Binary) => range::from_binary(bytes).map_err(|reason| OpenError { row, reason })?,
            (Some(bytes), Encoding::Text) => range::from_text(bytes).map_err(|reason| OpenError { row, reason })?,
        };
        lower.push(parts.lower);
        upper.push(parts.upper);
        flags.push(parts.flags);
    }
    let rows: Vec<usize> = (0..cells.len()).collect();
    let lower = inner_column(inner, false, encoding, &lower, &rows)?;
    let upper = inner_column(inner, false, encoding, &upper, &rows)?;
    let fields = ArrowFields::from(vec![
        Field::new("lower", lower.data_type().clone(), true),
        Field::new("upper", upper.data_type().clone(), true),
        Field::new("flags", DataType::UInt8, false),
    ]);
    let nulls = nulls(cells.iter().map(Option::is_some).collect());
    Ok(Arc::new(StructArray::new(fields, vec![lower, upper, Arc::new(UInt8Array::from(flags))], nulls)))
}

/// Decodes elements or bounds; an error names the row that they belong to.
fn inner_column(
    kind: &Kind,
    padded: bool,
    encoding: Encoding,
    cells: &Inner<'_>,
    owners: &[usize],
) -> Result<ArrayRef, OpenError> {
    let cells: Vec<Option<&[u8]>> = cells.iter().map(Option::as_deref).collect();
    column(kind, padded, encoding, &cells)
        .map_err(|error| OpenError { row: owners.get(error.row).copied().unwrap_or_default(), ..error })
}

/// Runs over cells and puts the row into an error.
fn each<'a>(
    cells: &[Option<&'a [u8]>],
    mut f: impl FnMut(Option<&'a [u8]>) -> Result<(), Reason>,
) -> Result<(), OpenError> {
    for (row, cell) in cells.iter().enumerate() {
        f(*cell).map_err(|reason| OpenError { row, reason })?;
    }
    Ok(())
}

fn nulls(valid: Vec<bool>) -> Option<NullBuffer> {
    if valid.iter().all(|valid| *valid) { None } else { Some(NullBuffer::from(valid)) }
}

fn text(bytes: &[u8]) -> Result<&str, Reason> {
    std::str::from_utf8(bytes).map_err(|_| NO_UTF8)
}

fn parse<T: std::str::FromStr>(bytes: &[u8]) -> Result<T, Reason> {
    text(bytes)?.parse().map_err(|_| NO_NUMBER)
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Reason> {
    bytes.try_into().map_err(|_| "the value has another length than its type says")
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?)).collect()
}

/// Cuts the padding of `char(n)`.
trait TrimBlanks {
    fn trim_ascii_end_blanks(&self) -> &Self;
}

impl TrimBlanks for [u8] {
    fn trim_ascii_end_blanks(&self) -> &[u8] {
        let end = self.iter().rposition(|&c| c != b' ').map_or(0, |last| last + 1);
        &self[..end]
    }
}

//! The loops of all masks: over the values of one Arrow array, NULL to NULL, into an array of the same type. A mask
//! passes a closure for one value.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryViewBuilder, FixedSizeBinaryBuilder, PrimitiveArray,
    StringArray, StringViewArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, Time64MicrosecondType, TimeUnit,
    TimestampMicrosecondType,
};

use super::MaskError;
use super::line::Line;

/// Why a value cannot be taken.
pub type Reason = &'static str;

const NO_FIT: Reason = "the masked number does not fit the column's type";

/// Maps every text. `out` is empty when the closure gets it. Empty text stays empty without asking.
///
/// # Errors
/// The first value that the closure refuses.
pub fn map_text(
    array: &ArrayRef,
    mut f: impl FnMut(usize, &str, &mut String) -> Result<(), Reason>,
) -> Result<ArrayRef, MaskError> {
    let mut out = String::new();
    map_lines(array, |row, text, line| {
        out.clear();
        f(row, text, &mut out)?;
        line.push_str(&out);
        Ok(())
    })
}

/// The same for masks that write their texts piece by piece: each to where it stays.
///
/// # Errors
/// The first value that the closure refuses.
pub(super) fn map_lines(
    array: &ArrayRef,
    mut f: impl FnMut(usize, &str, &mut Line<'_>) -> Result<(), Reason>,
) -> Result<ArrayRef, MaskError> {
    let texts = array.as_string_view();
    let mut all = Vec::with_capacity(32 * texts.len());
    let mut ends = Vec::with_capacity(texts.len() + 1);
    ends.push(0i32);
    for (row, text) in texts.iter().enumerate() {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            f(row, text, &mut Line::behind(&mut all)).map_err(|reason| MaskError { row, reason })?;
        }
        ends.push(i32::try_from(all.len()).map_err(|_| MaskError { row, reason: "the batch is too large" })?);
    }
    // All are looked at together, to see that they are UTF-8.
    let written = StringArray::try_new(OffsetBuffer::new(ends.into()), all.into(), texts.nulls().cloned());
    let written = written.map_err(|_| MaskError { row: 0, reason: "the mask wrote no text (a defect)" })?;
    Ok(Arc::new(StringViewArray::from(&written)))
}

/// Maps every byte string. `out` is empty when the closure gets it. An empty one stays empty without asking.
///
/// # Errors
/// The first value that the closure refuses.
pub fn map_bytes(
    array: &ArrayRef,
    mut f: impl FnMut(usize, &[u8], &mut Vec<u8>) -> Result<(), Reason>,
) -> Result<ArrayRef, MaskError> {
    let values = array.as_binary_view();
    let mut builder = BinaryViewBuilder::with_capacity(values.len());
    let mut out = Vec::new();
    for (row, bytes) in values.iter().enumerate() {
        match bytes {
            None => builder.append_null(),
            Some([]) => builder.append_value([]),
            Some(bytes) => {
                out.clear();
                f(row, bytes, &mut out).map_err(|reason| MaskError { row, reason })?;
                builder.append_value(&out);
            }
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Maps every whole number of a `smallint`, `integer` or `bigint` array; a result that does not fit the type is an
/// error.
///
/// # Errors
/// The first value that the closure refuses, or whose result does not fit.
pub fn map_integer(
    array: &ArrayRef,
    mut f: impl FnMut(usize, i64) -> Result<i64, Reason>,
) -> Result<ArrayRef, MaskError> {
    match array.data_type() {
        DataType::Int16 => {
            map_primitive::<Int16Type>(array, |row, n| i16::try_from(f(row, i64::from(n))?).map_err(|_| NO_FIT))
        }
        DataType::Int32 => {
            map_primitive::<Int32Type>(array, |row, n| i32::try_from(f(row, i64::from(n))?).map_err(|_| NO_FIT))
        }
        _ => map_primitive::<Int64Type>(array, f),
    }
}

/// Maps the whole numbers of a `smallint`, `integer` or `bigint` array all at once, in place; what stands in NULL's
/// place does not matter. A result that does not fit the type is an error.
///
/// # Errors
/// The first value whose result does not fit.
pub fn map_integers(array: &ArrayRef, f: impl FnOnce(&mut [i64])) -> Result<ArrayRef, MaskError> {
    fn mapped<T: ArrowPrimitiveType>(array: &ArrayRef, f: impl FnOnce(&mut [i64])) -> Result<ArrayRef, MaskError>
    where
        T::Native: Into<i64> + TryFrom<i64>,
    {
        let values = array.as_primitive::<T>();
        let mut numbers: Vec<i64> = values.values().iter().map(|number| (*number).into()).collect();
        f(&mut numbers);
        let fitting = numbers.iter().enumerate().map(|(row, number)| match T::Native::try_from(*number) {
            Ok(number) => Ok(number),
            Err(_) if values.is_null(row) => Ok(T::Native::default()),
            Err(_) => Err(MaskError { row, reason: NO_FIT }),
        });
        let fitting = fitting.collect::<Result<Vec<_>, _>>()?;
        Ok(Arc::new(PrimitiveArray::<T>::new(fitting.into(), values.nulls().cloned())))
    }
    match array.data_type() {
        DataType::Int16 => mapped::<Int16Type>(array, f),
        DataType::Int32 => mapped::<Int32Type>(array, f),
        _ => mapped::<Int64Type>(array, f),
    }
}

/// Maps every value of a primitive array.
///
/// # Errors
/// The first value that the closure refuses.
pub fn map_primitive<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    mut f: impl FnMut(usize, T::Native) -> Result<T::Native, Reason>,
) -> Result<ArrayRef, MaskError> {
    let values = array.as_primitive::<T>();
    let mut out = Vec::with_capacity(values.len());
    for row in 0..values.len() {
        if values.is_null(row) {
            out.push(T::Native::default());
        } else {
            out.push(f(row, values.value(row)).map_err(|reason| MaskError { row, reason })?);
        }
    }
    let masked = PrimitiveArray::<T>::new(out.into(), values.nulls().cloned());
    Ok(Arc::new(masked.with_data_type(array.data_type().clone())))
}

/// Maps every UUID, as 16 bytes in network order.
///
/// # Errors
/// The first value that the closure refuses.
pub fn map_uuid(
    array: &ArrayRef,
    mut f: impl FnMut(usize, [u8; 16]) -> Result<[u8; 16], Reason>,
) -> Result<ArrayRef, MaskError> {
    let values = array.as_fixed_size_binary();
    let mut builder = FixedSizeBinaryBuilder::with_capacity(values.len(), 16);
    for row in 0..values.len() {
        let Ok(value) = <[u8; 16]>::try_from(values.value(row)) else {
            return Err(MaskError { row, reason: "a UUID has 16 bytes" });
        };
        if values.is_null(row) {
            builder.append_null();
        } else {
            let masked = f(row, value).map_err(|reason| MaskError { row, reason })?;
            if builder.append_value(masked).is_err() {
                return Err(MaskError { row, reason: "a UUID has 16 bytes" });
            }
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Writes the canonical bytes of one cell, the same for every type that a joined column may have: text as UTF-8,
/// integers of any width as 8 bytes little-endian, everything else as its Arrow bytes. Returns `false` for NULL.
pub fn canonical(array: &ArrayRef, row: usize, out: &mut Vec<u8>) -> bool {
    out.clear();
    push_canonical(array, row, out)
}

/// The same, appended to what is there.
pub fn push_canonical(array: &ArrayRef, row: usize, out: &mut Vec<u8>) -> bool {
    if array.is_null(row) {
        return false;
    }
    match array.data_type() {
        DataType::Utf8View => out.extend_from_slice(array.as_string_view().value(row).as_bytes()),
        DataType::BinaryView => out.extend_from_slice(array.as_binary_view().value(row)),
        DataType::Boolean => out.push(u8::from(array.as_boolean().value(row))),
        DataType::FixedSizeBinary(_) => out.extend_from_slice(array.as_fixed_size_binary().value(row)),
        DataType::Int16 => out.extend(i64::from(array.as_primitive::<Int16Type>().value(row)).to_le_bytes()),
        DataType::Int32 => out.extend(i64::from(array.as_primitive::<Int32Type>().value(row)).to_le_bytes()),
        DataType::Int64 => out.extend(array.as_primitive::<Int64Type>().value(row).to_le_bytes()),
        DataType::Date32 => out.extend(array.as_primitive::<Date32Type>().value(row).to_le_bytes()),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            out.extend(array.as_primitive::<TimestampMicrosecondType>().value(row).to_le_bytes());
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            out.extend(array.as_primitive::<Time64MicrosecondType>().value(row).to_le_bytes());
        }
        DataType::Float32 => out.extend(array.as_primitive::<Float32Type>().value(row).to_le_bytes()),
        DataType::Float64 => out.extend(array.as_primitive::<Float64Type>().value(row).to_le_bytes()),
        _ => {
            let data = array.slice(row, 1).to_data();
            for buffer in data.buffers() {
                let width = buffer.len() / (data.offset() + 1).max(1);
                out.extend_from_slice(&buffer.as_slice()[data.offset() * width..(data.offset() + 1) * width]);
            }
        }
    }
    true
}

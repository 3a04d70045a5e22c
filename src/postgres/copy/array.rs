//! Arrays: their elements and their shape, from the binary form and from the text literal.
//!
//! A shape is the array's dimensions as the binary form has them: their number, then length and lower bound of each, as
//! big-endian 32-bit numbers. Source: `array_send`, `array_recv` and `array_out` in PostgreSQL's `arrayfuncs.c`.

use std::borrow::Cow;

use super::{Fields, Reason};

/// Most dimensions an array may have (`MAXDIM` of `array.h`).
const MAX_DIMENSIONS: usize = 6;
/// An element type that no built-in type has; receiving servers from version 14 on then take the type that they expect.
const ANY_ELEMENT: u32 = 16_384;

/// An array taken apart.
pub(super) struct Parts<'a> {
    /// See the module's text.
    pub(super) shape: Vec<u8>,
    /// All elements in storage order.
    pub(super) elements: Vec<Option<Cow<'a, [u8]>>>,
}

/// Whether a shape says no more than the number of elements does: empty, or one dimension from 1.
pub(super) fn plain(shape: &[u8]) -> bool {
    let dimensions = |shape: &[u8]| shape.first_chunk().map(|n| i32::from_be_bytes(*n));
    match dimensions(shape) {
        Some(0) => true,
        Some(1) => shape.ends_with(&1i32.to_be_bytes()),
        _ => false,
    }
}

/// The shape of a plain array.
pub(super) fn plain_shape(elements: usize) -> Result<Vec<u8>, Reason> {
    if elements == 0 {
        return Ok(0i32.to_be_bytes().to_vec());
    }
    let len = i32::try_from(elements).map_err(|_| "the array has too many elements")?;
    Ok([1i32, len, 1].iter().flat_map(|n| n.to_be_bytes()).collect())
}

/// Takes the binary form apart.
pub(super) fn from_binary(bytes: &[u8]) -> Result<Parts<'_>, Reason> {
    let mut fields = Fields(bytes);
    let dimensions = fields.array::<4>()?;
    let _has_nulls = fields.i32()?;
    let _element_type = fields.i32()?;
    let mut shape = dimensions.to_vec();
    let count = usize::try_from(i32::from_be_bytes(dimensions)).map_err(|_| "the array has a negative dimension")?;
    if count > MAX_DIMENSIONS {
        return Err("the array has too many dimensions");
    }
    let mut len = usize::from(count > 0);
    for _ in 0..count {
        let dimension = fields.bytes(8)?;
        shape.extend(dimension);
        let size = Fields(dimension).i32()?;
        len = len
            .checked_mul(usize::try_from(size).map_err(|_| "the array has a negative dimension")?)
            .ok_or("the array has too many elements")?;
    }
    let mut elements = Vec::with_capacity(len.min(bytes.len() / 4));
    for _ in 0..len {
        elements.push(fields.cell()?.map(Cow::Borrowed));
    }
    fields.end()?;
    Ok(Parts { shape, elements })
}

/// Writes the head of the binary form; the elements follow, each with its length.
pub(super) fn binary_head(shape: &[u8], has_nulls: bool, out: &mut Vec<u8>) {
    let (dimensions, rest) = shape.split_at(shape.len().min(4));
    out.extend(dimensions);
    out.extend(i32::from(has_nulls).to_be_bytes());
    out.extend(ANY_ELEMENT.to_be_bytes());
    out.extend(rest);
}

/// Takes a literal such as `{a,"b c",NULL}` or `[0:1]={{1},{2}}` apart.
pub(super) fn from_text(bytes: &[u8]) -> Result<Parts<'static>, Reason> {
    const NO_ARRAY: Reason = "the text is no array";
    let (bounds, body) = match bytes.iter().position(|&c| c == b'=') {
        Some(at) if bytes.first() == Some(&b'[') => (lower_bounds(&bytes[..at]).ok_or(NO_ARRAY)?, &bytes[at + 1..]),
        _ => (Vec::new(), bytes),
    };
    let mut elements = Vec::new();
    let mut sizes: Vec<i32> = Vec::new();
    let mut counts: Vec<i32> = Vec::new();
    let mut at = 0;
    let mut after_value = false;
    while at < body.len() {
        match body[at] {
            b'{' if !after_value && counts.len() < MAX_DIMENSIONS => {
                counts.push(0);
                if sizes.len() < counts.len() {
                    sizes.push(-1);
                }
                at += 1;
            }
            b'}' => {
                let depth = counts.len();
                let before = counts.pop().ok_or(NO_ARRAY)?;
                if before > 0 && !after_value {
                    return Err(NO_ARRAY);
                }
                let count = before + i32::from(after_value);
                if sizes[depth - 1] == -1 {
                    sizes[depth - 1] = count;
                } else if sizes[depth - 1] != count {
                    return Err(NO_ARRAY);
                }
                after_value = !counts.is_empty();
                at += 1;
                if counts.is_empty() && at != body.len() {
                    return Err(NO_ARRAY);
                }
            }
            b',' if after_value => {
                *counts.last_mut().ok_or(NO_ARRAY)? += 1;
                after_value = false;
                at += 1;
            }
            _ if !after_value && !counts.is_empty() => {
                let (element, next) = element(body, at).ok_or(NO_ARRAY)?;
                elements.push(element.map(Cow::Owned));
                at = next;
                after_value = true;
            }
            _ => return Err(NO_ARRAY),
        }
    }
    if !counts.is_empty() || sizes.is_empty() {
        return Err(NO_ARRAY);
    }
    if elements.is_empty() {
        return Ok(Parts { shape: plain_shape(0)?, elements });
    }
    let mut shape = i32::try_from(sizes.len()).map_err(|_| NO_ARRAY)?.to_be_bytes().to_vec();
    for (dimension, size) in sizes.iter().enumerate() {
        shape.extend(size.to_be_bytes());
        shape.extend(bounds.get(dimension).copied().unwrap_or(1).to_be_bytes());
    }
    Ok(Parts { shape, elements })
}

/// One element from `at`, and where the next character stands.
#[allow(clippy::type_complexity, reason = "an element that may be NULL and a position")]
fn element(body: &[u8], mut at: usize) -> Option<(Option<Vec<u8>>, usize)> {
    let mut out = Vec::new();
    if body[at] == b'"' {
        at += 1;
        loop {
            match *body.get(at)? {
                b'"' => return Some((Some(out), at + 1)),
                b'\\' => {
                    out.push(*body.get(at + 1)?);
                    at += 2;
                }
                c => {
                    out.push(c);
                    at += 1;
                }
            }
        }
    }
    while !matches!(body.get(at)?, b',' | b'}') {
        if body[at] == b'\\' {
            at += 1;
        }
        out.push(*body.get(at)?);
        at += 1;
    }
    if out.is_empty() {
        return None;
    }
    if out.eq_ignore_ascii_case(b"null") { Some((None, at)) } else { Some((Some(out), at)) }
}

/// Lower bounds of `[0:1][2:3]`.
fn lower_bounds(text: &[u8]) -> Option<Vec<i32>> {
    let text = std::str::from_utf8(text).ok()?;
    text.strip_prefix('[')?
        .strip_suffix(']')?
        .split("][")
        .map(|pair| pair.split_once(':').and_then(|(low, _)| low.parse().ok()))
        .collect()
}

/// Writes the text of the element with that index, or returns `false` for NULL.
type WriteElement<'a> = dyn FnMut(usize, &mut Vec<u8>) -> Result<bool, Reason> + 'a;

/// Writes a literal; `element` writes the text of the element with that index, or returns `false` for NULL.
pub(super) fn to_text(shape: &[u8], out: &mut Vec<u8>, element: &mut WriteElement<'_>) -> Result<(), Reason> {
    let mut fields = Fields(shape);
    let count = fields.i32()?;
    if count == 0 {
        out.extend(b"{}");
        return Ok(());
    }
    let mut dimensions = Vec::new();
    for _ in 0..count {
        dimensions.push((fields.i32()?, fields.i32()?));
    }
    if !plain(shape) {
        for (size, low) in &dimensions {
            out.extend(format!("[{low}:{}]", low.saturating_add(*size).saturating_sub(1)).as_bytes());
        }
        out.push(b'=');
    }
    let sizes: Vec<i32> = dimensions.iter().map(|(size, _)| *size).collect();
    nested(&sizes, &mut 0, out, element)
}

fn nested(sizes: &[i32], next: &mut usize, out: &mut Vec<u8>, element: &mut WriteElement<'_>) -> Result<(), Reason> {
    let Some((size, inner)) = sizes.split_first() else {
        let mut text = Vec::new();
        if element(*next, &mut text)? {
            quote(&text, out);
        } else {
            out.extend(b"NULL");
        }
        *next += 1;
        return Ok(());
    };
    for index in 0..*size {
        out.push(if index == 0 { b'{' } else { b',' });
        nested(inner, next, out, element)?;
    }
    out.push(b'}');
    Ok(())
}

/// Writes a text in double quotes, with backslashes before quotes and backslashes.
pub(super) fn quote(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &c in text {
        if matches!(c, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(c);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_taken_apart_and_put_together() {
        for (text, elements) in [
            ("{}", 0),
            (r#"{"a","b"}"#, 2),
            (r#"{"a,b","c\"d","e\\f","","NULL",NULL}"#, 6),
            (r#"{{"1","2"},{"3","4"}}"#, 4),
            (r#"[0:1]={"1","2"}"#, 2),
            (r#"[2:2][3:4]={{"1",NULL}}"#, 2),
        ] {
            let parts = from_text(text.as_bytes()).unwrap_or_else(|reason| panic!("{text}: {reason}"));
            assert_eq!(parts.elements.len(), elements, "{text}");
            let mut back = Vec::new();
            to_text(&parts.shape, &mut back, &mut |index, out| {
                Ok(parts.elements[index].as_ref().map(|element| out.extend(element.iter())).is_some())
            })
            .unwrap();
            // Several dimensions are written with their bounds.
            let expected = text.strip_prefix("[1").map_or(text.to_owned(), |_| text.to_owned());
            let back = String::from_utf8(back).unwrap();
            assert_eq!(back.trim_start_matches("[1:2][1:2]="), expected);
        }
    }

    #[test]
    fn what_is_no_array_is_refused() {
        for text in ["", "a", "{", "}", "{a", "{a}}", "{{a},{b,c}}", "{a}b", "{\"a}", "{,}", "[x]={a}", "{a,,b}"] {
            assert!(from_text(text.as_bytes()).is_err(), "{text}");
        }
    }
}

//! Short texts put one behind the other. A copy of a few bytes costs a call and a choice by length where a block of 32 costs
//! a few instructions: so whole blocks are copied as far as they can be read, and what is beyond a text is overwritten by
//! the next one.

use std::ops::Range;

use arrow::array::{MAX_INLINE_VIEW_LEN, StringViewArray};

/// Bytes that are copied at once.
const BLOCK: usize = 32;

/// Appends a part of a buffer, which is read beyond its end where the buffer goes on.
///
/// # Panics
/// If the part does not lie inside the buffer.
#[inline]
pub(crate) fn put_part(out: &mut Vec<u8>, buffer: &[u8], part: Range<usize>) {
    let (rest, len) = (&buffer[part.start..], part.len());
    match rest.first_chunk::<BLOCK>() {
        Some(block) if len <= BLOCK => put_block(out, block, len),
        _ => out.extend_from_slice(&rest[..len]),
    }
}

/// Appends the first bytes of a block: all, if it has fewer.
#[inline]
pub(crate) fn put_block<const N: usize>(out: &mut Vec<u8>, block: &[u8; N], len: usize) {
    let end = out.len() + len;
    out.extend_from_slice(block);
    out.truncate(end);
}

/// Appends a row's text; what stands in NULL's place is of no meaning. A view is a length of four bytes and the text, or,
/// where it is longer than [`MAX_INLINE_VIEW_LEN`], its first four bytes, a buffer and a place in it (Apache Arrow,
/// "Variable-size Binary View Layout").
#[inline]
pub(crate) fn put_text(out: &mut Vec<u8>, texts: &StringViewArray, row: usize) {
    let view = texts.views()[row];
    let len = view as u32;
    if len <= MAX_INLINE_VIEW_LEN {
        return put_block(out, &(view >> 32).to_le_bytes(), len as usize);
    }
    let (buffer, start) = ((view >> 64) as u32 as usize, (view >> 96) as usize);
    put_part(out, &texts.data_buffers()[buffer], start..start + len as usize);
}

/// The same behind the text's length, a big-endian number of four bytes: below 2 GiB, as whatever was read in a batch is.
#[inline]
pub(crate) fn put_sized_text(out: &mut Vec<u8>, texts: &StringViewArray, row: usize) {
    let view = texts.views()[row];
    let len = view as u32;
    if len <= MAX_INLINE_VIEW_LEN {
        // Both at once.
        let text = view >> 32 << 32 | u128::from(len.swap_bytes());
        return put_block(out, &text.to_le_bytes(), 4 + len as usize);
    }
    put_block(out, &len.to_be_bytes(), 4);
    let (buffer, start) = ((view >> 64) as u32 as usize, (view >> 96) as usize);
    put_part(out, &texts.data_buffers()[buffer], start..start + len as usize);
}

/// A text of up to 31 bytes and how many they are: two texts are equal if these are. `None` where a text is longer, and for
/// NULL whatever stands in its place.
#[inline]
pub(crate) fn short_text(texts: &StringViewArray, row: usize) -> Option<[u128; 2]> {
    const HALF: usize = size_of::<u128>();
    let view = texts.views()[row];
    let len = view as u32 as usize;
    if len <= MAX_INLINE_VIEW_LEN as usize {
        return Some([view >> 32, (len as u128) << 120]);
    }
    let (buffer, start) = (&texts.data_buffers()[(view >> 64) as u32 as usize], (view >> 96) as usize);
    if len >= BLOCK {
        return None;
    }
    let block = buffer[start..].first_chunk::<BLOCK>().copied().unwrap_or_else(|| {
        let mut block = [0; BLOCK];
        block[..len].copy_from_slice(&buffer[start..start + len]);
        block
    });
    let (halves, _) = block.as_chunks::<HALF>();
    let [low, high] = [halves[0], halves[1]].map(u128::from_le_bytes);
    let of = |half: u128, len: usize| if len < HALF { half & ((1 << (8 * len)) - 1) } else { half };
    Some([of(low, len), of(high, len.saturating_sub(HALF)) | (len as u128) << 120])
}

#[cfg(test)]
mod tests {
    use arrow::array::Array as _;

    use super::*;

    #[test]
    fn what_is_put_is_there_and_nothing_else() {
        let buffer: Vec<u8> = (0..100).collect();
        let (mut out, mut wanted) = (b"before".to_vec(), b"before".to_vec());
        for start in 0..100usize {
            for len in [0, 1, 5, 31, 32, 33, 60].into_iter().filter(|len| start + len <= 100) {
                put_part(&mut out, &buffer, start..start + len);
                put_block(&mut out, &[7; 16], start % 17);
                wanted.extend_from_slice(&buffer[start..start + len]);
                wanted.extend(vec![7; start % 17]);
            }
        }
        assert_eq!(out, wanted);
        let texts =
            ["", "short", "of twelve by", "longer than a view holds", "longer than a view, and than a block of 32"];
        out.clear();
        let array = StringViewArray::from(texts.to_vec());
        (0..texts.len()).for_each(|row| put_text(&mut out, &array, row));
        assert_eq!(out, texts.concat().as_bytes());
        out.clear();
        (0..texts.len()).for_each(|row| put_sized_text(&mut out, &array, row));
        let sized = |text: &&str| [&u32::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat();
        assert_eq!(out, texts.iter().map(sized).collect::<Vec<_>>().concat());
    }

    #[test]
    fn short_texts_are_told_apart() {
        let all: Vec<String> = (0..40).flat_map(|len| ["a", "b", "\0"].map(|c| c.repeat(len))).collect();
        let texts = StringViewArray::from_iter_values(all.iter().chain(&all));
        for (row, text) in all.iter().enumerate() {
            let key = short_text(&texts, row);
            assert_eq!(key.is_some(), text.len() < BLOCK);
            // The same text elsewhere in the buffer has the same key, and no other one.
            let same = (0..texts.len()).filter(|other| key.is_some() && short_text(&texts, *other) == key);
            assert!(key.is_none() || same.into_iter().all(|other| texts.value(other) == text));
            assert!(key.is_none() || short_text(&texts, row + all.len()) == key);
        }
    }
}

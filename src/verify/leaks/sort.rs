//! How telling a value is: what a coincidence between two columns would mean.

use super::words::{BYTES, Hash, Look, number};

/// What a value of a masked column is, for those that are looked for elsewhere at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// An address that mail can reach.
    Mail = 0,
    /// A code of letters and digits: a token, an account, a UUID.
    Code = 1,
    /// A number of seven digits or more: coincidences are counted against what chance gives.
    Number = 2,
    /// Words: names, streets and companies recur by chance.
    Words = 3,
}

impl Sort {
    /// All of them, in the order of their numbers.
    pub(super) const ALL: [Sort; 4] = [Sort::Mail, Sort::Code, Sort::Number, Sort::Words];
}

/// Letters and digits that a code has at the least.
const CODE: usize = 10;
/// Letters in a row from which on a code is words.
const WORD: usize = 5;

/// Sorts a value; `None` where it says too little to be told from others, or is reserved and nobody's. A number of at most
/// 18 digits comes with it.
pub(super) fn sort(hash: &Hash, text: &[u8]) -> Option<(Sort, u64, Option<u64>)> {
    let (hash, look) = hash.looked_at(text)?;
    let Look { words, chars, digits, mixed, at } = look;
    let sort = if at && words >= 3 {
        Sort::Mail
    } else if digits == chars {
        Sort::Number
    } else if words == 1 && digits == 0 {
        return None;
    } else if mixed >= CODE || digits >= 4 && chars >= CODE && longest_run(text) < WORD {
        Sort::Code
    } else {
        Sort::Words
    };
    if sort == Sort::Mail && is_reserved(text) || digits > 0 && is_filler(text) {
        return None;
    }
    Some((sort, hash, (sort == Sort::Number && chars <= 18).then(|| number(text))))
}

/// Letters of the longest run.
fn longest_run(text: &[u8]) -> usize {
    let (mut longest, mut run) = (0, 0);
    for byte in text {
        run = if byte.is_ascii_alphabetic() || *byte >= 0x80 { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Whether it holds at most two different letters or digits, or counts up: `0000000`, `xxxx-xxxx`, `1234567890`.
fn is_filler(text: &[u8]) -> bool {
    // 0 is none.
    let (mut one, mut other, mut previous) = (0u8, 0u8, 0u8);
    let (mut few, mut counts) = (true, true);
    for byte in text.iter().map(|byte| BYTES[usize::from(*byte)] as u8).filter(|byte| *byte != 0) {
        if one == 0 {
            one = byte;
        } else if other == 0 && byte != one {
            other = byte;
        }
        few &= byte == one || byte == other;
        counts &= previous == 0 || byte == previous.wrapping_add(1) || (previous, byte) == (b'9', b'0');
        previous = byte;
        if !few && !counts {
            return false;
        }
    }
    true
}

/// Whether an address stands under a name that is never delegated (RFC 2606, RFC 6761): masks write such, and no person
/// has one.
fn is_reserved(text: &[u8]) -> bool {
    let last = |text: &[u8]| text.iter().rposition(|byte| *byte == b'.' || *byte == b'@').map_or(0, |at| at + 1);
    let text = text.trim_ascii();
    let (before, top) = text.split_at(last(text));
    let is = |label: &[u8], names: &[&[u8]]| names.iter().any(|name| label.eq_ignore_ascii_case(name));
    match top.len() {
        3 if is(top, &[b"com", b"net", b"org"]) && before.ends_with(b".") => {
            let before = &before[..before.len() - 1];
            is(&before[last(before)..], &[b"example"])
        }
        3 => false,
        _ => is(top, &[b"test", b"example", b"invalid", b"localhost"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sorted_by_what_they_tell() {
        let hash = Hash::new([7, 9]);
        for (text, wanted) in [
            ("anna.schmidt@mail.de", Some(Sort::Mail)),
            ("x@y.de", None),
            ("anna.schmidt@example.com", None),
            ("anna@sub.shop.test", None),
            ("DE89 3704 0044 0532 0130 00", Some(Sort::Code)),
            ("550e8400-e29b-41d4-a716-446655440000", Some(Sort::Code)),
            ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", Some(Sort::Code)),
            ("AB123456", Some(Sort::Words)),
            ("+49 170 1234567", Some(Sort::Number)),
            ("84.17.40.31", Some(Sort::Number)),
            ("0000000", None),
            ("1234567890", None),
            ("00000000-0000-0000-0000-000000000000", None),
            ("Anna Schmidt", Some(Sort::Words)),
            ("12 Long Road", Some(Sort::Words)),
            ("Schmidt", None),
            ("Kirchheimbolanden", None),
            ("42", None),
        ] {
            assert_eq!(sort(&hash, text.as_bytes()).map(|(sort, _, _)| sort), wanted, "{text}");
        }
    }
}

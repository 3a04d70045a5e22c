//! COPY's binary stream cut into rows of cells, for the walk.

use super::Reason;

/// The fixed part of the binary format's head: signature, flags, length of the extension.
pub(super) const HEAD: usize = 19;

/// Cuts a stream that comes in pieces.
#[derive(Default)]
pub(super) struct Rows {
    buffer: Vec<u8>,
    begun: bool,
    ended: bool,
    /// Where the cells of the row at hand are; `None` for NULL.
    cells: Vec<Option<(usize, usize)>>,
}

impl Rows {
    /// Takes a piece, and gives every whole row to `each`.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(&[Option<&[u8]>]) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        self.buffer.extend_from_slice(bytes);
        let mut at = 0;
        if !self.begun {
            match head(&self.buffer)? {
                Some(len) => at = len,
                None => return Ok(()),
            }
            self.begun = true;
        }
        let mut row: Vec<Option<&[u8]>> = Vec::with_capacity(self.cells.capacity());
        while !self.ended {
            match cut(&self.buffer[at..], &mut self.cells) {
                Cut::Row(len) => {
                    row.clear();
                    row.extend(self.cells.iter().map(|cell| cell.map(|(from, to)| &self.buffer[at + from..at + to])));
                    each(&row)?;
                    at += len;
                }
                Cut::More => break,
                Cut::End => {
                    self.ended = true;
                    at += 2;
                }
            }
        }
        self.buffer.drain(..at);
        Ok(())
    }

    /// Whether the stream came to its end.
    pub(super) fn is_whole(&self) -> bool {
        self.ended && self.buffer.is_empty()
    }
}

/// What the bytes at hand begin with.
pub(super) enum Cut {
    /// A whole row of so many bytes.
    Row(usize),
    /// A part of one.
    More,
    /// The end of the stream.
    End,
}

/// The length of the stream's head, if it is there.
pub(super) fn head(bytes: &[u8]) -> Result<Option<usize>, Reason> {
    let Some(extension) = bytes.get(HEAD - 4..).and_then(|rest| rest.first_chunk::<4>()) else {
        return Ok(None);
    };
    if !bytes.starts_with(b"PGCOPY\n\xff\r\n\0") {
        return Err("it is not in COPY's binary format");
    }
    let len = HEAD + usize::try_from(u32::from_be_bytes(*extension)).unwrap_or_default();
    Ok((bytes.len() >= len).then_some(len))
}

/// Cuts one row off the front; its cells go to `cells`.
pub(super) fn cut(bytes: &[u8], cells: &mut Vec<Option<(usize, usize)>>) -> Cut {
    cells.clear();
    let Some(count) = bytes.first_chunk::<2>().map(|two| i16::from_be_bytes(*two)) else {
        return Cut::More;
    };
    let Ok(count) = usize::try_from(count) else {
        return Cut::End;
    };
    let mut at = 2;
    for _ in 0..count {
        let Some(len) = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) else {
            return Cut::More;
        };
        at += 4;
        match usize::try_from(i32::from_be_bytes(*len)) {
            Ok(len) if bytes.len() < at + len => return Cut::More,
            Ok(len) => {
                cells.push(Some((at, at + len)));
                at += len;
            }
            Err(_) => cells.push(None),
        }
    }
    Cut::Row(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_same_however_the_stream_is_cut() {
        let mut stream = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\x02xx".to_vec();
        for row in 0..5_u8 {
            stream.extend_from_slice(&[0, 2, 0, 0, 0, 1, row, 0xff, 0xff, 0xff, 0xff]);
        }
        stream.extend_from_slice(&[0xff, 0xff]);
        for piece in [1, 2, 3, 7, stream.len()] {
            let mut rows = Rows::default();
            let mut seen = Vec::new();
            for bytes in stream.chunks(piece) {
                rows.push(bytes, |cells| {
                    assert_eq!((cells.len(), cells[1]), (2, None));
                    seen.extend_from_slice(cells[0].unwrap());
                    Ok(())
                })
                .unwrap();
            }
            assert_eq!(seen, [0, 1, 2, 3, 4]);
            assert!(rows.is_whole());
        }
        assert!(Rows::default().push(&[b'x'; 30], |_| Ok(())).is_err());
    }
}

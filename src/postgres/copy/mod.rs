//! Between COPY's bytes and batches: [`Decoder`] frames what `COPY ... TO STDOUT` sends and opens the cells that masks
//! look at; [`Encoder`] writes masked batches as `COPY ... FROM STDIN` takes them. Binary and text, no I/O.
//!
//! Cells under `keep` are never decoded: they are ranges of the batch's buffer on one side and bytes on the other.
//!
//! Formats: PostgreSQL documentation, "COPY, Binary Format" and "Text Format"; the types' `*_send` and `*_out` functions.

mod array;
mod cursor;
mod encode;
mod frame;
#[cfg(test)]
mod laws;
mod network;
mod numeric;
mod open;
mod range;
mod time;

pub use encode::Encoder;
pub(crate) use frame::{BATCH_BYTES, BATCH_ROWS};
pub use frame::{Decoder, form};
pub use open::{OpenError, open};

/// Why bytes could not be decoded or encoded. A `&'static str` cannot hold a value.
pub(crate) type Reason = &'static str;

/// Reads fixed-size big-endian fields off the front of a slice.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes(&mut self, len: usize) -> Result<&'a [u8], Reason> {
        if len > self.0.len() {
            return Err("the value is shorter than its type says");
        }
        let (head, tail) = self.0.split_at(len);
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        self.bytes(N)?.try_into().map_err(|_| "the value is shorter than its type says")
    }

    fn i16(&mut self) -> Result<i16, Reason> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    fn u16(&mut self) -> Result<u16, Reason> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    fn i32(&mut self) -> Result<i32, Reason> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    /// A length followed by so many bytes; `None` for length -1 (NULL).
    fn cell(&mut self) -> Result<Option<&'a [u8]>, Reason> {
        match usize::try_from(self.i32()?) {
            Ok(len) => Ok(Some(self.bytes(len)?)),
            Err(_) => Ok(None),
        }
    }

    fn end(&self) -> Result<(), Reason> {
        if self.0.is_empty() { Ok(()) } else { Err("the value is longer than its type says") }
    }
}

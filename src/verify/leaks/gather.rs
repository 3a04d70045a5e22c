//! What is noted of a value that goes by: hashes of telling values, and of whatever a written one may hold.

use super::cells::{self, Piece};
use super::sort::{self, Sort};
use super::words::{Hash, SHORTEST};
use super::{Column, Progress, RECENT};

/// Notes hashes of a column.
pub(super) struct Gather<'a> {
    pub(super) hash: &'a Hash,
    pub(super) bits: u32,
    pub(super) column: &'a mut Column,
    pub(super) progress: &'a mut Progress,
    pub(super) fresh: &'a mut usize,
}

impl Gather<'_> {
    /// A value that goes into a mask.
    pub(super) fn value(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Text(text) => self.sorted(text, &Sort::ALL),
            // Words are what any document has.
            Piece::Document(text) => cells::quoted(text, |text| self.sorted(text, &[Sort::Mail, Sort::Code])),
            Piece::Bytes(bytes) if bytes.len() >= 8 => {
                let hash = self.hash.bytes(bytes);
                self.note(hash, Sort::Code);
            }
            Piece::Bytes(_) => {}
        }
    }

    fn sorted(&mut self, text: &[u8], sorts: &[Sort]) {
        if text.len() >= SHORTEST
            && let Some((sort, hash, number)) = sort::sort(self.hash, text)
            && sorts.contains(&sort)
            && self.note(hash, sort)
            && let Some(number) = number
        {
            self.column.value_numbers.add(number);
        }
    }

    fn note(&mut self, hash: u64, sort: Sort) -> bool {
        self.column.looked_at += 1;
        if hash.leading_zeros() < self.bits || !is_new(&mut self.progress.recent, hash) {
            return false;
        }
        self.column.values[sort as usize].push(hash);
        *self.fresh += 1;
        true
    }

    /// Whatever a written value may hold.
    pub(super) fn each(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Text(text) | Piece::Document(text) => {
                self.progress.bytes += text.len() as u64;
                self.progress.texts += 1;
                if text.len() >= SHORTEST {
                    let hash = self.hash;
                    hash.each(text, |hash, number| self.written(hash, number));
                }
            }
            Piece::Bytes(_) => self.whole(piece),
        }
    }

    /// A written value as a whole.
    pub(super) fn whole(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Text(text) | Piece::Document(text) => {
                if text.len() >= SHORTEST
                    && let Some(hash) = self.hash.whole(text)
                {
                    self.written(hash, None);
                }
            }
            Piece::Bytes(bytes) if bytes.len() >= 8 => {
                self.progress.bytes += bytes.len() as u64;
                self.written(self.hash.bytes(bytes), None);
            }
            Piece::Bytes(_) => {}
        }
    }

    fn written(&mut self, hash: u64, number: Option<u64>) {
        if hash.leading_zeros() < self.bits || !is_new(&mut self.progress.recently_written, hash) {
            return;
        }
        self.column.written.push(hash);
        *self.fresh += 1;
        if let Some(number) = number {
            self.column.written_numbers.add(number);
        }
    }
}

/// Whether a hash is none of the recent ones.
fn is_new(recent: &mut [u64; RECENT], hash: u64) -> bool {
    std::mem::replace(&mut recent[hash as usize % RECENT], hash) != hash
}

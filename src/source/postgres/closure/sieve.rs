//! Between the server's COPY and the decoder: rows that do not travel are passed over, cut references become NULL, and the
//! hidden columns in front are taken off again. What goes on is a COPY stream as if nothing else had been asked for.

use std::sync::Arc;

use super::marks::{self, Marks};
use super::print::Printer;
use super::rows::{Cut as Piece, cut, head};
use super::{Chosen, Cut, Reason};
use crate::batch::Encoding;

/// One unit's sieve.
pub(in crate::source::postgres) struct Sieve<'c> {
    encoding: Encoding,
    /// `None` where all rows travel.
    marks: Option<Arc<Marks>>,
    cuts: &'c [Cut],
    printer: Printer,
    hint: usize,
    begun: bool,
    buffer: Vec<u8>,
    kept: Vec<u8>,
    cells: Vec<Option<(usize, usize)>>,
    /// Columns of the row at hand that become NULL, without the hidden ones.
    nulls: Vec<usize>,
}

impl<'c> Sieve<'c> {
    /// The sieve of a table; `None` where every row travels as it is.
    pub(in crate::source::postgres) fn new(chosen: &'c Chosen, table: usize, encoding: Encoding) -> Option<Self> {
        let marks = chosen.marks.get(&table).cloned();
        let cuts = chosen.cuts.get(&table).map_or(&[][..], Vec::as_slice);
        let printer = chosen.printer.clone().filter(|_| marks.is_some() || !cuts.is_empty())?;
        Some(Self {
            encoding,
            marks,
            cuts,
            printer,
            hint: 0,
            begun: encoding == Encoding::Text,
            buffer: Vec::new(),
            kept: Vec::new(),
            cells: Vec::new(),
            nulls: Vec::new(),
        })
    }

    /// Takes a piece of the stream; gives what goes on of it.
    pub(in crate::source::postgres) fn push(&mut self, bytes: &[u8]) -> Result<&[u8], Reason> {
        self.kept.clear();
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.extend_from_slice(bytes);
        let mut at = 0;
        if !self.begun
            && let Some(len) = head(&buffer)?
        {
            self.kept.extend_from_slice(&buffer[..len]);
            self.begun = true;
            at = len;
        }
        while self.begun {
            let rest = &buffer[at..];
            at += match self.encoding {
                Encoding::Binary => match cut(rest, &mut self.cells) {
                    Piece::More => break,
                    Piece::End => {
                        self.kept.extend_from_slice(rest);
                        at = buffer.len();
                        break;
                    }
                    Piece::Row(len) => {
                        self.binary(&rest[..len])?;
                        len
                    }
                },
                Encoding::Text => match rest.iter().position(|byte| *byte == b'\n') {
                    None => break,
                    Some(end) => {
                        self.text(&rest[..end])?;
                        end + 1
                    }
                },
            };
        }
        buffer.drain(..at);
        self.buffer = buffer;
        Ok(&self.kept)
    }

    /// Number of hidden columns.
    fn hidden(&self) -> usize {
        1 + self.cuts.iter().map(|cut| cut.forms.len()).sum::<usize>()
    }

    fn binary(&mut self, row: &[u8]) -> Result<(), Reason> {
        let cells = std::mem::take(&mut self.cells);
        let cell = |at: usize| cells.get(at).copied().flatten().map(|(from, to)| &row[from..to]);
        let travels = self.travels(cell(0).and_then(marks::place))?;
        if travels {
            self.tell_nulls(|at| cell(at).map(|bytes| bytes.to_vec().into()))?;
            let own = cells.get(self.hidden()..).ok_or("a row has another number of columns")?;
            let count = u16::try_from(own.len()).map_err(|_| "a row has too many columns")?;
            self.kept.extend_from_slice(&count.to_be_bytes());
            for (column, cell) in own.iter().enumerate() {
                match cell {
                    // The length stands in the four bytes before the value.
                    Some((from, to)) if !self.nulls.contains(&column) => {
                        self.kept.extend_from_slice(&row[from - 4..*to])
                    }
                    _ => self.kept.extend_from_slice(&(-1_i32).to_be_bytes()),
                }
            }
        }
        self.cells = cells;
        Ok(())
    }

    fn text(&mut self, row: &[u8]) -> Result<(), Reason> {
        let mut cells = row.split(|byte| *byte == b'\t');
        let hidden: Vec<&[u8]> = cells.by_ref().take(self.hidden()).collect();
        if !self.travels(hidden.first().and_then(|place| marks::place_of_text(place)))? {
            return Ok(());
        }
        self.tell_nulls(|at| hidden.get(at).filter(|cell| **cell != b"\\N").map(|cell| unescaped(cell).into()))?;
        for (column, cell) in cells.enumerate() {
            if column > 0 {
                self.kept.push(b'\t');
            }
            self.kept.extend_from_slice(if self.nulls.contains(&column) { b"\\N" } else { cell });
        }
        self.kept.push(b'\n');
        Ok(())
    }

    fn travels(&mut self, place: Option<marks::Place>) -> Result<bool, Reason> {
        let place = place.ok_or("a row has no place")?;
        Ok(self.marks.as_ref().is_none_or(|marks| marks.contains(place, &mut self.hint)))
    }

    /// Finds the columns that become NULL; `cell` gives the hidden ones.
    fn tell_nulls(&mut self, cell: impl Fn(usize) -> Option<Box<[u8]>>) -> Result<(), Reason> {
        self.nulls.clear();
        let mut at = 1;
        for cut in self.cuts {
            let cells: Vec<Option<Box<[u8]>>> = (at..at + cut.forms.len()).map(&cell).collect();
            at += cut.forms.len();
            let print = self.printer.print(&cut.forms, cells.iter().map(Option::as_deref), self.encoding)?;
            if print != super::print::NOTHING && !cut.kept.contains(&print) {
                self.nulls.extend_from_slice(&cut.link.cut);
            }
        }
        Ok(())
    }
}

/// A cell of COPY's text format as it is meant.
fn unescaped(cell: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(cell.len());
    let mut bytes = cell.iter();
    while let Some(&byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'b') => 0x08,
                Some(b'f') => 0x0c,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'v') => 0x0b,
                Some(other) => *other,
                None => byte,
            },
            other => other,
        });
    }
    plain
}

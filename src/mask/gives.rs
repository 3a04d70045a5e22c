//! What a mask's outputs are sure to be like, as far as constraints ask: plans compare it with CHECKs, unique indexes and
//! conditions before a row is read. What is not said here is not known.

use super::{ColumnFacts, MaskDef, Params};

/// What is sure about a column's masked values. Whatever a mask is, NULL stays NULL and empty text stays empty, unless
/// `null` says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gives {
    /// Every value becomes NULL.
    pub null: bool,
    /// What is not empty becomes one of these, as PostgreSQL would read them.
    pub one_of: Option<Vec<String>>,
    /// How numbers, dates and times move.
    pub order: Order,
    /// Characters of a text that is not empty.
    pub length: Length,
    /// Texts that differ whatever their case and the blanks around them become such texts. Only of masks that are unique.
    pub apart_when_folded: bool,
    /// No two values that are not empty become one with a probability above 2^-80, and so none becomes a given constant.
    pub vast: bool,
    /// Every text that is not empty begins and ends with a letter, digit or mark, no blank.
    pub solid: bool,
    /// A regular expression that every text which is not empty matches.
    pub form: Option<&'static str>,
}

/// How values move that have an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Anywhere.
    #[default]
    Any,
    /// Inside bands: an output is below one of `starts` exactly where its input is. Numbers of `fixed` stay, and no
    /// other becomes one of them.
    Bands {
        /// First numbers of bands.
        starts: Vec<i64>,
        /// Numbers with a meaning of their own.
        fixed: Vec<i64>,
    },
    /// By a share of themselves: 0 and the sign stay.
    Scaled,
    /// By a bounded span.
    Moved,
}

/// Characters of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// As many as the value has.
    Kept,
    /// From so many to so many, if there is a most.
    Between(u32, Option<u32>),
}

impl Default for Length {
    fn default() -> Self {
        Length::Between(1, None)
    }
}

impl Gives {
    /// Texts that fit the column, of which nothing else is known.
    pub fn fitting(_: &Params, facts: &ColumnFacts) -> Self {
        Self { length: Length::Between(1, facts.max_chars), ..Self::default() }
    }
}

impl MaskDef {
    /// What the mask gives in a column.
    pub fn gives(&self, params: &Params, facts: &ColumnFacts) -> Gives {
        let gives = (self.promises.gives)(params, facts);
        if self.promises.keeps_length { Gives { length: Length::Kept, ..gives } } else { gives }
    }
}

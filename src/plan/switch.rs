//! Several masks in one column, told apart by another column of the row: the plan of a column that refers to different
//! tables (`references:` with `where:`).

use super::{Because, described};
use crate::key::RootKey;
use crate::mask::{Built, ColumnFacts, MaskDef, Params, Promise, switch};
use crate::schema::Kind;

/// The masks of a column that refers to different tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Switch {
    /// Index of the column that tells, in the same table; it is kept.
    pub by: usize,
    /// Its name.
    pub column: String,
    /// Its kind.
    pub kind: Kind,
    /// What it says, and the mask then. The first case that has a row's value counts.
    pub cases: Vec<Case>,
    /// Whether the column's own mask is for all other rows. If not, a value in one of them stops the run.
    pub otherwise: bool,
}

/// The mask for rows in which the telling column has one of some values.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The values as the rule file writes them.
    pub values: Vec<String>,
    /// What the mask knows about the column.
    pub facts: ColumnFacts,
    /// The mask.
    pub mask: &'static MaskDef,
    /// The mask's parameters.
    pub params: Params,
    /// The domain whose key the mask gets.
    pub domain: String,
    /// Where the mask comes from.
    pub because: Because,
}

impl Switch {
    /// All masks in one line; `own` is the column's own.
    pub(super) fn described(&self, own: &str) -> String {
        let mut parts: Vec<String> = self
            .cases
            .iter()
            .map(|case| {
                format!("{} where {} is {}", described(case.mask, &case.params), self.column, case.values.join(" or "))
            })
            .collect();
        if self.otherwise {
            parts.push(format!("else {own}"));
        }
        parts.join(", ")
    }

    /// Builds the masks; `own` is the column's own, for all other rows.
    pub(super) fn build(&self, own: Option<(Built, Promise)>, key: &RootKey) -> Built {
        let case = |case: &Case| switch::Case {
            // What is no value of the column's type is never met; the plan has refused it.
            values: case.values.iter().filter_map(|word| switch::Switch::value(&self.kind, word)).collect(),
            built: (case.mask.build)(&case.params, &case.facts, &key.domain(&case.domain)),
            promise: Promise::of(case.mask, &case.params, &case.facts),
        };
        Built::Mask(Box::new(switch::Switch::new(self.cases.iter().map(case).collect(), own)))
    }
}

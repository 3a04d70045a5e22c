//! What a mask does to what a value tells, in the words that reviewers read. How a masked column may be called in law is
//! left to them: the program states method and effect.

use serde::Serialize;

/// What becomes of a column's values, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// They pass as they are.
    Kept,
    /// They move by a bounded amount: the original is known to within it.
    Perturbed,
    /// They become coarser: a band, a period, an area.
    Generalised,
    /// They become others, one to one: who holds the key can link them to the originals.
    Pseudonymised,
    /// They become made-up ones, drawn by key; different originals may share one.
    Synthetic,
    /// Nothing of them is left.
    Removed,
}

impl Effect {
    /// Every effect, the weakest first.
    pub const ALL: [Effect; 6] = [
        Effect::Kept,
        Effect::Perturbed,
        Effect::Generalised,
        Effect::Pseudonymised,
        Effect::Synthetic,
        Effect::Removed,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Effect::Kept => "kept",
            Effect::Perturbed => "perturbed",
            Effect::Generalised => "generalised",
            Effect::Pseudonymised => "pseudonymised",
            Effect::Synthetic => "synthetic",
            Effect::Removed => "removed",
        }
    }

    /// What the word means, in one line.
    pub fn meaning(self) -> &'static str {
        match self {
            Effect::Kept => "values pass as they are",
            Effect::Perturbed => "values move by a bounded amount; the original is known to within it",
            Effect::Generalised => "values become coarser: a band, a period, an area",
            Effect::Pseudonymised => "values become others, one to one; the key links them to the originals",
            Effect::Synthetic => "values become made-up ones, drawn by key; different originals may share one",
            Effect::Removed => "nothing of the values is left",
        }
    }
}

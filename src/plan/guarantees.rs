//! What holds for a column's masked values, in a few words: for plans and registers.

use super::ColumnPlan;
use crate::mask::{Effect, Equal, Uniqueness};

impl ColumnPlan {
    /// Whether different values stay different by construction.
    pub fn is_one_to_one(&self) -> bool {
        let promised = self.mask.promises.unique;
        let asked = self.params.unique || self.facts.unique;
        promised == Uniqueness::Yes || promised == Uniqueness::Option && asked
    }

    /// What holds for the column's masked values.
    pub fn guarantees(&self) -> Vec<&'static str> {
        let promises = &self.mask.promises;
        let words = [
            (self.is_one_to_one(), "unique"),
            (promises.equal == Equal::Never, "never itself"),
            (promises.keeps_format, "format kept"),
            (promises.keeps_length && !promises.keeps_format, "length kept"),
            (!promises.deterministic, "not repeatable"),
        ];
        words.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).collect()
    }

    /// What of an original can still be seen behind the mask.
    pub fn leaves(&self) -> String {
        let own = self.mask.leaves;
        match &self.switch {
            Some(switch) => {
                format!("what {} leave", switch.cases.iter().map(|case| case.mask.name).collect::<Vec<_>>().join(", "))
            }
            // Drawn for the subject: the value's own repetitions do not show.
            None if self.per.is_some() => own.replace("which values are equal", "which rows are of one subject"),
            None => own.to_owned(),
        }
    }

    /// What becomes of the values. Of several masks told apart by another column the weakest counts; a made-up value that
    /// is different for every original stands for it, one to one.
    pub fn effect(&self) -> Effect {
        let one_to_one = self.mask.effect == Effect::Synthetic && self.is_one_to_one();
        let own = if one_to_one { Effect::Pseudonymised } else { self.mask.effect };
        let cases = self.switch.iter().flat_map(|switch| &switch.cases).map(|case| case.mask.effect);
        match &self.switch {
            Some(switch) if !switch.otherwise => cases.min().unwrap_or(own),
            _ => cases.chain([own]).min().unwrap_or(own),
        }
    }
}

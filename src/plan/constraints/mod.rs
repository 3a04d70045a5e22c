//! What production's constraints ask of masked values, decided before a row is read: CHECKs here and in domains, keys over
//! expressions and under conditions, exclusion constraints. Each holds for sure, can break (an error at the mask's place),
//! or cannot be known before the load (a warning). Keys of plain columns are `uniqueness`'s.

mod apart;
mod checks;
mod compared;
mod language;
mod outputs;
mod overlap;
mod remedies;
mod texts;
mod truth;

pub(super) use apart::{Part, Why, part};
pub(super) use checks::{check, longest};
pub(super) use outputs::{Output, Outputs, are_injective, is_injective};
pub(super) use overlap::overlap;
pub(super) use truth::{Truth, truth};

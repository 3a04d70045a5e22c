//! What happens to sequences: one that feeds a masked column goes on above every masked value, so that inserts into
//! staging never collide; all others keep production's state.

use super::resolve::Plans;
use super::{SequencePlan, SequenceState};
use crate::mask::sequence_floor;
use crate::schema::{Schema, Sequence};

/// The state of every sequence.
pub(super) fn resolve(schema: &Schema, plans: &Plans) -> Vec<SequencePlan> {
    let state = |sequence: &Sequence| {
        // Of several columns that one sequence feeds, the one with the highest masked values counts.
        let above = sequence.feeds.iter().filter_map(|column| {
            let (plan, _) = plans.get(column).filter(|(plan, _)| plan.mask.name == "permute")?;
            Some((sequence_floor(&plan.params, &plan.facts)?, column))
        });
        match above.max_by_key(|(value, _)| *value) {
            Some((value, column)) => SequenceState::Above { value, column: column.clone() },
            None => SequenceState::Copy,
        }
    };
    let plan = |sequence: &Sequence| SequencePlan { sequence: sequence.name.clone(), state: state(sequence) };
    schema.sequences.iter().map(plan).collect()
}

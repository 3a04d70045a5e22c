//! What happens to sequences: one that feeds a masked column goes on above every masked value, so that inserts into
//! staging never collide; all others keep production's state.

use std::collections::BTreeMap;

use super::{ColumnPlan, SequencePlan, SequenceState};
use crate::diagnostic::Span;
use crate::mask::sequence_floor;
use crate::schema::{ColumnName, Schema};

/// The state of every sequence.
pub(super) fn resolve(schema: &Schema, plans: &BTreeMap<ColumnName, (ColumnPlan, Option<Span>)>) -> Vec<SequencePlan> {
    let state = |feeds: &[ColumnName]| {
        // The table of a column may be a partitioned root, which has no plan of its own: any leaf's will do.
        let plan = |column: &ColumnName| {
            plans.get(column).or_else(|| {
                plans
                    .iter()
                    .find(|(name, (plan, _))| {
                        name.column == column.column && plan.domain == super::columns::own_domain(column)
                    })
                    .map(|(_, plan)| plan)
            })
        };
        feeds.iter().find_map(|column| {
            let (plan, _) = plan(column)?;
            let value = (plan.mask.name == "permute").then(|| sequence_floor(&plan.params, &plan.facts)).flatten()?;
            Some(SequenceState::Above { value, column: column.clone() })
        })
    };
    let plan = |sequence: &crate::schema::Sequence| SequencePlan {
        sequence: sequence.name.clone(),
        state: state(&sequence.feeds).unwrap_or(SequenceState::Copy),
    };
    schema.sequences.iter().map(plan).collect()
}

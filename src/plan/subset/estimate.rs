//! About how many rows will travel, from the catalog's row counts alone, before a row is read.

use super::{Seed, Selection, Walk};
use crate::plan::{Rows, TablePlan};

/// How the estimate is made, for people.
pub const HOW: &str = "estimated from the catalog's row counts: a share as written, a third of the rows for a condition, \
                       rows that refer to others as if \
                       spread evenly over them";

/// Rows that a condition is taken to let through: PostgreSQL's own guess for a comparison that it knows nothing about
/// (`DEFAULT_INEQ_SEL` in `utils/selfuncs.h`).
const CONDITION: f64 = 1.0 / 3.0;

/// Cycles are gone round so often: each round brings less than the one before.
const ROUNDS: usize = 3;

/// Sets the estimates of all tables that are walked, or that a subset does not reach.
pub(super) fn apply(tables: &mut [TablePlan], selection: &Selection) {
    let fractions = fractions(tables, selection);
    for (index, table) in tables.iter_mut().enumerate() {
        let fraction = match selection.walk(index) {
            _ if table.rows == Rows::None => 0.0,
            Some(_) => fractions[index],
            None => continue,
        };
        table.estimated_rows = scaled(table.estimated_rows, fraction);
        table.estimated_bytes = scaled(table.estimated_bytes, fraction);
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate")]
fn scaled(number: u64, fraction: f64) -> u64 {
    (number as f64 * fraction.clamp(0.0, 1.0)).round() as u64
}

/// The share of each table's rows that travels.
#[allow(clippy::cast_precision_loss, reason = "an estimate")]
fn fractions(tables: &[TablePlan], selection: &Selection) -> Vec<f64> {
    let rows: Vec<f64> = tables.iter().map(|table| table.estimated_rows as f64).collect();
    let mut fractions: Vec<f64> = tables.iter().map(|table| f64::from(u8::from(table.rows != Rows::None))).collect();
    let ways = |walk: &Walk| walk.links.iter().map(|link| &selection.links[*link]).collect::<Vec<_>>();
    for walk in &selection.walks {
        fractions[walk.table] = if walk.subset { 0.0 } else { fractions[walk.table] };
    }
    // Down: what a row refers to mostly has one root, so the likeliest of it decides.
    for walk in rounds(selection).map(|walk| &selection.walks[walk]) {
        let stays = if tables[walk.table].rows == Rows::All { 1.0 } else { CONDITION };
        let referred = |link: &super::Link| {
            let to = &selection.keys[link.key].tables;
            let all: f64 = to.iter().map(|table| rows[*table]).sum();
            let chosen: f64 = to.iter().map(|table| rows[*table] * fractions[*table]).sum();
            if all > 0.0 { chosen / all } else { 0.0 }
        };
        let own = match &walk.seed {
            None => 0.0,
            Some(Seed::Share { share, .. }) => share.fraction(),
            Some(Seed::Where(_)) => CONDITION,
        };
        let parents: Vec<f64> = ways(walk).into_iter().map(referred).collect();
        fractions[walk.table] = match (walk.subset, tables[walk.table].rows == Rows::None) {
            (_, true) => 0.0,
            (true, false) => stays * parents.iter().fold(own, |most, parent| most.max(*parent)),
            (false, false) => parents.iter().fold(stays, |all, parent| all * parent),
        };
    }
    // Up: so many different rows do k draws out of n give.
    let down = fractions.clone();
    let back: Vec<usize> = rounds(selection).collect();
    for walk in back.into_iter().rev().map(|walk| &selection.walks[walk]).filter(|walk| walk.subset) {
        for link in ways(walk) {
            let to = &selection.keys[link.key].tables;
            let all: f64 = to.iter().map(|table| rows[*table]).sum();
            if all <= 0.0 {
                continue;
            }
            // Rows that this link brought down refer to what is chosen already.
            let chosen: f64 = to.iter().map(|table| rows[*table] * down[*table]).sum();
            let others = (fractions[walk.table] - chosen / all).max(0.0);
            let drawn = 1.0 - (-rows[walk.table] * others / all).exp();
            for table in to.iter().filter(|table| tables[**table].rows != Rows::None) {
                fractions[*table] += (1.0 - fractions[*table]) * drawn;
            }
        }
    }
    fractions
}

/// The walks in their order, those of cycles several times.
fn rounds(selection: &Selection) -> impl Iterator<Item = usize> {
    selection.groups.iter().flat_map(|group| {
        let rounds = if group.cyclic { ROUNDS } else { 1 };
        std::iter::repeat_n(&group.walks, rounds).flatten().copied()
    })
}

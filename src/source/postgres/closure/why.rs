//! By which way a row comes into a subset: the keys are walked as for a refresh, and every row's reason is remembered.
//! It tells tables and references, never a value.

use std::fmt;

use super::marks::{Place, place_of_text};
use super::sets::{At, Reason};
use super::walk::{Walker, folded};
use crate::failure::Failure;
use crate::key::RootKey;
use crate::plan::Plan;
use crate::plan::subset::Selection;
use crate::postgres::connect::Session;
use crate::postgres::sql;
use crate::report::Observer;
use crate::schema::TableName;

/// Why a row travels, or that it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Production has no such row.
    Absent,
    /// All rows of the table travel, as far as its `rows:` lets them.
    Whole,
    /// It stays behind: its own `rows:`, or a row that it refers to, leaves it out, or nothing leads to it.
    Behind,
    /// The way, from the row to one that a subset begins with.
    Way(Vec<Step>),
}

/// One row of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its table.
    pub table: TableName,
    /// What brought it.
    pub how: How,
}

/// What brings a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// The subset begins with it.
    Chosen,
    /// It refers to the next row, by a reference of this name.
    Refers(String),
    /// The next row refers to it, by a reference of this name.
    Referred(String),
    /// Nothing was left out: the row is not part of a subset.
    Kept,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.how {
            How::Chosen => write!(f, "{}: the subset begins with this row", self.table),
            How::Refers(link) => write!(f, "{}: this row refers ({link}) to", self.table),
            How::Referred(link) => write!(f, "{}: this row is referred to ({link}) by", self.table),
            How::Kept => write!(f, "{}: this row is not left out", self.table),
        }
    }
}

/// Looks for a row by its primary key in some tables of the plan (the leaves of one), and tells its way.
///
/// # Errors
/// The world failed, or the values are none of the key's types.
pub(in crate::source::postgres) async fn why(
    session: &Session,
    plan: &Plan,
    key: &RootKey,
    places: &[(usize, Vec<(String, String)>)],
    observer: &dyn Observer,
) -> Result<Why, Failure> {
    let mut found = None;
    for (table, values) in places {
        if let Some(place) = find(session, &plan.tables[*table].table, values).await? {
            found = Some((*table, place));
        }
    }
    let Some((table, place)) = found else { return Ok(Why::Absent) };
    let Some(selection) = &plan.selection else { return Ok(Why::Whole) };
    let Some(walk) = selection.walks.iter().position(|walk| walk.table == table) else {
        let none = plan.tables[table].rows == crate::plan::Rows::None;
        return Ok(if none { Why::Behind } else { Why::Whole });
    };
    let folded = folded(session, plan, selection).await?;
    let decisions = Walker::new(session, plan, selection, key, folded, true).all(observer).await?;
    if !decisions.marks[walk].contains(place, &mut 0) {
        return Ok(Why::Behind);
    }
    let reasons = decisions.trace.unwrap_or_default().reasons;
    Ok(Why::Way(way(plan, selection, |at| reasons.get(at).copied(), (walk, place))))
}

/// Follows the reasons. Each was remembered after the one that it names, so they come to an end.
fn way(plan: &Plan, selection: &Selection, reason: impl Fn(&At) -> Option<Reason>, from: At) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = Some(from);
    while let Some(row) = at {
        let name = |link: usize| selection.links[link].name.clone();
        let (how, next) = match reason(&row) {
            Some(Reason::Chosen) => (How::Chosen, None),
            Some(Reason::Refers(link, to)) => (How::Refers(name(link)), Some(to)),
            Some(Reason::Referred(link, by)) => (How::Referred(name(link)), Some(by)),
            None => (How::Kept, None),
        };
        steps.push(Step { table: plan.tables[selection.walks[row.0].table].table.clone(), how });
        at = next;
    }
    steps
}

async fn find(session: &Session, table: &TableName, values: &[(String, String)]) -> Result<Option<Place>, Failure> {
    // Literals without a type take the column's.
    let test = |(column, value): &(String, String)| format!("{} = {}", sql::identifier(column), sql::literal(value));
    let tests: Vec<String> = values.iter().map(test).collect();
    let statement = format!("SELECT ctid::text FROM ONLY {} WHERE {}", sql::table(table), tests.join(" AND "));
    let row = session.query_opt(&statement, &[]).await;
    let row = row.map_err(|error| session.failure(&error, &format!("looking for the row of {table}")))?;
    Ok(row.and_then(|row| place_of_text(row.get::<_, &str>(0).as_bytes())))
}

//! Reads the keys: down through the tables, what is referred to first, then up again. One session, one COPY at a time.

use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt;

use super::super::pace::Pace;
use super::decide::{Decisions, Row};
use super::group::Held;
use super::marks::{Marks, place};
use super::print::{Draw, Print, Printer};
use super::rows::Rows;
use super::sets::Prints;
use super::statement::{self, Folded, Statement};
use super::{Chosen, Cut, Reason};
use crate::batch::Encoding;
use crate::failure::Failure;
use crate::key::RootKey;
use crate::plan::Plan;
use crate::plan::subset::{Group, Seed, Selection};
use crate::postgres::connect::Session;
use crate::postgres::copy::BATCH_BYTES;
use crate::report::{Event, Observer};
use crate::schema::TableName;

const FOLDED: &str = include_str!("folded.sql");

/// Decides which rows of a plan travel. The session has joined the moment.
///
/// # Errors
/// The world failed; or keys compare in a way that cannot be followed (exit 2).
pub(in crate::source::postgres) async fn choose(
    session: &Session,
    pace: Option<&Pace>,
    plan: &Plan,
    selection: &Selection,
    key: &RootKey,
    observer: &dyn Observer,
) -> Result<Chosen, Failure> {
    let folded = folded(session, plan, selection).await?;
    let walker = Walker { pace, ..Walker::new(session, plan, selection, key, folded.clone(), false) };
    let decisions = walker.all(observer).await?;
    Ok(chosen(decisions, plan, selection, folded, Printer::new(key)))
}

/// Goes through the tables.
pub(super) struct Walker<'a> {
    session: &'a Session,
    pace: Option<&'a Pace>,
    plan: &'a Plan,
    selection: &'a Selection,
    folded: Folded,
    printer: Printer,
    draws: Vec<Option<Draw>>,
    decisions: Decisions<'a>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(
        session: &'a Session,
        plan: &'a Plan,
        selection: &'a Selection,
        key: &RootKey,
        folded: Folded,
        trace: bool,
    ) -> Self {
        let draw = |seed: &Option<Seed>| match seed {
            Some(Seed::Share { share, domain, .. }) => Some(Draw::new(key, domain, share.0)),
            _ => None,
        };
        let draws = selection.walks.iter().map(|walk| draw(&walk.seed)).collect();
        let decisions = Decisions::new(selection, trace);
        Self { session, pace: None, plan, selection, folded, printer: Printer::new(key), draws, decisions }
    }

    /// Both ways through all tables.
    pub(super) async fn all(mut self, observer: &dyn Observer) -> Result<Decisions<'a>, Failure> {
        let selection = self.selection;
        let stage = |text: &str| observer.event(Event::Stage(text.to_owned()));
        stage("reading keys: rows that are chosen or left out, and those that refer to them");
        for group in &selection.groups {
            // What one table of a cycle needs to know, the others do.
            if group.walks.iter().any(|walk| selection.walks[*walk].down) {
                self.group(group, false).await?;
            }
        }
        self.decisions.turn();
        stage("reading keys: rows that those refer to");
        for group in selection.groups.iter().rev() {
            if group.walks.iter().any(|walk| self.decisions.anything_wanted(*walk)) {
                self.group(group, true).await?;
            }
        }
        self.decisions.marks.iter_mut().for_each(Marks::settle);
        Ok(self.decisions)
    }

    async fn group(&mut self, group: &Group, up: bool) -> Result<(), Failure> {
        let mut held = Held::default();
        for walk in &group.walks {
            self.table(*walk, up, group.cyclic.then_some(&mut held)).await?;
        }
        match (group.cyclic, up) {
            (false, _) => {}
            (true, false) => held.down(&mut self.decisions, group),
            (true, true) => held.up(&mut self.decisions, group),
        }
        Ok(())
    }

    async fn table(&mut self, walk: usize, up: bool, held: Option<&mut Held>) -> Result<(), Failure> {
        let table = &self.plan.tables[self.selection.walks[walk].table];
        let statement = statement::walk(self.selection, &self.selection.walks[walk], table, &self.folded, up);
        let doing = format!("reading the keys of {}", table.table);
        let failed = |error: tokio_postgres::Error| self.session.failure(&error, &doing);
        let broken = |reason: Reason| Failure::world(format!("{doing}: {reason}"));
        let stream = self.session.copy_out(&statement.sql).await.map_err(failed)?;
        let mut stream = pin!(stream);
        let mut rows = Rows::default();
        let mut each = Each { statement: &statement, prints: Vec::new(), hint: 0, seen: 0, up, walk, held };
        let none = table.rows == crate::plan::Rows::None;
        let mut taken = 0;
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(failed)?;
            taken += bytes.len();
            if taken >= BATCH_BYTES
                && let Some(pace) = self.pace
            {
                pace.read(std::mem::take(&mut taken)).await;
            }
            let mut draw = self.draws[walk].take();
            let (printer, decisions) = (&mut self.printer, &mut self.decisions);
            let pushed = rows.push(&bytes, |cells| each.row(cells, none, printer, draw.as_mut(), decisions));
            self.draws[walk] = draw;
            pushed.map_err(broken)?;
        }
        if !rows.is_whole() {
            return Err(broken("it ended in the middle of a row"));
        }
        self.decisions.seen[walk] = Some(each.seen);
        Ok(())
    }
}

/// What is done with each row of a table.
struct Each<'s, 'h> {
    statement: &'s Statement,
    prints: Vec<Print>,
    hint: usize,
    seen: u64,
    up: bool,
    walk: usize,
    held: Option<&'h mut Held>,
}

impl Each<'_, '_> {
    fn row(
        &mut self,
        cells: &[Option<&[u8]>],
        none: bool,
        printer: &mut Printer,
        draw: Option<&mut Draw>,
        decisions: &mut Decisions<'_>,
    ) -> Result<(), Reason> {
        let cell = |at: &usize| cells.get(*at).copied().flatten();
        let place = cell(&0).and_then(place).ok_or("a row has no place")?;
        let holds = |at: &usize| cell(at) == Some(&[1]);
        self.seen += 1;
        self.prints.clear();
        for (forms, places) in &self.statement.prints {
            self.prints.push(printer.print(forms, places.iter().map(cell), Encoding::Binary)?);
        }
        let out = none || self.statement.rows.as_ref().is_some_and(|at| !holds(at));
        let seed = match (draw, &self.statement.seed[..]) {
            (_, []) => false,
            (Some(draw), columns) => draw.draws(columns.iter().map(cell)),
            (None, condition) => condition.iter().all(holds),
        };
        let (keys, links) = self.prints.split_at(decisions.selection.walks[self.walk].keys.len());
        let row = Row { place, out, seed, keys, links };
        match &mut self.held {
            Some(held) => held.push(self.walk, &row),
            None if self.up && decisions.is_wanted(self.walk, &row, &mut self.hint) => {
                decisions.take(self.walk, &row, false);
            }
            None if self.up => {}
            None if decisions.is_out(self.walk, &row) => decisions.leave_out(self.walk, &row),
            None if decisions.is_chosen(self.walk, &row) => decisions.take(self.walk, &row, true),
            None => {}
        }
        Ok(())
    }
}

/// Columns that compare without regard to case.
///
/// # Errors
/// A key of the selection compares in a way that only the server knows (exit 2).
pub(super) async fn folded(session: &Session, plan: &Plan, selection: &Selection) -> Result<Folded, Failure> {
    let rows = session.query(FOLDED, &[]).await;
    let rows = rows.map_err(|error| session.failure(&error, "reading the collations of keys"))?;
    let table = |table: usize| &plan.tables[table].table;
    let walks = selection.walks.iter();
    let keys = walks.flat_map(|walk| walk.keys.iter().map(|key| (table(walk.table), &selection.keys[*key].columns)));
    let links = selection.links.iter().map(|link| (table(link.from), &link.columns));
    let used: Vec<_> =
        keys.chain(links).flat_map(|(table, columns)| columns.iter().map(|one| table.column(one))).collect();
    let mut folded = Folded::new();
    for row in rows {
        let table = TableName::new(row.get::<_, String>("schema"), row.get::<_, String>("name"));
        let column = table.column(row.get::<_, String>("column"));
        if row.get("folded") {
            folded.insert(column);
        } else if used.contains(&column) {
            let message =
                format!("{column} has a collation that is not deterministic: references by it cannot be followed");
            return Err(Failure::usage(message).remedy("leave out `subset:` and `rows:` of what is connected with it"));
        }
    }
    Ok(folded)
}

/// What the stream needs to know of the decisions.
fn chosen(decisions: Decisions<'_>, plan: &Plan, selection: &Selection, folded: Folded, printer: Printer) -> Chosen {
    let mut chosen = Chosen { folded, printer: Some(printer), ..Chosen::default() };
    let Decisions { marks, seen, known, .. } = decisions;
    for ((walk, marks), seen) in selection.walks.iter().zip(marks).zip(seen) {
        chosen.marks.insert(walk.table, Arc::new(marks));
        chosen.seen.extend(seen.map(|seen| (walk.table, seen)));
    }
    let kept: Vec<Arc<Prints>> = known.into_iter().map(|known| Arc::new(known.kept)).collect();
    for table in 0..plan.tables.len() {
        // A key all of whose tables travel whole has no row that could be missing.
        let whole = |key: usize| {
            let whole =
                |table: &usize| !chosen.marks.contains_key(table) && plan.tables[*table].rows == crate::plan::Rows::All;
            selection.keys[key].tables.iter().all(whole)
        };
        let cuts = selection.cuts(table).filter(|link| !whole(link.key)).map(|link| Cut {
            link: link.clone(),
            forms: selection.keys[link.key].forms.clone(),
            kept: Arc::clone(&kept[link.key]),
        });
        let cuts: Vec<Cut> = cuts.collect();
        if !cuts.is_empty() {
            chosen.cuts.insert(table, cuts);
        }
    }
    chosen
}

//! Which tables have to be walked for a plan: those of a subset, and those whose rows depend on rows left out elsewhere.

use super::links::{Links, comparable};
use super::{Seed, Selection, Walk, cut, estimate, order, seeds};
use crate::diagnostic::Diagnostic;
use crate::plan::lineage::Lineage;
use crate::plan::undeclared::Undeclared;
use crate::plan::{Rows, TablePlan};
use crate::rules::RuleFile;
use crate::schema::Schema;

/// A set of tables, by their place in the plan.
type Tables = Vec<bool>;

/// Decides what is walked. In the tables of a plan it sets those to no rows that a subset does not reach, and the
/// estimates. Gives the mistakes.
pub(in crate::plan) fn resolve(
    rules: &RuleFile,
    schema: &Schema,
    lineage: &Lineage<'_>,
    undeclared: &[Undeclared],
    tables: &mut [TablePlan],
) -> (Option<Selection>, Vec<Diagnostic>) {
    let mut links = Links::new(rules, schema, lineage, undeclared, tables);
    let mut found = cut::mark(rules, lineage, tables, &mut links);
    let (seeds, mistakes) = seeds::seeds(rules, schema, lineage, tables);
    found.extend(mistakes);
    let graph = Graph::new(&links, tables.len());
    let reach = Reach::new(&graph, tables, &seeds);
    for (index, planned) in tables.iter_mut().enumerate() {
        if reach.connected[index] && !reach.above[index] {
            planned.rows = Rows::None;
        }
    }
    for key in &mut links.keys {
        key.closed = key.tables.iter().all(|table| tables[*table].rows == Rows::None);
    }
    let walked = walked(&links, tables, &reach);
    if !walked.contains(&true) {
        let cut = links.links.iter().any(|link| !link.cut.is_empty() && links.keys[link.key].closed);
        let unreached = reach.connected.contains(&true);
        estimate::apply(tables, &Selection::default());
        return ((cut || unreached).then(|| selection(links, Vec::new())), found);
    }
    found.extend(incomparable(&links, tables, schema, &walked));
    let walks = walks(&links, &reach, seeds, &walked);
    let selection = selection(links, walks);
    estimate::apply(tables, &selection);
    (Some(selection), found)
}

/// Who refers to whom, both ways, cut links left out.
struct Graph {
    up: Vec<Vec<usize>>,
    down: Vec<Vec<usize>>,
}

impl Graph {
    fn new(links: &Links, tables: usize) -> Self {
        let (mut up, mut down) = (vec![Vec::new(); tables], vec![Vec::new(); tables]);
        for link in links.links.iter().filter(|link| link.cut.is_empty()) {
            for to in &links.keys[link.key].tables {
                up[link.from].push(*to);
                down[*to].push(link.from);
            }
        }
        Self { up, down }
    }

    /// All that can be reached from some tables along the ways given, themselves included.
    fn reached(from: &Tables, ways: &[&[Vec<usize>]]) -> Tables {
        let mut reached = from.clone();
        let mut open: Vec<usize> = (0..from.len()).filter(|table| from[*table]).collect();
        while let Some(table) = open.pop() {
            for next in ways.iter().flat_map(|way| &way[table]) {
                if !reached[*next] {
                    reached[*next] = true;
                    open.push(*next);
                }
            }
        }
        reached
    }
}

/// What seeds and rows left out reach.
struct Reach {
    /// Tables whose rows may be left out: with `rows:`, or below one with it.
    affected: Tables,
    /// Tables that seeds can bring rows of, going down.
    below: Tables,
    /// The same, and those that they refer to.
    above: Tables,
    /// Every table that a chain of links connects with a seed.
    connected: Tables,
}

impl Reach {
    fn new(graph: &Graph, tables: &[TablePlan], seeds: &[Option<Seed>]) -> Self {
        let (up, down) = (&graph.up[..], &graph.down[..]);
        let filtered = tables.iter().map(|table| table.rows != Rows::All).collect();
        let seeded = seeds.iter().map(Option::is_some).collect();
        let below = Graph::reached(&seeded, &[down]);
        let above = Graph::reached(&below, &[up]);
        let connected = Graph::reached(&seeded, &[up, down]);
        Self { affected: Graph::reached(&filtered, &[down]), below, above, connected }
    }
}

/// The tables whose keys have to be read.
fn walked(links: &Links, tables: &[TablePlan], reach: &Reach) -> Tables {
    let mut walked: Tables = (0..tables.len())
        .map(|index| {
            let refers = || {
                links
                    .links
                    .iter()
                    .filter(|link| link.from == index && link.cut.is_empty())
                    .any(|link| links.keys[link.key].tables.iter().any(|to| reach.affected[*to]))
            };
            let referred = || links.links.iter().any(|link| links.keys[link.key].tables.contains(&index));
            match tables[index].rows {
                Rows::None => false,
                _ if reach.connected[index] => reach.above[index],
                Rows::Where(_) => referred() || refers(),
                Rows::All => reach.affected[index] && refers(),
            }
        })
        .collect();
    // Of a table without rows the keys matter only where it shares them with one that has some.
    for link in links.links.iter().filter(|link| link.cut.is_empty() && walked[link.from]).collect::<Vec<_>>() {
        let key = &links.keys[link.key];
        if !key.closed {
            key.tables.iter().for_each(|table| walked[*table] |= tables[*table].rows == Rows::None);
        }
    }
    walked
}

fn walks(links: &Links, reach: &Reach, seeds: Vec<Option<Seed>>, walked: &Tables) -> Vec<Walk> {
    let numbered = seeds.into_iter().enumerate().filter(|(table, _)| walked[*table]);
    numbered
        .map(|(table, seed)| {
            let own = |link: &&usize| links.links[**link].from == table && links.links[**link].cut.is_empty();
            let all: Vec<usize> = (0..links.links.len()).collect();
            let referred = |key: &usize| {
                let key_of = |link: &crate::plan::subset::Link| link.key == *key;
                links.keys[*key].tables.contains(&table) && links.links.iter().any(key_of)
            };
            Walk {
                table,
                subset: reach.connected[table],
                seed,
                down: reach.below[table] || reach.affected[table],
                keys: (0..links.keys.len()).filter(referred).collect(),
                links: all.iter().filter(own).copied().collect(),
            }
        })
        .collect()
}

fn selection(links: Links, walks: Vec<Walk>) -> Selection {
    let place = |table: &usize| walks.iter().position(|walk| walk.table == *table);
    let up: Vec<Vec<usize>> = walks
        .iter()
        .map(|walk| {
            let keys = walk.links.iter().map(|link| &links.keys[links.links[*link].key]);
            keys.flat_map(|key| &key.tables).filter_map(place).collect()
        })
        .collect();
    Selection { groups: order::groups(&up), keys: links.keys, links: links.links, walks }
}

/// Keys of types whose equal values can have several forms.
fn incomparable(links: &Links, tables: &[TablePlan], schema: &Schema, walked: &Tables) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for link in links.links.iter().filter(|link| walked[link.from]) {
        let Some(table) = schema.table(&tables[link.from].table) else { continue };
        for column in link.columns.iter().filter_map(|name| table.column(name)) {
            if !comparable(&column.ty.kind) {
                let message = format!(
                    "{} is {}, and references of that type cannot be followed",
                    table.name.column(&column.name),
                    column.ty.sql
                );
                found.push(
                    Diagnostic::error_without_place(message)
                        .help("leave out `subset:` and `rows:` of what it refers to"),
                );
            }
        }
    }
    found
}

//! Which rule covers which column: the most specific table key that covers it; then column, column pattern, grouped
//! keep, whole-table keep; more literal characters first. Ties, and rules that match nothing, are mistakes.

use super::lineage::Lineage;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::rules::{Action, ColumnRule, ExemptRule, Pattern, RowsRule, RuleFile, Spanned, TableRule};
use crate::schema::{Schema, Table, TableName};

/// The rule that a column gets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cover<'a> {
    /// A column rule.
    Rule {
        rule: &'a ColumnRule,
        /// Whether table and column are written out, without a star.
        literal: bool,
    },
    /// A grouped or whole-table keep.
    Keep {
        why: &'a Spanned<String>,
        /// Where the column, or else the reason, stands.
        span: Span,
        /// Whether table and columns are written out.
        literal: bool,
    },
}

impl Cover<'_> {
    /// Where to point.
    pub(super) fn span(&self) -> Span {
        match self {
            Cover::Rule { rule, .. } => rule.mask_span(),
            Cover::Keep { span, .. } => *span,
        }
    }

    /// Whether it keeps columns.
    pub(super) fn is_keep(&self) -> bool {
        match self {
            Cover::Rule { rule, .. } => matches!(rule.action, Action::Keep(_)),
            Cover::Keep { .. } => true,
        }
    }

    /// Whether it keeps columns that nobody named one by one: it then holds only for what the snapshot has.
    pub(super) fn is_broad_keep(&self) -> bool {
        match self {
            Cover::Rule { literal, .. } | Cover::Keep { literal, .. } => self.is_keep() && !literal,
        }
    }
}

/// Rank of a table key, best first: nearer to the table, without stars, more literal characters.
type KeyRank = (usize, bool, std::cmp::Reverse<usize>);

/// Rank of a cover inside its table key, best first: kind of rule, then literal characters.
type Rank = (u8, std::cmp::Reverse<usize>);

/// The rank of a pattern of a kind; one with stars comes after a name.
fn rank_of(kind: u8, pattern: &Pattern) -> Rank {
    (if pattern.is_literal() { kind } else { kind + 1 }, std::cmp::Reverse(pattern.literal_chars()))
}

/// Finds covers, and remembers which rules were of use.
pub(super) struct Covers<'a> {
    tables: &'a [TableRule],
    lineage: &'a Lineage<'a>,
    /// Whether each key matches a table.
    used: Vec<bool>,
    /// The keys of the table that was asked for last: columns come table by table.
    last: Option<(TableName, Vec<(KeyRank, &'a TableRule)>)>,
    pub(super) mistakes: Vec<Diagnostic>,
}

impl<'a> Covers<'a> {
    pub(super) fn new(rules: &'a RuleFile, lineage: &'a Lineage<'a>) -> Self {
        Self { tables: &rules.tables, lineage, used: vec![false; rules.tables.len()], last: None, mistakes: Vec::new() }
    }

    /// The table keys that hold for a table, most specific first; each with its rank. A key that names the table comes
    /// before one that names its parent.
    fn keys(&mut self, table: &Table) -> Vec<(KeyRank, &'a TableRule)> {
        if let Some((last, keys)) = &self.last
            && *last == table.name
        {
            return keys.clone();
        }
        let mut keys = Vec::new();
        for (distance, name) in self.lineage.of(&table.name).iter().enumerate() {
            for (index, rule) in self.tables.iter().enumerate() {
                if rule.pattern.matches(&name.name) {
                    self.used[index] = true;
                    let chars = std::cmp::Reverse(rule.pattern.literal_chars());
                    keys.push(((distance, !rule.pattern.is_literal(), chars), rule));
                }
            }
        }
        keys.sort_by_key(|(rank, _)| *rank);
        self.last = Some((table.name.clone(), keys.clone()));
        keys
    }

    /// The rule of one column; `None` if no rule names it.
    pub(super) fn column(&mut self, table: &Table, column: &str) -> Option<Cover<'a>> {
        let mut best: Option<(KeyRank, Cover<'a>)> = None;
        for (rank, rule) in self.keys(table) {
            if best.as_ref().is_some_and(|(best, _)| *best != rank) {
                break;
            }
            let Some(cover) = self.inside(rule, column) else {
                continue;
            };
            match &best {
                None => best = Some((rank, cover)),
                Some((_, first)) => self.tie(&format!("{}.{column}", table.name), first.span(), cover.span()),
            }
        }
        best.map(|(_, cover)| cover)
    }

    /// The best cover inside one table key.
    fn inside(&mut self, table: &'a TableRule, column: &str) -> Option<Cover<'a>> {
        let mut found: Vec<(Rank, Cover<'a>)> = Vec::new();
        for rule in table.columns.iter().filter(|rule| rule.column.value.matches(column)) {
            let literal = rule.column.value.is_literal() && table.pattern.is_literal();
            found.push((rank_of(0, &rule.column.value), Cover::Rule { rule, literal }));
        }
        for keep in &table.keep {
            match &keep.columns {
                None => {
                    let cover = Cover::Keep { why: &keep.why, span: keep.why.span, literal: false };
                    found.push(((4, std::cmp::Reverse(0)), cover));
                }
                Some(columns) => {
                    for pattern in columns.iter().filter(|pattern| pattern.value.matches(column)) {
                        let literal = pattern.value.is_literal() && table.pattern.is_literal();
                        let cover = Cover::Keep { why: &keep.why, span: pattern.span, literal };
                        found.push((rank_of(2, &pattern.value), cover));
                    }
                }
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        if let [(first, one), (second, other), ..] = &found[..]
            && first == second
        {
            self.tie(column, one.span(), other.span());
        }
        found.first().map(|(_, cover)| *cover)
    }

    fn tie(&mut self, column: &str, first: Span, second: Span) {
        let found = Diagnostic::error(second, format!("two rules for {column} are equally specific"))
            .related(first, "the other one")
            .help("make one of them more specific, or remove it");
        if !self.mistakes.contains(&found) {
            self.mistakes.push(found);
        }
    }

    /// Which rows of a table travel: the most specific key that says so.
    pub(super) fn rows(&mut self, table: &Table) -> Option<&'a Spanned<RowsRule>> {
        let keys = self.keys(table);
        let mut say = keys.iter().filter_map(|(rank, rule)| rule.rows.as_ref().map(|rows| (rank, rows)));
        let (rank, rows) = say.next()?;
        if let Some((_, other)) = say.next().filter(|(other, _)| *other == rank) {
            self.tie(&format!("the rows of {}", table.name), rows.span, other.span);
        }
        Some(rows)
    }

    /// Which rows of a table are exempt: the most specific key that says so.
    pub(super) fn exempt(&mut self, table: &Table) -> Option<&'a ExemptRule> {
        let keys = self.keys(table);
        let mut say = keys.iter().filter_map(|(rank, rule)| rule.exempt.as_ref().map(|exempt| (rank, exempt)));
        let (rank, exempt) = say.next()?;
        if let Some((_, other)) = say.next().filter(|(other, _)| *other == rank) {
            self.tie(&format!("what is exempt in {}", table.name), exempt.span, other.span);
        }
        Some(exempt)
    }

    /// Who answers for a column: the most specific key that says so, a rule of the column before its table.
    pub(super) fn owner(&mut self, table: &Table, column: &str) -> Option<&'a Spanned<String>> {
        let keys = self.keys(table);
        let mut say = keys.iter().filter_map(|(rank, rule)| {
            let mut columns: Vec<&ColumnRule> =
                rule.columns.iter().filter(|rule| rule.column.value.matches(column)).collect();
            columns.sort_by_key(|rule| rank_of(0, &rule.column.value));
            let owner = columns.into_iter().find_map(|rule| rule.owner.as_ref()).or(rule.owner.as_ref())?;
            Some((rank, owner))
        });
        let (rank, owner) = say.next()?;
        if let Some((_, other)) = say.next().filter(|(other, _)| *other == rank) {
            self.tie(&format!("the owner of {}.{column}", table.name), owner.span, other.span);
        }
        Some(owner)
    }

    /// The place of the table key that holds for a table, if there is one.
    pub(super) fn table_span(&mut self, table: &Table) -> Option<Span> {
        self.keys(table).first().map(|(_, rule)| rule.span)
    }

    /// Rules that match nothing.
    pub(super) fn idle(&self, schema: &Schema) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (rule, used) in self.tables.iter().zip(&self.used) {
            if !used {
                found.push(no_table(schema, rule));
                continue;
            }
            let tables: Vec<&Table> = schema.tables.iter().filter(|table| rule.pattern.matches(&table.name)).collect();
            let kept = rule.keep.iter().flat_map(|keep| keep.columns.iter().flatten());
            for pattern in rule.columns.iter().map(|rule| &rule.column).chain(kept) {
                let mut columns = tables.iter().flat_map(|table| &table.columns);
                if !columns.any(|column| pattern.value.matches(&column.name)) {
                    found.push(no_column(&tables, rule, pattern));
                }
            }
        }
        found
    }
}

fn no_table(schema: &Schema, rule: &TableRule) -> Diagnostic {
    let written = rule.pattern.to_string();
    let found = Diagnostic::error(rule.span, format!("production has no table `{written}`"));
    let names: Vec<String> = schema.tables.iter().map(|table| table.name.to_string()).collect();
    match nearest(&written, names.iter().map(String::as_str)) {
        Some(near) => found.label(format!("did you mean `{near}`?")),
        None => found.help("remove the rule, or correct the name"),
    }
}

fn no_column(tables: &[&Table], rule: &TableRule, pattern: &Spanned<Pattern>) -> Diagnostic {
    let table = match tables {
        [one] => one.name.to_string(),
        _ => rule.pattern.to_string(),
    };
    let found = Diagnostic::error(pattern.span, format!("`{table}` has no column `{}`", pattern.value));
    let names = tables.iter().flat_map(|table| &table.columns).map(|column| column.name.as_str());
    match nearest(&pattern.value.to_string(), names) {
        Some(near) => found.label(format!("did you mean `{near}`?")),
        None => found.help("remove the rule, or correct the name"),
    }
}

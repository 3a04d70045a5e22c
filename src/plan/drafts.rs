//! What each column's own rule says, before it is known what it follows: covers become drafts; what nobody covers, what
//! nobody has reviewed and what is kept although it looks like a person's is found here.

use std::collections::BTreeMap;

use super::columns;
use super::cover::{Cover, Covers};
use super::exceptions::Exceptions;
use super::lineage::Lineage;
use super::references::References;
use super::resolve::Drafts;
use super::uncovered::Uncovered;
use super::unlisted;
use crate::class;
use crate::classify;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{RuleFile, Unlisted};
use crate::schema::{Column, ColumnName, Table, TableName};

/// Why a keep does not cover a column that came later.
const NEW: &str = "new";

/// Goes through the tables one by one.
pub(super) struct Drafter<'a, 'c> {
    rules: &'a RuleFile,
    lineage: &'a Lineage<'a>,
    references: &'a References,
    snapshot: Option<&'a Lineage<'a>>,
    covers: &'c mut Covers<'a>,
    exceptions: &'c mut Exceptions<'a>,
    drafts: Drafts,
    found: Vec<Diagnostic>,
    /// Columns without a rule, by the table where they are at home.
    missing: BTreeMap<TableName, Vec<&'a Column>>,
    /// Columns that a keep covers and nobody has reviewed as they are, by the keep.
    newer: BTreeMap<Span, Vec<String>>,
    /// The same, each at home, and whether it was there when the keep was reviewed.
    unreviewed: BTreeMap<ColumnName, bool>,
    suspicious: BTreeMap<Span, Vec<String>>,
    /// The first broad keep.
    broad: Option<Span>,
}

impl<'a, 'c> Drafter<'a, 'c> {
    pub(super) fn new(
        rules: &'a RuleFile,
        lineage: &'a Lineage<'a>,
        references: &'a References,
        snapshot: Option<&'a Lineage<'a>>,
        (covers, exceptions): (&'c mut Covers<'a>, &'c mut Exceptions<'a>),
    ) -> Self {
        Self {
            rules,
            lineage,
            references,
            snapshot,
            covers,
            exceptions,
            drafts: Drafts::new(),
            found: Vec::new(),
            missing: BTreeMap::new(),
            newer: BTreeMap::new(),
            unreviewed: BTreeMap::new(),
            suspicious: BTreeMap::new(),
            broad: None,
        }
    }

    /// Drafts a table whose rows travel.
    pub(super) fn table(&mut self, table: &'a Table) {
        for column in &table.columns {
            let name = table.name.column(&column.name);
            let home = self.lineage.home(&name);
            let cover = self.covers.column(table, &column.name);
            match cover {
                _ if column.generated => self.generated(&home, cover),
                Some(cover) => self.covered(table, column, &home, cover),
                None if self.follows_another(&home) => {}
                // What a partitioned table says holds in its leaves: they are asked.
                None if !table.holds_rows() => {}
                None => self.uncovered(table, column, &home),
            }
        }
    }

    /// Whether a column gets its mask from another one. Of columns that refer to each other in a circle, the first takes
    /// the blame if none of them has a rule.
    fn follows_another(&mut self, home: &ColumnName) -> bool {
        if !self.references.sometimes(home).is_empty() {
            return true;
        }
        self.references.ends(home).iter().any(|end| match end.iter().position(|member| member == home) {
            None => end.iter().any(|member| self.lineage.column(member).is_some()),
            Some(0) => end.iter().any(|member| member != home && self.has_rule(member)),
            Some(_) => true,
        })
    }

    fn has_rule(&mut self, column: &ColumnName) -> bool {
        let table = self.lineage.table(&column.table);
        table.is_some_and(|table| self.covers.column(table, &column.column).is_some())
    }

    fn covered(&mut self, table: &'a Table, column: &'a Column, home: &ColumnName, cover: Cover<'a>) {
        let name = table.name.column(&column.name);
        if cover.is_broad_keep() {
            self.broad.get_or_insert(cover.span());
        }
        // A column that a keep names may be newer than the snapshot, but none may have become another one since.
        if cover.is_keep()
            && let Some(why) = self.newer_than_snapshot(home, column)
            && (why != NEW || cover.is_broad_keep())
        {
            self.newer.entry(cover.span()).or_default().push(format!("{name} ({why})"));
            self.unreviewed.insert(home.clone(), why != NEW);
        }
        let mut mistakes = Vec::new();
        let draft = columns::draft(self.rules, table, home, cover, &mut mistakes);
        self.found.append(&mut mistakes);
        let Some(draft) = draft else {
            return;
        };
        if let Cover::Rule { rule, .. } = cover
            && let Some(mistake) = columns::personal_keep(column, home, rule, &draft)
            && !self.exceptions.allow(home)
        {
            self.found.push(mistake);
        }
        let classed = matches!(cover, Cover::Rule { rule, .. } if rule.class.is_some());
        if draft.mask.name == "keep"
            && !classed
            && name == *home
            && !self.follows_another(home)
            && let Some(class) = classify::guess(&table.name.name, &column.name, &column.ty)
            && class::is_personal(class)
            && !self.exceptions.allow(home)
        {
            self.suspicious.entry(cover.span()).or_default().push(format!("{name} ({class})"));
        }
        self.drafts.insert(name, draft);
    }

    fn uncovered(&mut self, table: &'a Table, column: &'a Column, home: &ColumnName) {
        if self.rules.unlisted == Unlisted::Mask
            && let Some(draft) = columns::safe(table, column, home)
        {
            self.drafts.insert(table.name.column(&column.name), draft);
            return;
        }
        let missing = self.missing.entry(home.table.clone()).or_default();
        if !missing.iter().any(|known| known.name == column.name) {
            missing.push(column);
        }
    }

    fn generated(&mut self, home: &ColumnName, cover: Option<Cover<'_>>) {
        if let Some(Cover::Rule { rule, literal: true }) = cover {
            self.found.push(
                Diagnostic::error(rule.column.span, format!("{home} is generated by the server and takes no rule"))
                    .help("remove the rule: the column is computed anew from what is masked"),
            );
        }
    }

    /// What nobody has reviewed of a kept column.
    fn newer_than_snapshot(&self, home: &ColumnName, column: &Column) -> Option<&'static str> {
        match self.snapshot?.column(home) {
            None => Some(NEW),
            Some(known) if known.ty.sql != column.ty.sql => Some("its type has changed"),
            Some(known) if known.ty.labels != column.ty.labels => Some("its labels have changed"),
            Some(known) if known.ty.fields != column.ty.fields => Some("its fields have changed"),
            Some(_) => None,
        }
    }

    /// What nobody has decided about yet.
    pub(super) fn undecided(self) -> Uncovered {
        let missing = self.missing.iter();
        let missing = missing.flat_map(|(home, columns)| columns.iter().map(|column| home.column(&column.name)));
        let (changed, new): (Vec<_>, Vec<_>) = self.unreviewed.into_iter().partition(|(_, was_there)| *was_there);
        let mut uncovered: Vec<ColumnName> = missing.chain(new.into_iter().map(|(name, _)| name)).collect();
        uncovered.sort();
        uncovered.dedup();
        Uncovered { new: uncovered, changed: changed.into_iter().map(|(name, _)| name).collect() }
    }

    /// The drafts, and what is wrong.
    pub(super) fn finish(mut self) -> (Drafts, Vec<Diagnostic>) {
        for (home, columns) in &self.missing {
            let Some(table) = self.lineage.table(home) else {
                continue;
            };
            let span = self.covers.table_span(table);
            self.found.push(unlisted::diagnostic(table, columns, span));
        }
        for (span, columns) in &self.newer {
            let message = format!("this keep was reviewed before {}", columns.join(", "));
            self.found.push(
                Diagnostic::error(*span, message).help(
                    "review them: give them rules of their own, or write the snapshot again with `bauta snapshot`",
                ),
            );
        }
        for (span, columns) in &self.suspicious {
            let message = format!("kept, although they look like a person's: {}", columns.join(", "));
            self.found.push(Diagnostic::warning(*span, message).help(
                "mask them (`{ class: NAME }` is enough), say with `class:` what else they are, or write an exception",
            ));
        }
        if let (None, Some(span)) = (self.snapshot, self.broad) {
            let message = "without a schema snapshot this keep also covers columns that nobody has reviewed";
            let warning = Diagnostic::warning(span, message);
            self.found.push(warning.help("write one beside the rules with `bauta snapshot`"));
        }
        (self.drafts, self.found)
    }
}

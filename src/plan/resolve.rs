//! Rules and a schema to a plan, or to every mistake at once. The way of a column: what covers it, what it follows, what
//! its domain's columns have in common, its plan.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::columns::{self, Draft, Shared};
use super::cover::{Cover, Covers, lineage};
use super::references::References;
use super::{ColumnPlan, Mirror, Plan, Rows, Script, TablePlan, rows, sequences, uniqueness, unlisted};
use crate::classify;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::rules::{RuleFile, Unlisted};
use crate::schema::{Column, ColumnName, Schema, Table, TableName};

/// Resolves rules against a schema. The plan is there only if no finding is an error; warnings come with it.
///
/// `snapshot` is the reviewed schema that broad keeps cover; `scripts` are the files of `after_load`, in order.
pub fn resolve(
    rules: &RuleFile,
    schema: &Schema,
    snapshot: Option<&Schema>,
    scripts: Vec<Script>,
) -> (Option<Plan>, Diagnostics) {
    let mut resolver = Resolver {
        rules,
        schema,
        snapshot,
        covers: Covers::new(rules),
        references: References::new(schema),
        found: Vec::new(),
    };
    let plan = resolver.plan(scripts);
    let mut list = resolver.found;
    list.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    list.dedup();
    let found = Diagnostics { file: rules.path.clone(), text: rules.text.clone(), list };
    if found.has_errors() { (None, found) } else { (Some(plan), found) }
}

struct Resolver<'a> {
    rules: &'a RuleFile,
    schema: &'a Schema,
    snapshot: Option<&'a Schema>,
    covers: Covers<'a>,
    references: References,
    found: Vec<Diagnostic>,
}

type Drafts = BTreeMap<ColumnName, Draft>;

impl<'a> Resolver<'a> {
    fn plan(&mut self, scripts: Vec<Script>) -> Plan {
        let (rows, mistakes) = rows::resolve(self.schema, &mut self.covers);
        self.found.extend(mistakes);
        let travels = |table: &Table| rows.get(&table.name) != Some(&Rows::None);
        let mut drafts = self.drafts(&travels);
        self.follow(&mut drafts);
        let plans = self.complete(&drafts);
        self.found.append(&mut self.covers.mistakes);
        self.found.extend(self.covers.idle(self.schema));
        self.found.extend(uniqueness::check(self.schema, &plans));
        Plan {
            name: self.rules.name.value.clone(),
            rules_digest: hex(&Sha256::digest(self.rules.text.as_bytes())),
            tables: self
                .schema
                .tables
                .iter()
                .filter(|table| table.holds_rows())
                .map(|table| self.table(table, &rows, &plans))
                .collect(),
            sequences: sequences::resolve(self.schema, &plans),
            after_load: scripts,
            mirror: Mirror {
                roles: self
                    .rules
                    .mirror
                    .roles
                    .iter()
                    .map(|(from, to)| (from.value.clone(), to.value.clone()))
                    .collect(),
                drop_comments: self.rules.mirror.drop_comments,
                leave_large_objects: self.rules.mirror.leave_large_objects,
            },
        }
    }

    /// What each stored column's own rule says. A foreign-key column may have none.
    fn drafts(&mut self, travels: &dyn Fn(&Table) -> bool) -> Drafts {
        let mut drafts = Drafts::new();
        let mut uncovered_by_snapshot: BTreeMap<Span, Vec<String>> = BTreeMap::new();
        let mut broad = None;
        for table in self.schema.tables.iter().filter(|table| travels(table)) {
            let mut missing = Vec::new();
            for column in &table.columns {
                let name = table.name.column(&column.name);
                let cover = self.covers.column(self.schema, table, &column.name);
                if column.generated {
                    self.generated(&name, cover);
                    continue;
                }
                let home = self.references.home(&name);
                if let Some(Cover::Keep { span, broad: true, .. }) = cover {
                    broad.get_or_insert(span);
                    if let Some(why) = self.newer_than_snapshot(&home, column) {
                        uncovered_by_snapshot.entry(span).or_default().push(format!("{name} ({why})"));
                    }
                }
                match cover {
                    Some(cover) => {
                        let mut mistakes = Vec::new();
                        let draft = columns::draft(self.rules, table, column, &home, cover, &mut mistakes);
                        self.found.append(&mut mistakes);
                        if let Some(draft) = draft {
                            self.suspicious(column, &name, &draft, cover);
                            drafts.insert(name, draft);
                        }
                    }
                    None if self.references.sources(&home).iter().all(|source| *source == home) => missing.push(column),
                    None => {}
                }
            }
            self.unlisted(table, missing, &mut drafts);
        }
        for (span, columns) in uncovered_by_snapshot {
            self.found.push(
                Diagnostic::error(span, format!("this keep was reviewed before {}", columns.join(", "))).help(
                    "review them: give them rules of their own, or write the snapshot again with `bauta snapshot`",
                ),
            );
        }
        if let (None, Some(span)) = (self.snapshot, broad) {
            self.found.push(
                Diagnostic::warning(
                    span,
                    "without a schema snapshot this keep also covers columns that nobody has reviewed",
                )
                .help("write one beside the rules with `bauta snapshot`"),
            );
        }
        drafts
    }

    fn generated(&mut self, name: &ColumnName, cover: Option<Cover<'_>>) {
        if let Some(Cover::Rule { rule, literal: true }) = cover {
            self.found.push(
                Diagnostic::error(rule.column.span, format!("{name} is generated by the server and takes no rule"))
                    .help("remove the rule: the column is computed anew from what is masked"),
            );
        }
    }

    /// Why a broad keep does not cover a column.
    fn newer_than_snapshot(&self, home: &ColumnName, column: &Column) -> Option<&'static str> {
        match self.snapshot?.column(home) {
            None => Some("new"),
            Some(known) if known.ty.sql != column.ty.sql => Some("its type has changed"),
            Some(known) if known.ty.labels != column.ty.labels => Some("its labels have changed"),
            Some(_) => None,
        }
    }

    /// Warns about a kept column that looks like a person's.
    fn suspicious(&mut self, column: &Column, name: &ColumnName, draft: &Draft, cover: Cover<'_>) {
        let classed = matches!(cover, Cover::Rule { rule, .. } if rule.class.is_some());
        if draft.mask.name != "keep" || classed || self.references.home(name) != *name {
            return;
        }
        if let Some(class) = classify::guess(&column.name, &column.ty) {
            self.found.push(
                Diagnostic::warning(cover.span(), format!("{name} is kept, and looks like {class}"))
                    .help(format!("mask it (`{{ class: {class} }}`), or say what it is with `class:`")),
            );
        }
    }

    fn unlisted(&mut self, table: &Table, missing: Vec<&Column>, drafts: &mut Drafts) {
        if missing.is_empty() {
            return;
        }
        if self.rules.unlisted == Unlisted::Mask {
            let mut left = Vec::new();
            for column in missing {
                let name = table.name.column(&column.name);
                let home = self.references.home(&name);
                match columns::safe(column, &home, unlisted::safe_mask(column)) {
                    Some(draft) => drop(drafts.insert(name, draft)),
                    None => left.push(column),
                }
            }
            if left.is_empty() {
                return;
            }
            let span = self.covers.table_span(self.schema, table);
            self.found.push(unlisted::diagnostic(table, &left, span));
            return;
        }
        // A partition's columns are its parent's business, said once.
        if lineage(self.schema, table).len() == 1 || table.parents.is_empty() {
            let span = self.covers.table_span(self.schema, table);
            self.found.push(unlisted::diagnostic(table, &missing, span));
        } else {
            let own: Vec<&Column> = missing
                .into_iter()
                .filter(|column| {
                    let name = table.name.column(&column.name);
                    self.references.home(&name) == name
                })
                .collect();
            if !own.is_empty() {
                let span = self.covers.table_span(self.schema, table);
                self.found.push(unlisted::diagnostic(table, &own, span));
            }
        }
    }

    /// Foreign-key columns get what they refer to.
    fn follow(&mut self, drafts: &mut Drafts) {
        let original = drafts.clone();
        for table in &self.schema.tables {
            for column in table.stored_columns() {
                let name = table.name.column(&column.name);
                let home = self.references.home(&name);
                let sources = self.references.sources(&home);
                if sources.iter().all(|source| *source == home) {
                    continue;
                }
                let known: Vec<(&ColumnName, &Draft)> =
                    sources.iter().filter_map(|source| original.get(source).map(|draft| (source, draft))).collect();
                let Some((source, draft)) = known.first() else {
                    // Without a plan for the referred column a mistake is noted already, unless it is no column of ours.
                    let ours = sources.iter().any(|source| self.schema.column(source).is_some());
                    if !ours && !original.contains_key(&name) {
                        self.unlisted(table, vec![column], drafts);
                    }
                    continue;
                };
                if let Some((other, second)) = known.iter().find(|(_, other)| !same(draft, other)) {
                    self.disagree(&name, (source, draft), (other, second));
                }
                if let Some(own) = original.get(&name)
                    && own.literal
                    && own.span.is_some()
                    && !says_the_same(own, draft)
                {
                    self.found.push(own_rule(&name, own, source, draft));
                }
                if draft.per.is_some()
                    && let Some(span) = draft.span
                {
                    self.found.push(
                        Diagnostic::error(
                            span,
                            format!("{source} is referred to by {name} and cannot be masked `per:`"),
                        )
                        .help("remove `per:`: the value itself decides then, the same in both tables"),
                    );
                }
                let because = format!("follows {source}");
                let span = original.get(&name).and_then(|own| own.span).or(draft.span);
                drafts.insert(name, Draft { because, per: None, span, ..(*draft).clone() });
            }
        }
    }

    fn disagree(&mut self, name: &ColumnName, one: (&ColumnName, &Draft), two: (&ColumnName, &Draft)) {
        let message = format!("{name} refers to {} and to {}, which are masked differently", one.0, two.0);
        let mut found = match two.1.span {
            Some(span) => Diagnostic::error(span, message),
            None => Diagnostic::error_without_place(message),
        };
        if let Some(span) = one.1.span {
            found = found.related(span, "the other one");
        }
        self.found.push(found.help("give both the same mask and the same `domain:`"));
    }

    /// Plans of all columns, with the place of their masks.
    fn complete(&mut self, drafts: &Drafts) -> BTreeMap<ColumnName, (ColumnPlan, Option<Span>)> {
        let mut shared: BTreeMap<(String, &str), Shared> = BTreeMap::new();
        let domains: BTreeMap<ColumnName, String> =
            drafts.iter().map(|(name, draft)| (name.clone(), draft.domain.clone())).collect();
        let columns: Vec<(&Table, &Column, &Draft)> = self
            .schema
            .tables
            .iter()
            .flat_map(|table| table.stored_columns().map(move |column| (table, column)))
            .filter_map(|(table, column)| {
                drafts.get(&table.name.column(&column.name)).map(|draft| (table, column, draft))
            })
            .collect();
        for (table, column, draft) in &columns {
            shared.entry((draft.domain.clone(), draft.mask.name)).or_default().add(table, column);
        }
        let mut plans = BTreeMap::new();
        for (table, column, draft) in columns {
            let shared = &shared[&(draft.domain.clone(), draft.mask.name)];
            let mut mistakes = Vec::new();
            let plan = columns::complete(table, column, draft, shared, &domains, &mut mistakes);
            // What is wrong with a column is said once, at home.
            let name = table.name.column(&column.name);
            if self.references.home(&name) == name {
                self.found.append(&mut mistakes);
            }
            if let Some(plan) = plan {
                plans.insert(name, (plan, draft.span));
            }
        }
        plans
    }

    fn table(
        &self,
        table: &Table,
        rows: &BTreeMap<TableName, Rows>,
        plans: &BTreeMap<ColumnName, (ColumnPlan, Option<Span>)>,
    ) -> TablePlan {
        let columns: Vec<ColumnPlan> = table
            .stored_columns()
            .filter_map(|column| plans.get(&table.name.column(&column.name)).map(|(plan, _)| plan.clone()))
            .collect();
        let rows = rows.get(&table.name).cloned().unwrap_or(Rows::All);
        TablePlan {
            table: table.name.clone(),
            into: self.target(table, &columns),
            estimated_rows: if rows == Rows::None { 0 } else { table.size.rows },
            estimated_bytes: table.size.bytes,
            columns: if rows == Rows::None { Vec::new() } else { columns },
            rows,
        }
    }

    /// The table itself, or its root where a masked column decides the partition.
    fn target(&self, table: &Table, columns: &[ColumnPlan]) -> TableName {
        let masked =
            |key: &String| columns.iter().any(|plan| plan.facts.column.column == *key && plan.mask.name != "keep");
        let line = lineage(self.schema, table);
        let roots: Vec<&&Table> = line.iter().skip(1).filter(|parent| parent.partition_key.is_some()).collect();
        let moved = roots.iter().any(|root| root.partition_key.iter().flatten().any(masked));
        match roots.last().filter(|_| moved && table.partition) {
            Some(root) => root.name.clone(),
            None => table.name.clone(),
        }
    }
}

/// Whether two sources mask alike.
fn same(one: &Draft, two: &Draft) -> bool {
    let kept = |draft: &Draft| draft.mask.name == "keep";
    (kept(one) && kept(two)) || (says_the_same(one, two) && one.domain == two.domain)
}

fn says_the_same(one: &Draft, two: &Draft) -> bool {
    one.mask == two.mask && one.params.to_string() == two.params.to_string()
}

fn own_rule(name: &ColumnName, own: &Draft, source: &ColumnName, draft: &Draft) -> Diagnostic {
    let message = format!("{name} refers to {source} and gets its mask, `{}`, not one of its own", draft.mask.name);
    let mut found = Diagnostic { span: own.span, ..Diagnostic::error_without_place(message) };
    if let Some(span) = draft.span {
        found = found.related(span, "the mask that it follows");
    }
    found.help("remove this rule: the two join only if they are masked alike")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! The `exceptions:` of a rule file against the schema: which columns of persons they let be kept, and which of them are
//! of no use.

use std::collections::{BTreeMap, BTreeSet};

use super::Exception;
use super::lineage::Lineage;
use crate::diagnostic::{Diagnostic, nearest};
use crate::rules::{ExceptionRule, RuleFile};
use crate::schema::{ColumnName, TableName};

/// The exceptions by the column where they are at home.
pub(super) struct Exceptions<'a> {
    rules: &'a RuleFile,
    of: BTreeMap<ColumnName, &'a ExceptionRule>,
    /// Columns that are kept by an exception.
    used: BTreeSet<ColumnName>,
    /// What names nothing.
    mistakes: Vec<Diagnostic>,
}

impl<'a> Exceptions<'a> {
    pub(super) fn new(rules: &'a RuleFile, lineage: &Lineage<'_>) -> Self {
        let mut exceptions = Self { rules, of: BTreeMap::new(), used: BTreeSet::new(), mistakes: Vec::new() };
        for rule in &rules.exceptions {
            match unknown(lineage, &rule.column.value) {
                Some((message, near)) => {
                    let found = Diagnostic::error(rule.column.span, message);
                    exceptions.mistakes.push(match near {
                        Some(near) => found.label(format!("did you mean `{near}`?")),
                        None => found.help("remove the exception, or correct the name"),
                    });
                }
                None => {
                    exceptions.of.insert(lineage.home(&rule.column.value), rule);
                }
            }
        }
        exceptions
    }

    /// Whether a kept column of a person may be kept. Who asks uses the exception.
    pub(super) fn allow(&mut self, home: &ColumnName) -> bool {
        let allowed = self.of.contains_key(home);
        if allowed {
            self.used.insert(home.clone());
        }
        allowed
    }

    /// Whether a column is kept by an exception.
    pub(super) fn holds_for(&self, home: &ColumnName) -> bool {
        self.used.contains(home)
    }

    /// What names nothing, and what is of no use.
    pub(super) fn idle(&mut self) -> Vec<Diagnostic> {
        let mut found = std::mem::take(&mut self.mistakes);
        for rule in self.of.iter().filter(|(home, _)| !self.used.contains(*home)).map(|(_, rule)| rule) {
            let message = format!("{} needs no exception", rule.column.value);
            found.push(
                Diagnostic::warning(rule.column.span, message)
                    .label("it is masked, or no rule says that it is a person's")
                    .help("remove the exception, or say with `class:` what the kept column holds"),
            );
        }
        found
    }

    /// The exceptions that are used, as a plan has them.
    pub(super) fn planned(&self) -> Vec<Exception> {
        let planned = |home: &ColumnName| {
            let rule = self.of.get(home)?;
            Some(Exception {
                column: home.clone(),
                why: rule.why.value.clone(),
                expires: rule.expires.value,
                line: self.rules.line(rule.span),
            })
        };
        self.used.iter().filter_map(planned).collect()
    }
}

/// Why a column is none, and what it may be meant to be.
fn unknown(lineage: &Lineage<'_>, column: &ColumnName) -> Option<(String, Option<String>)> {
    match lineage.table(&column.table) {
        None => {
            let names: Vec<String> = lineage.names().map(TableName::to_string).collect();
            let near = nearest(&column.table.to_string(), names.iter().map(String::as_str)).map(str::to_owned);
            Some((format!("production has no table `{}`", column.table), near))
        }
        Some(table) if table.column(&column.column).is_none() => {
            let names = table.columns.iter().map(|column| column.name.as_str());
            let near = nearest(&column.column, names).map(str::to_owned);
            Some((format!("`{}` has no column `{}`", table.name, column.column), near))
        }
        Some(_) => None,
    }
}

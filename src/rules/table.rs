//! The `tables:` of a rule file: rows, columns, keeps.

use super::expression;
use super::read::Reader;
use super::{Action, ColumnRule, KeepRule, MaskUse, Pattern, RowsRule, Spanned, TablePattern, TableRule};
use crate::diagnostic::{Diagnostic, Span};
use crate::node::{Entry, Node, Value};

/// Keys of a table.
const TABLE_KEYS: &[&str] = &["rows", "columns", "keep"];
/// Keys of a column rule that are the language's own; every other key is a parameter of the mask.
pub(super) const COLUMN_KEYS: &[&str] = &["mask", "keep", "class", "domain", "per", "unique"];

impl Reader {
    /// All tables of a file.
    pub(super) fn tables(&mut self, node: &Node) -> Vec<TableRule> {
        let mut tables = Vec::new();
        for entry in self.map(node, "`tables`").unwrap_or_default() {
            match TablePattern::parse(&entry.key) {
                Ok(pattern) => tables.extend(self.table(pattern, entry)),
                Err(why) => {
                    self.mistakes.push(Diagnostic::error(entry.key_span, format!("no table name: {why}")));
                }
            }
        }
        tables
    }

    fn table(&mut self, pattern: TablePattern, entry: &Entry) -> Option<TableRule> {
        let mut table = TableRule { pattern, span: entry.key_span, rows: None, columns: Vec::new(), keep: Vec::new() };
        for entry in self.map(&entry.node, &format!("the table `{}`", entry.key))? {
            match entry.key.as_str() {
                "rows" => table.rows = self.rows(&entry.node),
                "columns" => table.columns = self.columns(&entry.node),
                "keep" => table.keep = self.keeps(&entry.node),
                _ => self.unknown_key(entry, "a table", TABLE_KEYS),
            }
        }
        Some(table)
    }

    fn rows(&mut self, node: &Node) -> Option<Spanned<RowsRule>> {
        let text = self.text(node, "`rows`")?;
        let span = text.span;
        if text.value == "none" {
            return Some(Spanned { value: RowsRule::None, span });
        }
        match expression::check(&text.value) {
            Ok(()) => Some(Spanned { value: RowsRule::Where(text.value), span }),
            Err(why) => {
                self.mistakes.push(
                    Diagnostic::error(span, format!("`rows` is no condition: {why}"))
                        .help("write `none`, or one boolean SQL expression over the table's columns"),
                );
                None
            }
        }
    }

    fn columns(&mut self, node: &Node) -> Vec<ColumnRule> {
        let entries = self.map(node, "`columns`").unwrap_or_default();
        entries.iter().filter_map(|entry| self.column(entry)).collect()
    }

    fn column(&mut self, entry: &Entry) -> Option<ColumnRule> {
        let column = Spanned { value: Pattern::new(&entry.key), span: entry.key_span };
        let mut rule = ColumnRule { column, action: Action::Class, class: None, domain: None, per: None, unique: None };
        let Value::Map(entries) = &entry.node.value else {
            rule.action = Action::Mask(self.mask_use(&entry.node)?);
            return Some(rule);
        };
        let mut mask: Option<Spanned<String>> = None;
        let mut keep = None;
        let mut params = Vec::new();
        for part in entries {
            match part.key.as_str() {
                "mask" => mask = self.text(&part.node, "`mask`"),
                "keep" => keep = self.text(&part.node, "`keep` (why it may stay as it is)"),
                "class" => {
                    rule.class = self.text(&part.node, "`class`").filter(|class| self.class_name(class));
                }
                "domain" => rule.domain = self.text(&part.node, "`domain`"),
                "per" => rule.per = self.text(&part.node, "`per`"),
                "unique" => {
                    if self.choice(&part.node, "`unique`", &["true", "false"]) == Some("true") {
                        rule.unique = Some(part.node.span);
                    }
                }
                "json" => self.unknown_key(part, "a column rule", COLUMN_KEYS),
                _ => params.push(part.clone()),
            }
        }
        let says = |key: &str| entries.iter().any(|part| part.key == key);
        rule.action = match (mask, keep) {
            (Some(mask), Some(why)) => {
                self.mistakes.push(
                    Diagnostic::error(why.span, "a column is either masked or kept")
                        .related(mask.span, "the mask")
                        .help("remove one of the two"),
                );
                return None;
            }
            (Some(mask), None) => Action::Mask(self.named(mask, params)?),
            (None, Some(why)) => {
                params.iter().for_each(|part| self.unknown_key(part, "a keep", &["keep", "class"]));
                Action::Keep(why)
            }
            // A mistake was noted where the value is.
            (None, None) if says("mask") || says("keep") => return None,
            (None, None) => {
                params.iter().for_each(|part| self.unknown_key(part, "a column rule without `mask`", COLUMN_KEYS));
                if rule.class.is_none() && !says("class") && params.is_empty() {
                    self.mistakes.push(
                        Diagnostic::error(entry.node.span, format!("the rule of `{}` says no mask", entry.key))
                            .help("write a mask's name, `{ mask: NAME, ... }`, `{ class: NAME }` or `{ keep: WHY }`"),
                    );
                }
                Action::Class
            }
        };
        Some(rule)
    }

    /// A mask's name, or a map with `mask:` and its parameters.
    pub(super) fn mask_use(&mut self, node: &Node) -> Option<MaskUse> {
        let Value::Map(entries) = &node.value else {
            let name = self.text(node, "a rule")?;
            return self.named(name, Vec::new());
        };
        let mut mask = None;
        let mut params = Vec::new();
        for entry in entries {
            match entry.key.as_str() {
                "mask" => mask = self.text(&entry.node, "`mask`"),
                _ => params.push(entry.clone()),
            }
        }
        match mask {
            Some(mask) => self.named(mask, params),
            None => {
                if !entries.iter().any(|entry| entry.key == "mask") {
                    self.mistakes.push(Diagnostic::error(node.span, "the rule says no mask").help("add `mask: NAME`"));
                }
                None
            }
        }
    }

    /// Refuses a keep without a reason.
    fn named(&mut self, name: Spanned<String>, params: Vec<Entry>) -> Option<MaskUse> {
        if name.value == "keep" {
            self.mistakes.push(
                Diagnostic::error(name.span, "a keep says why the value may stay as it is")
                    .help("write `{ keep: \"the reason\" }`"),
            );
            return None;
        }
        Some(MaskUse { name, params })
    }

    fn keeps(&mut self, node: &Node) -> Vec<KeepRule> {
        let Value::Map(entries) = &node.value else {
            let why = self.text(node, "`keep` (why the table may stay as it is)");
            return why.into_iter().filter_map(|why| self.reason(why)).map(whole_table).collect();
        };
        let mut keeps = Vec::new();
        for entry in entries {
            let why = self.reason(Spanned { value: entry.key.clone(), span: entry.key_span });
            let columns = self.texts(&entry.node, "a list of columns");
            let patterns =
                columns.into_iter().map(|column| Spanned { value: Pattern::new(&column.value), span: column.span });
            if let Some(why) = why {
                keeps.push(KeepRule { why, columns: Some(patterns.collect()) });
            }
        }
        keeps
    }

    /// A reason has words in it.
    fn reason(&mut self, why: Spanned<String>) -> Option<Spanned<String>> {
        if why.value.chars().any(char::is_alphabetic) {
            return Some(why);
        }
        self.mistakes.push(Diagnostic::error(why.span, "a keep says why the value may stay as it is"));
        None
    }
}

fn whole_table(why: Spanned<String>) -> KeepRule {
    KeepRule { why, columns: None }
}

/// The place of a column rule's mask, or of the rule itself.
impl ColumnRule {
    /// Where to point when the mask does not fit.
    pub fn mask_span(&self) -> Span {
        match &self.action {
            Action::Mask(mask) => mask.name.span,
            Action::Keep(why) => why.span,
            Action::Class => self.class.as_ref().map_or(self.column.span, |class| class.span),
        }
    }
}

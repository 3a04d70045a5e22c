//! The `tables:` of a rule file: rows, columns, keeps.

use std::collections::HashMap;

use super::read::{Reader, is_nothing};
use super::{Action, ColumnRule, KeepRule, MaskUse, Pattern, RowsRule, Spanned, TablePattern, TableRule};
use super::{expression, keys};
use crate::diagnostic::{Diagnostic, Span};
use crate::node::{Entry, Node, Value};

/// What a column rule looks like.
const RULE: &str = "write a mask's name, `{ mask: NAME, ... }`, `{ class: NAME }` or `{ keep: WHY }`";

impl Reader<'_> {
    /// All tables of a file.
    pub(super) fn tables(&mut self, node: &Node) -> Vec<TableRule> {
        let mut tables: Vec<TableRule> = Vec::new();
        let mut known: HashMap<TablePattern, Span> = HashMap::new();
        for entry in self.map_of(node, "`tables`", Some("write `tables: { NAME: { ... } }`")).unwrap_or_default() {
            match TablePattern::parse(&entry.key) {
                Ok(pattern) => {
                    if let Some(first) = known.get(&pattern) {
                        self.mistakes.push(
                            Diagnostic::error(
                                entry.key_span,
                                format!("the table `{pattern}` stands here a second time"),
                            )
                            .related(*first, "first here")
                            .help("put all that is said about it under one key"),
                        );
                    }
                    known.entry(pattern.clone()).or_insert(entry.key_span);
                    tables.extend(self.table(pattern, entry));
                }
                Err(why) => {
                    self.mistakes.push(Diagnostic::error(entry.key_span, format!("no table name: {why}")));
                }
            }
        }
        tables
    }

    fn table(&mut self, pattern: TablePattern, entry: &Entry) -> Option<TableRule> {
        let mut table = TableRule {
            pattern,
            span: entry.key_span,
            rows: None,
            columns: Vec::new(),
            keep: Vec::new(),
            exempt: None,
            owner: None,
            cut: Vec::new(),
        };
        let what = format!("the table `{}`", entry.key);
        let example = "write `{ columns: { NAME: MASK, ... } }`, `{ keep: WHY }` or `{ rows: none }`";
        for entry in self.map_of(&entry.node, &what, Some(example))? {
            match entry.key.as_str() {
                "rows" => table.rows = self.rows(&entry.node),
                "columns" => table.columns = self.columns(&entry.node),
                "keep" => table.keep = self.keeps(&entry.node),
                "exempt" => table.exempt = self.exempt(&entry.node),
                "owner" => table.owner = self.owner(&entry.node),
                "cut" => table.cut = self.texts(&entry.node, "`cut`", "a column"),
                _ => self.unknown_key(entry, &keys::TABLE),
            }
        }
        self.named_twice(&table);
        Some(table)
    }

    /// Refuses a column that two rules of one table name, or a pattern that stands there twice.
    fn named_twice(&mut self, table: &TableRule) {
        let kept = table.keep.iter().flat_map(|keep| keep.columns.iter().flatten());
        let columns = table.columns.iter().map(|rule| (&rule.column, false));
        let mut named: HashMap<(&Pattern, bool), Span> = HashMap::new();
        for (column, keep) in columns.chain(kept.map(|column| (column, true))) {
            // A pattern under `columns` may take some out of a keep by the same pattern; a name may not.
            let keep = keep && !column.value.is_literal();
            if let Some(first) = named.insert((&column.value, keep), column.span) {
                self.mistakes.push(
                    Diagnostic::error(column.span, format!("`{}` stands in this table a second time", column.value))
                        .related(first, "first here")
                        .help("leave it in one place"),
                );
            }
        }
    }

    pub(super) fn rows(&mut self, node: &Node) -> Option<Spanned<RowsRule>> {
        let text = self.text(node, "`rows`")?;
        let span = text.span;
        if text.value == "none" {
            return Some(Spanned { value: RowsRule::None, span });
        }
        let help = "write `none`, or one boolean SQL expression over the table's columns";
        let condition = self.condition(text, "`rows`", help)?;
        Some(Spanned { value: RowsRule::Where(condition), span })
    }

    /// One boolean SQL expression, as far as a tokenizer can tell.
    pub(super) fn condition(&mut self, text: Spanned<String>, what: &str, help: &str) -> Option<String> {
        match expression::check(&text.value) {
            Ok(()) => Some(text.value),
            Err(wrong) => {
                let at = self.inside(text.span, &text.value, wrong.at);
                self.mistakes.push(Diagnostic::error(at, format!("{what} is no condition: {}", wrong.why)).help(help));
                None
            }
        }
    }

    /// The place of a piece of a scalar, found by its characters: quotes, escapes and line breaks of YAML lie between.
    pub(super) fn inside(&self, span: Span, value: &str, piece: std::ops::Range<usize>) -> Span {
        let source = self.text.get(span.start..span.end).unwrap_or_default();
        let mut at = 0;
        let mut place = Span { start: span.start, end: span.start };
        for (index, c) in value.char_indices().take_while(|(index, _)| *index < piece.end) {
            if c.is_whitespace() {
                continue;
            }
            let Some(found) = source[at..].find(c) else {
                return span;
            };
            let start = at + found;
            at = start + c.len_utf8();
            if index <= piece.start {
                place.start = span.start + start;
            }
            place.end = span.start + at;
        }
        if place.start == place.end { span } else { place }
    }

    fn columns(&mut self, node: &Node) -> Vec<ColumnRule> {
        let example = "write `columns: { NAME: MASK, ... }`";
        let entries = self.map_of(node, "`columns`", Some(example)).unwrap_or_default();
        entries.iter().filter_map(|entry| self.column(entry)).collect()
    }

    fn column(&mut self, entry: &Entry) -> Option<ColumnRule> {
        let column = self.pattern(&entry.key, entry.key_span)?;
        let mut rule = ColumnRule {
            column,
            action: Action::Class,
            class: None,
            domain: None,
            per: None,
            unique: None,
            owner: None,
        };
        let Value::Map(entries) = &entry.node.value else {
            rule.action = Action::Mask(self.mask_name(&entry.node)?);
            return Some(rule);
        };
        let mut mask: Option<Spanned<String>> = None;
        let mut keep = None;
        let mut params = Vec::new();
        let mut later = false;
        for part in entries {
            match part.key.as_str() {
                "mask" => mask = self.text(&part.node, "`mask`"),
                "keep" => keep = self.text(&part.node, "`keep` (why it may stay as it is)"),
                "class" => {
                    rule.class = self.text(&part.node, "`class`").filter(|class| self.class_name(class));
                }
                "domain" => rule.domain = self.text(&part.node, "`domain`"),
                "per" => rule.per = self.text(&part.node, "`per`"),
                "owner" => rule.owner = self.owner(&part.node),
                "unique" => {
                    if self.choice(&part.node, "`unique`", &["true", "false"]) == Some("true") {
                        rule.unique = Some(part.node.span);
                    }
                }
                key if keys::COLUMN.is_later(key) => {
                    later = true;
                    self.unknown_key(part, &keys::COLUMN);
                }
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
                let known = |part: &&Entry| keys::KEEP.names().any(|name| name == part.key);
                for part in entries.iter().filter(|part| !known(part)) {
                    self.unknown_key(part, &keys::KEEP);
                }
                Action::Keep(self.reason(why, true)?)
            }
            // A mistake was noted where the value is.
            (None, None) if later || says("mask") || says("keep") => return None,
            (None, None) => {
                for part in &params {
                    self.unknown_key(part, &keys::COLUMN);
                }
                if !says("class") && params.is_empty() {
                    self.mistakes.push(
                        Diagnostic::error(entry.node.span, format!("the rule of `{}` says no mask", entry.key))
                            .help(RULE),
                    );
                }
                Action::Class
            }
        };
        Some(rule)
    }

    /// The rule of a class: a mask's name, or a map with `mask:` and its parameters.
    pub(super) fn class_mask(&mut self, node: &Node) -> Option<MaskUse> {
        let Value::Map(entries) = &node.value else {
            return self.mask_name(node);
        };
        let mut mask = None;
        let mut params = Vec::new();
        for entry in entries {
            match entry.key.as_str() {
                "mask" => mask = self.text(&entry.node, "`mask`"),
                key if keys::COLUMN.keys.iter().any(|known| known.name == key) => {
                    self.unknown_key(entry, &keys::CLASS);
                }
                _ => params.push(entry.clone()),
            }
        }
        match mask {
            Some(mask) => self.named(mask, params),
            None => {
                if !entries.iter().any(|entry| entry.key == "mask") {
                    self.mistakes.push(
                        Diagnostic::error(node.span, "the rule of a class says no mask").help("add `mask: NAME`"),
                    );
                }
                None
            }
        }
    }

    /// A mask's name where a rule is nothing else.
    fn mask_name(&mut self, node: &Node) -> Option<MaskUse> {
        if is_nothing(node) {
            self.mistakes.push(
                Diagnostic::error(node.span, "nothing stands here; a rule needs a mask")
                    .help("to make the values NULL, write `nullify`")
                    .help(RULE),
            );
            return None;
        }
        if matches!(node.value, Value::List(_)) {
            self.wrong(node, "a rule", "a mask's name or a map", Some(RULE));
            return None;
        }
        let name = self.text(node, "a rule")?;
        self.named(name, Vec::new())
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
        let example = "write `keep: WHY`, or `keep: { WHY: [COLUMN, ...] }`";
        let entries = match &node.value {
            Value::Map(entries) => entries,
            Value::List(_) => {
                self.wrong(node, "`keep`", "why the table may stay as it is, or a map", Some(example));
                return Vec::new();
            }
            Value::Text { .. } => {
                let why = self.text(node, "`keep` (why the table may stay as it is)");
                return why.into_iter().filter_map(|why| self.reason(why, true)).map(whole_table).collect();
            }
        };
        let mut keeps = Vec::new();
        for entry in entries {
            let why = self.reason(Spanned { value: entry.key.clone(), span: entry.key_span }, false);
            if matches!(&entry.node.value, Value::List(items) if items.is_empty()) {
                let found = Diagnostic::error(entry.node.span, "this keep names no column");
                self.mistakes.push(found.help("name them, or remove it"));
            }
            let columns = self.texts(&entry.node, "a keep's list of columns", "a column");
            let patterns: Vec<_> =
                columns.into_iter().filter_map(|column| self.pattern(&column.value, column.span)).collect();
            if let Some(why) = why {
                keeps.push(KeepRule { why, columns: Some(patterns) });
            }
        }
        keeps
    }

    /// A column's name or pattern.
    fn pattern(&mut self, text: &str, span: Span) -> Option<Spanned<Pattern>> {
        match Pattern::parse(text) {
            Ok(value) => Some(Spanned { value, span }),
            Err(why) => {
                self.mistakes.push(Diagnostic::error(span, format!("no column name: {why}")));
                None
            }
        }
    }

    /// A reason has words in it, all of them: an unquoted one ends where ` #` begins a comment.
    pub(super) fn reason(&mut self, why: Spanned<String>, value: bool) -> Option<Spanned<String>> {
        if !why.value.chars().any(char::is_alphabetic) {
            self.mistakes.push(
                Diagnostic::error(why.span, "a reason says in words why the value may stay as it is")
                    .help("say it in a few words for the reviewer"),
            );
            return None;
        }
        let quoted = self.text.get(why.span.start..).is_some_and(|text| text.starts_with(['"', '\'', '|', '>']));
        let rest = self.text.get(why.span.end..).unwrap_or_default().split('\n').next().unwrap_or_default();
        if value && !quoted && rest.trim_start_matches([' ', '\t']).starts_with('#') {
            self.mistakes.push(
                Diagnostic::error(why.span, "the reason ends where ` #` begins a comment")
                    .help("quote it if the rest belongs to it, or put the comment on a line of its own"),
            );
            return None;
        }
        Some(why)
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

//! A tree of nodes to a [`RuleFile`]: the top level, and what all readers share. Every mistake is collected.

use super::{ClassRule, MirrorRule, RuleFile, Spanned, Unlisted};
use crate::class;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};
use crate::node::{self, Entry, Node, Value};

/// Keys of the file itself.
pub(super) const TOP_KEYS: &[&str] = &["version", "name", "unlisted", "classes", "tables", "after_load", "mirror"];
/// Keys that the language has and this version does not.
const LATER_KEYS: &[&str] = &["environments", "references", "exceptions", "exempt", "json", "subset"];
/// Keys of `mirror:`.
const MIRROR_KEYS: &[&str] = &["roles", "comments", "large_objects"];

/// Reads a rule file.
///
/// # Errors
/// Every mistake that can be seen without a schema, sorted by place.
pub fn read(path: &str, text: &str) -> Result<RuleFile, Diagnostics> {
    let failed = |mut list: Vec<Diagnostic>| {
        list.sort_by_key(|found| found.span);
        Diagnostics { file: path.to_owned(), text: text.to_owned(), list }
    };
    let root = node::parse(text).map_err(failed)?;
    let mut reader = Reader { mistakes: Vec::new() };
    let file = reader.file(path, text, &root);
    match file {
        Some(file) if reader.mistakes.is_empty() => Ok(file),
        _ => Err(failed(reader.mistakes)),
    }
}

/// Collects mistakes while it walks the tree.
pub(super) struct Reader {
    pub(super) mistakes: Vec<Diagnostic>,
}

impl Reader {
    fn file(&mut self, path: &str, text: &str, root: &Node) -> Option<RuleFile> {
        let entries = self.map(root, "a rule file")?;
        let mut file = RuleFile {
            path: path.to_owned(),
            text: text.to_owned(),
            name: Spanned { value: stem(path), span: Span::default() },
            unlisted: Unlisted::Fail,
            classes: Vec::new(),
            tables: Vec::new(),
            after_load: Vec::new(),
            mirror: MirrorRule::default(),
        };
        for entry in entries {
            let node = &entry.node;
            match entry.key.as_str() {
                "version" => self.version(node),
                "name" => file.name = self.text(node, "`name`").unwrap_or(file.name),
                "unlisted" => match self.choice(node, "`unlisted`", &["fail", "mask"]) {
                    Some("mask") => file.unlisted = Unlisted::Mask,
                    _ => file.unlisted = Unlisted::Fail,
                },
                "classes" => file.classes = self.classes(node),
                "tables" => file.tables = self.tables(node),
                "after_load" => file.after_load = self.texts(node, "`after_load`"),
                "mirror" => file.mirror = self.mirror(node),
                _ => self.unknown_key(entry, "a rule file", TOP_KEYS),
            }
        }
        for needed in ["version", "tables"] {
            if !entries.iter().any(|entry| entry.key == needed) {
                let start = Span { start: root.span.start, end: root.span.start };
                self.mistakes.push(Diagnostic::error(start, format!("the file has no `{needed}:`")));
            }
        }
        Some(file)
    }

    fn version(&mut self, node: &Node) {
        if let Some(version) = self.text(node, "`version`")
            && version.value != "1"
        {
            self.mistakes.push(
                Diagnostic::error(version.span, format!("version {} of the rule language is not known", version.value))
                    .label("expected 1"),
            );
        }
    }

    fn classes(&mut self, node: &Node) -> Vec<ClassRule> {
        let mut classes = Vec::new();
        for entry in self.map(node, "`classes`").unwrap_or_default() {
            let known = self.class_name(&Spanned { value: entry.key.clone(), span: entry.key_span });
            if let Some(mask) = self.mask_use(&entry.node)
                && known
            {
                let class = Spanned { value: entry.key.clone(), span: entry.key_span };
                classes.push(ClassRule { class, mask });
            }
        }
        classes
    }

    /// Checks that a class exists.
    pub(super) fn class_name(&mut self, class: &Spanned<String>) -> bool {
        if class::find(&class.value).is_some() {
            return true;
        }
        let found = Diagnostic::error(class.span, format!("there is no class `{}`", class.value));
        self.mistakes.push(match nearest(&class.value, class::CLASSES.iter().map(|class| class.name)) {
            Some(near) => found.label(format!("did you mean `{near}`?")),
            None => found,
        });
        false
    }

    fn mirror(&mut self, node: &Node) -> MirrorRule {
        let mut mirror = MirrorRule::default();
        for entry in self.map(node, "`mirror`").unwrap_or_default() {
            match entry.key.as_str() {
                "roles" => {
                    for role in self.map(&entry.node, "`roles`").unwrap_or_default() {
                        if let Some(to) = self.text(&role.node, "a role's name on staging") {
                            mirror.roles.push((Spanned { value: role.key.clone(), span: role.key_span }, to));
                        }
                    }
                }
                "comments" => {
                    let word = self.choice(&entry.node, "`comments`", &["keep", "drop"]);
                    mirror.drop_comments = word == Some("drop");
                }
                "large_objects" => {
                    let word = self.choice(&entry.node, "`large_objects`", &["none"]);
                    mirror.leave_large_objects = word == Some("none");
                }
                _ => self.unknown_key(entry, "`mirror`", MIRROR_KEYS),
            }
        }
        mirror
    }

    /// The entries of a map.
    pub(super) fn map<'a>(&mut self, node: &'a Node, what: &str) -> Option<&'a [Entry]> {
        match &node.value {
            Value::Map(entries) => Some(entries),
            _ => {
                self.wrong(node, &format!("{what} is a map"));
                None
            }
        }
    }

    /// A text; nothing, `null` and `~` are mistakes.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<Spanned<String>> {
        match &node.value {
            Value::Text { text, quoted } if *quoted || !is_null(text) => {
                Some(Spanned { value: text.clone(), span: node.span })
            }
            Value::Text { .. } => {
                self.null(node, what);
                None
            }
            _ => {
                self.wrong(node, &format!("{what} is a single value"));
                None
            }
        }
    }

    /// A list of texts, or one text.
    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Vec<Spanned<String>> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.text(item, what)).collect(),
            _ => self.text(node, what).into_iter().collect(),
        }
    }

    /// One of a few words.
    pub(super) fn choice<'a>(&mut self, node: &Node, what: &str, words: &[&'a str]) -> Option<&'a str> {
        let text = self.text(node, what)?;
        let word = words.iter().find(|word| **word == text.value).copied();
        if word.is_none() {
            let found = Diagnostic::error(text.span, format!("{what} is {}", words.join(" or ")));
            self.mistakes.push(match nearest(&text.value, words.iter().copied()) {
                Some(near) => found.label(format!("did you mean `{near}`?")),
                None => found,
            });
        }
        word
    }

    /// A key that is not known here, with the nearest one that is.
    pub(super) fn unknown_key(&mut self, entry: &Entry, place: &str, keys: &[&str]) {
        let found = Diagnostic::error(entry.key_span, format!("{place} has no key `{}`", entry.key));
        self.mistakes.push(if LATER_KEYS.contains(&entry.key.as_str()) {
            found.label("not supported yet by this version")
        } else {
            match nearest(&entry.key, keys.iter().copied()) {
                Some(near) => found.label(format!("did you mean `{near}`?")),
                None => found.label(format!("it has {}", keys.join(", "))),
            }
        });
    }

    pub(super) fn wrong(&mut self, node: &Node, what: &str) {
        if matches!(&node.value, Value::Text { text, quoted: false } if is_null(text)) {
            self.null(node, what);
            return;
        }
        self.mistakes.push(Diagnostic::error(node.span, format!("{what}, not {}", kind(node))));
    }

    fn null(&mut self, node: &Node, what: &str) {
        self.mistakes.push(
            Diagnostic::error(node.span, format!("nothing stands here; {what} needs a value"))
                .help("to make a column NULL, write `nullify`; for the word itself, put it in quotes"),
        );
    }
}

/// How YAML writes nothing.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn kind(node: &Node) -> &'static str {
    match node.value {
        Value::Text { .. } => "a single value",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}

/// `rules/shop.yaml` is called `shop` unless it says otherwise.
fn stem(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml")).unwrap_or(file).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Action, RowsRule};

    /// `line:column message` of every mistake, behind a valid head of two lines.
    fn mistakes(body: &str) -> Vec<String> {
        let text = format!("version: 1\nname: t\n{body}");
        let found = read("t.yaml", &text).expect_err(body);
        let shown = |one: &Diagnostic| {
            let (line, column) = found.place(one.span.unwrap());
            format!("{line}:{column} {}", one.message)
        };
        found.list.iter().map(shown).collect()
    }

    #[test]
    fn the_language_is_read() {
        let text = r#"
version: 1
unlisted: mask
classes:
  id.national: { mask: digits }
tables:
  customers:
    rows: created_at >= now() - interval '2 years'
    columns:
      id:         permute
      email:      { class: contact.email }
      full_name:  { mask: person_name, class: person.name, locale: [en, de] }
      birth_date: { mask: date_shift, within: 30d, per: id, unique: true, domain: d }
      status:     { keep: "state, not a person" }
      "x_*":      nullify
    keep:
      "surrogate and state": [status, created_at]
  "stage_*": { rows: none }
  countries: { keep: "public reference data" }
after_load: [fixtures.sql]
mirror: { roles: { app: app_staging }, comments: drop, large_objects: none }
"#;
        let file = read("rules/shop.yaml", text).unwrap();
        assert_eq!(file.name.value, "shop");
        assert_eq!((file.tables.len(), file.classes.len(), file.after_load.len()), (3, 1, 1));
        let customers = &file.tables[0];
        assert!(matches!(&customers.rows.as_ref().unwrap().value, RowsRule::Where(sql) if sql.starts_with("created")));
        assert_eq!(customers.columns.len(), 6);
        let Action::Mask(mask) = &customers.columns[2].action else { panic!("a mask") };
        assert_eq!((mask.name.value.as_str(), mask.params.len()), ("person_name", 1));
        assert_eq!(customers.columns[3].per.as_ref().unwrap().value, "id");
        assert!(customers.columns[3].unique.is_some());
        assert_eq!(customers.keep[0].columns.as_ref().unwrap().len(), 2);
        assert_eq!(file.tables[2].keep[0].columns, None);
        assert!(file.mirror.drop_comments && file.mirror.leave_large_objects);
    }

    #[test]
    fn every_mistake_has_its_place() {
        for (body, expected) in [
            ("tables: {}\nunlistd: fail\n", "4:1 a rule file has no key `unlistd`"),
            ("tables: {}\nunlisted: never\n", "4:11 `unlisted` is fail or mask"),
            ("tables: []\n", "3:9 `tables` is a map, not a list"),
            ("tables:\n  t: { column: {} }\n", "4:8 a table has no key `column`"),
            ("tables:\n  t: { columns: { a: } }\n", "4:20 nothing stands here; a rule needs a value"),
            ("tables:\n  t: { columns: { a: null } }\n", "4:22 nothing stands here; a rule needs a value"),
            ("tables:\n  t: { columns: { a: keep } }\n", "4:22 a keep says why the value may stay as it is"),
            ("tables:\n  t: { columns: { a: {} } }\n", "4:22 the rule of `a` says no mask"),
            (
                "tables:\n  t: { columns: { a: { within: 3d } } }\n",
                "4:24 a column rule without `mask` has no key `within`",
            ),
            ("tables:\n  t: { columns: { a: { mask: m, keep: w } } }\n", "4:39 a column is either masked or kept"),
            ("tables:\n  t: { columns: { a: { class: contact.emial } } }\n", "4:31 there is no class `contact.emial`"),
            ("tables:\n  t: { keep: { '---': [a] } }\n", "4:16 a keep says why the value may stay as it is"),
            ("tables:\n  t: { rows: \"a; b\" }\n", "4:14 `rows` is no condition: `;` has no place in a condition"),
            (
                "tables:\n  a.b.c: { rows: none }\n",
                "4:3 no table name: a table's name is `table` or `schema.table`; put a part with a `.` in double quotes",
            ),
            ("tables:\n  t: { rows: none }\nenvironments: {}\n", "5:1 a rule file has no key `environments`"),
            ("tables: {}\nmirror: { comment: drop }\n", "4:11 `mirror` has no key `comment`"),
            ("tables: {}\nclasses: { contact.email: { within: 3d } }\n", "4:27 the rule says no mask"),
        ] {
            assert_eq!(mistakes(body), [expected], "{body}");
        }
    }

    #[test]
    fn all_mistakes_come_at_once() {
        let found = mistakes("tables:\n  t: { columns: { a: keep, b: ~ } }\n  u: { rows: \"\", keep: [1] }\nx: 1\n");
        assert_eq!(found.len(), 5, "{found:?}");
        assert_eq!(read("t.yaml", "name: t\n").unwrap_err().list.len(), 2);
    }
}

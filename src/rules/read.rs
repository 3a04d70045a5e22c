//! A tree of nodes to a [`RuleFile`]: the top level, and what all readers share. Every mistake is collected.

use std::collections::BTreeSet;

use super::keys::{self, Keys};
use super::{ClassRule, MirrorRule, RuleFile, ShapeRule, Spanned, Unlisted};
use crate::class;
use crate::class::profile::{self, Profile};
use crate::diagnostic::{Diagnostic, Diagnostics, Lines, Span, nearest};
use crate::node::{self, Entry, Node, Value};

/// Most characters of an owner: it stands in a line of every register.
pub const LONGEST_OWNER: usize = 200;

/// Reads a rule file.
///
/// # Errors
/// Every mistake that can be seen without a schema, sorted by place.
pub fn read(path: &str, text: &str) -> Result<RuleFile, Diagnostics> {
    match read_all(path, text) {
        (Some(file), found) if found.list.is_empty() => Ok(file),
        (_, found) => Err(found),
    }
}

/// Reads a rule file as far as it goes: what could be read, and every mistake that can be seen without a schema, sorted by
/// place.
pub fn read_all(path: &str, text: &str) -> (Option<RuleFile>, Diagnostics) {
    let (root, mut mistakes) = node::parse_all(text);
    let mut reader = Reader { text, mistakes: Vec::new() };
    let file = root.and_then(|root| reader.file(path, &root));
    // What is no strict YAML is not blamed a second time for what it says.
    let blamed: BTreeSet<Option<Span>> = mistakes.iter().map(|found| found.span).collect();
    mistakes.extend(reader.mistakes.into_iter().filter(|found| !blamed.contains(&found.span)));
    mistakes.sort_by_key(|found| found.span);
    (file, Diagnostics { file: path.to_owned(), text: text.to_owned(), list: mistakes })
}

/// Collects mistakes while it walks the tree.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) mistakes: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn file(&mut self, path: &str, root: &Node) -> Option<RuleFile> {
        let entries = self.map(root, "a rule file")?;
        let mut file = RuleFile {
            path: path.to_owned(),
            text: self.text.to_owned(),
            lines: Lines::of(self.text),
            name: Spanned { value: stem(path), span: Span::default() },
            owner: None,
            unlisted: Unlisted::Fail,
            profiles: Vec::new(),
            classes: Vec::new(),
            references: Vec::new(),
            tables: Vec::new(),
            after_load: Vec::new(),
            shape: ShapeRule::default(),
            mirror: MirrorRule::default(),
            environments: Vec::new(),
            exceptions: Vec::new(),
            environment: None,
        };
        for entry in entries {
            let node = &entry.node;
            match entry.key.as_str() {
                "version" => self.version(node),
                "name" => file.name = self.name(node).unwrap_or(file.name),
                "owner" => file.owner = self.owner(node),
                "unlisted" => match self.choice(node, "`unlisted`", &["fail", "mask"]) {
                    Some("mask") => file.unlisted = Unlisted::Mask,
                    _ => file.unlisted = Unlisted::Fail,
                },
                "profile" => file.profiles = self.profiles(node),
                "classes" => file.classes = self.classes(node),
                "references" => file.references = self.references(node),
                "tables" => file.tables = self.tables(node),
                "after_load" => file.after_load = self.texts(node, "`after_load`", "a script"),
                "shape" => file.shape = self.shape(node),
                "mirror" => file.mirror = self.mirror(node),
                "exceptions" => file.exceptions = self.exceptions(node),
                "environments" => file.environments = self.environments(node),
                _ => self.unknown_key(entry, &keys::FILE),
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

    /// A name that can stand in a line of a report.
    fn name(&mut self, node: &Node) -> Option<Spanned<String>> {
        let name = self.text(node, "`name`")?;
        if !is_one_line(&name.value) {
            self.mistakes.push(Diagnostic::error(name.span, "`name` is a word or a few, on one line"));
            return None;
        }
        Some(name)
    }

    /// Who answers for columns, without the blanks around the name.
    pub(super) fn owner(&mut self, node: &Node) -> Option<Spanned<String>> {
        let Spanned { value, span } = self.text(node, "`owner`")?;
        let value = value.trim();
        let length = value.chars().count();
        let wrong = if !is_one_line(value) {
            "`owner` is a word or a few, on one line".to_owned()
        } else if length > LONGEST_OWNER {
            format!("`owner` has {length} characters; {LONGEST_OWNER} are the most")
        } else {
            return Some(Spanned { value: value.to_owned(), span });
        };
        self.mistakes.push(Diagnostic::error(span, wrong).help("name who answers for the columns: a team, a role"));
        None
    }

    fn profiles(&mut self, node: &Node) -> Vec<Spanned<&'static Profile>> {
        let mut profiles: Vec<Spanned<&'static Profile>> = Vec::new();
        let names = profile::PROFILES.iter().map(|profile| profile.name);
        for name in self.texts(node, "`profile`", "a profile") {
            let span = name.span;
            match profile::find(&name.value) {
                None => {
                    let found = Diagnostic::error(span, format!("there is no profile `{}`", name.value));
                    self.mistakes.push(match nearest(&name.value, names.clone()) {
                        Some(near) => found.label(format!("did you mean `{near}`?")),
                        None => found.label(format!("there are {}", names.clone().collect::<Vec<_>>().join(", "))),
                    });
                }
                Some(value) => match profiles.iter().find(|known| known.value.name == value.name) {
                    None => profiles.push(Spanned { value, span }),
                    Some(first) => self.mistakes.push(
                        Diagnostic::error(span, format!("the profile `{}` stands here a second time", name.value))
                            .related(first.span, "first here")
                            .help("leave it in one place"),
                    ),
                },
            }
        }
        profiles
    }

    fn classes(&mut self, node: &Node) -> Vec<ClassRule> {
        let mut classes = Vec::new();
        for entry in self.map(node, "`classes`").unwrap_or_default() {
            let known = self.class_name(&Spanned { value: entry.key.clone(), span: entry.key_span });
            if let Some(mask) = self.class_mask(&entry.node)
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
        let inside: Vec<&str> = class::CLASSES
            .iter()
            .map(|known| known.name)
            .filter(|known| known.strip_prefix(&class.value).is_some_and(|rest| rest.starts_with('.')))
            .collect();
        if !inside.is_empty() {
            self.mistakes.push(found.label("name one inside it").help(inside.join(", ")));
            return false;
        }
        self.mistakes.push(match nearest(&class.value, class::CLASSES.iter().map(|class| class.name)) {
            Some(near) => found.label(format!("did you mean `{near}`?")),
            None => found,
        });
        false
    }

    fn shape(&mut self, node: &Node) -> ShapeRule {
        let mut shape = ShapeRule::default();
        for entry in self.map(node, "`shape`").unwrap_or_default() {
            let bound = match entry.key.as_str() {
                "nulls" => &mut shape.nulls,
                "distinct" => &mut shape.distinct,
                "top" => &mut shape.top,
                "length" => &mut shape.length,
                "numbers" => &mut shape.numbers,
                "beyond" => {
                    shape.fails = self.choice(&entry.node, "`beyond`", &["warn", "fail"]) == Some("fail");
                    continue;
                }
                _ => {
                    self.unknown_key(entry, &keys::SHAPE);
                    continue;
                }
            };
            let Some(text) = self.text(&entry.node, "a bound") else { continue };
            let share = text.value.strip_suffix('%').and_then(|number| number.parse::<f64>().ok());
            match share.filter(|share| share.is_finite() && (0.0..=10_000.0).contains(share)) {
                Some(share) => *bound = Some(share / 100.0),
                None => self.mistakes.push(
                    Diagnostic::error(text.span, format!("`{}` is no share", entry.key))
                        .label("expected a share such as 20%"),
                ),
            }
        }
        shape
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
                _ => self.unknown_key(entry, &keys::MIRROR),
            }
        }
        mirror
    }

    /// The entries of a map.
    pub(super) fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Entry]> {
        self.map_of(node, what, None)
    }

    /// The entries of a map, with an example for those who wrote something else.
    pub(super) fn map_of<'n>(&mut self, node: &'n Node, what: &str, example: Option<&str>) -> Option<&'n [Entry]> {
        match &node.value {
            Value::Map(entries) => Some(entries),
            _ => {
                self.wrong(node, what, "a map", example);
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
            _ => {
                self.wrong(node, what, "a single value", None);
                None
            }
        }
    }

    /// A list of texts, or one text. `one` is what each of them is.
    pub(super) fn texts(&mut self, node: &Node, what: &str, one: &str) -> Vec<Spanned<String>> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.text(item, one)).collect(),
            Value::Text { .. } => self.text(node, what).into_iter().collect(),
            Value::Map(_) => {
                self.wrong(node, what, "a list", None);
                Vec::new()
            }
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
    pub(super) fn unknown_key(&mut self, entry: &Entry, keys: &Keys) {
        if keys.is_later(&entry.key) {
            let message = format!("`{}` is not supported yet by this version", entry.key);
            self.mistakes.push(Diagnostic::error(entry.key_span, message));
            return;
        }
        let found = Diagnostic::error(entry.key_span, format!("{} has no key `{}`", keys.place, entry.key));
        self.mistakes.push(match nearest(&entry.key, keys.names()) {
            Some(near) => found.label(format!("did you mean `{near}`?")),
            None => found.label(format!("it has {}", keys.names().collect::<Vec<_>>().join(", "))),
        });
    }

    /// A node of another shape than expected.
    pub(super) fn wrong(&mut self, node: &Node, what: &str, shape: &str, example: Option<&str>) {
        let found = if is_nothing(node) {
            Diagnostic::error(node.span, format!("nothing stands here; {what} needs a value"))
        } else {
            Diagnostic::error(node.span, format!("{what} is {shape}, not {}", kind(node)))
        };
        let quote = matches!(&node.value, Value::Text { text, .. } if is_nothing(node) && !text.is_empty());
        let found = if quote { found.help("for the word itself, put it in quotes") } else { found };
        self.mistakes.push(match example {
            Some(example) => found.help(example),
            None => found,
        });
    }
}

/// Whether nothing stands where a value should.
pub(super) fn is_nothing(node: &Node) -> bool {
    matches!(&node.value, Value::Text { text, quoted: false } if is_null(text))
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

/// Whether something is said, on one line.
fn is_one_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
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

    #[test]
    fn the_language_is_read() {
        let text = r#"
version: 1
unlisted: mask
classes:
  id.national: { mask: digits }
references:
  - { from: events.user_ref, to: customers.id }
  - { from: comments.on_id, to: posts.id, where: { on_type: [Post, Article] } }
  - { from: "inv(t, c)", to: "acct(tenant, code)" }
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
      "surrogate and state": [country, created_at]
  "stage_*": { rows: none }
  countries: { keep: "public reference data" }
after_load: [fixtures.sql]
mirror: { roles: { app: app_staging }, comments: drop, large_objects: none }
"#;
        let file = read("rules/shop.yaml", text).unwrap();
        assert_eq!(file.name.value, "shop");
        assert_eq!((file.tables.len(), file.classes.len(), file.after_load.len()), (3, 1, 1));
        assert_eq!(file.references.len(), 3);
        assert_eq!(file.references[1].when.as_ref().unwrap().values.len(), 2);
        assert_eq!(file.references[2].from.value.to_string(), "inv(t, c)");
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
}

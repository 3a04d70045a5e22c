//! The keys of the rule language as data: the reader refuses every other one, and editors are told of these.

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As a rule file writes it.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// Whether it belongs to the language and not yet to this version.
    pub later: bool,
}

/// The keys of one place.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// What has them, as messages name it.
    pub place: &'static str,
    /// The keys, in the order in which a person would write them.
    pub keys: &'static [Key],
}

impl Keys {
    /// The names that this version reads.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().filter(|key| !key.later).map(|key| key.name)
    }

    /// Whether a name is for a later version.
    pub fn is_later(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.later && key.name == name)
    }
}

/// Of the file itself.
pub static FILE: Keys = Keys {
    place: "a rule file",
    keys: &[
        key("version", "the version of the rule language: 1"),
        key("name", "what the refreshed database is called in reports; the file's name if left out"),
        key("owner", "who answers for the columns, where neither they nor their table say it"),
        key("unlisted", "what happens to a column without a rule: fail, or mask (a safe mask by its type)"),
        key("profile", "the laws and standards whose demands on masks are checked"),
        key("classes", "the mask that a class of columns gets, where it is not the built-in one"),
        key("references", "joins that the schema does not declare"),
        key("tables", "the rules, table by table"),
        key("after_load", "SQL files to run on the copy before it is verified"),
        key("shape", "how far masked columns may be from production's"),
        key("mirror", "what of the schema is renamed or left out"),
        key("environments", "which rows staging, QA and others get (`--env NAME`)"),
        key("exceptions", "persons' columns that are kept for a reason and a time"),
    ],
};

/// Of a table.
pub static TABLE: Keys = Keys {
    place: "a table",
    keys: &[
        key("rows", "which rows travel: none, or a boolean SQL expression"),
        key("columns", "a rule for each column, or for each pattern of columns"),
        key("keep", "why all columns, or some, pass as they are"),
        key("owner", "who answers for its columns: a team, a role"),
        key("cut", "columns that become NULL where the row that they refer to stays behind"),
        key("exempt", "rows that pass as they are, for a reason and a time"),
    ],
};

/// Of a column rule that has a mask, or only a class.
pub static COLUMN: Keys = Keys {
    place: "a column rule without `mask`",
    keys: &[
        key("mask", "the mask's name; its parameters stand beside it"),
        key("keep", "why the column passes as it is"),
        key("class", "what the column holds; alone, it says the mask too"),
        key("domain", "columns of one domain get equal outputs for equal inputs"),
        key("per", "the column that names the row's subject"),
        key("unique", "true: different inputs give different outputs"),
        key("owner", "who answers for the column: a team, a role"),
        later("json", "rules for paths inside a JSON value"),
    ],
};

/// Of a column rule that keeps.
pub static KEEP: Keys = Keys {
    place: "a keep",
    keys: &[
        key("keep", "why the column passes as it is"),
        key("class", "what the column holds"),
        key("owner", "who answers for the column: a team, a role"),
    ],
};

/// Of a class's rule; all others are the mask's parameters.
pub static CLASS: Keys =
    Keys { place: "the rule of a class", keys: &[key("mask", "the mask's name; its parameters stand beside it")] };

/// Of an entry of `references:`.
pub static REFERENCE: Keys = Keys {
    place: "a reference",
    keys: &[
        key("from", "the column that refers, as table.column, or \"table(column, column)\""),
        key("to", "the column that is referred to, or as many"),
        key("where", "for columns that refer to different tables: the column that tells, and its value or values"),
    ],
};

/// Of an entry of `exceptions:`.
pub static EXCEPTION: Keys = Keys {
    place: "an exception",
    keys: &[
        key("column", "the column, as table.column"),
        key("allow", "what it lets be done: keep"),
        key("why", "the reason, for the reviewer"),
        key("expires", "the last day on which it holds, as YYYY-MM-DD (UTC)"),
    ],
};

/// Of `exempt:`.
pub static EXEMPT: Keys = Keys {
    place: "`exempt`",
    keys: &[
        key("where", "which rows, as a boolean SQL expression over the table's columns"),
        key("why", "the reason, for the reviewer"),
        key("expires", "the last day on which it holds, as YYYY-MM-DD (UTC)"),
        key("most", "the most rows that it may match, 100 if left out; more stop the run"),
    ],
};

/// Of `shape:`.
pub static SHAPE: Keys = Keys {
    place: "`shape`",
    keys: &[
        key("nulls", "difference of the shares of NULL, such as 0.1%"),
        key("distinct", "share of the different values that may be lost, such as 60%"),
        key("top", "what the most frequent value may gain, in shares of the rows, such as 20%"),
        key("length", "difference of the length of texts, such as 400%"),
        key("numbers", "how far numbers may move, in shares of their middle half, such as 50%"),
        key("beyond", "warn (default) or fail"),
    ],
};

/// Of `mirror:`.
pub static MIRROR: Keys = Keys {
    place: "`mirror`",
    keys: &[
        key("roles", "roles of production that have another name on staging"),
        key("comments", "keep or drop"),
        key("large_objects", "none: they are left out"),
    ],
};

/// Of an environment.
pub static ENVIRONMENT: Keys = Keys {
    place: "an environment",
    keys: &[
        key("subset", "the rows to begin with, by table: a share such as 5%, or a boolean SQL expression"),
        key("rows", "which rows travel, by table, besides what the tables themselves say"),
        later("quirks", "odd values that are mixed in"),
    ],
};

const fn key(name: &'static str, summary: &'static str) -> Key {
    Key { name, summary, later: false }
}

const fn later(name: &'static str, summary: &'static str) -> Key {
    Key { name, summary, later: true }
}

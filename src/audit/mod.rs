//! The register of a rule file: for reviewers who have no database, every column with what it holds, what happens to it,
//! who could undo that, why, and where it stands written; besides it what deserves a second look.
//!
//! It is made of a plan and the schema that the plan was made against, and knows no file, clock or server: what a run
//! measured and what only a server knows is handed in. It states method and effect and leaves the verdict to a person.

mod columns;
mod findings;
mod headline;
mod html;
mod literals;
mod markdown;
mod register;
mod run;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

pub use literals::{Carrier, Literals};
pub use register::{Input, register};
pub use run::Run;
pub(crate) use text::wrapped;

use crate::mask::Effect;

/// Everything that a reviewer is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Register {
    /// The rule file's `name:`.
    pub name: String,
    /// Its path as the user gave it.
    pub file: String,
    /// SHA-256 of its text, hexadecimal.
    pub rules_digest: String,
    /// The environment that it is for.
    pub environment: Option<String>,
    /// Profiles whose demands the masks meet.
    pub profiles: Vec<&'static str>,
    /// What the rules were resolved against: `the schema snapshot` or `the database`.
    pub against: &'static str,
    /// Version of the program.
    pub bauta: &'static str,
    /// Who signed the rules as they are.
    pub signed: Signed,
    /// The run whose report was given.
    pub run: Option<Run>,
    /// Counts over all columns.
    pub coverage: Coverage,
    /// What deserves a second look, the gravest first.
    pub findings: Vec<Finding>,
    /// Tables and their columns, sorted by name; partitions stand under the table that they are part of.
    pub tables: Vec<Table>,
    /// Texts of the schema that travel to staging as they are.
    pub literals: Literals,
    /// SQL files that run on the loaded data.
    pub scripts: Vec<String>,
}

/// Who signed the rules as they are, with their schema snapshot and scripts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// Names of those whose approvals count, in the order of the list of approvers; `None` where no list was given.
    pub by: Option<Vec<String>>,
    /// Files beside the rules that hold approvals which nobody checked.
    pub unchecked: usize,
    /// Why other approvals do not count, one line each.
    pub refused: Vec<String>,
}

/// Counts over all columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Tables.
    pub tables: usize,
    /// Columns.
    pub columns: usize,
    /// Columns by effect, in the order of [`Effect::ALL`].
    pub effects: Vec<EffectCount>,
    /// Columns that the server computes from others.
    pub computed: usize,
    /// Columns with a class.
    pub classed: usize,
    /// Columns of a person's class.
    pub personal: usize,
    /// Of these, the ones that are kept.
    pub personal_kept: usize,
    /// Columns that somebody answers for.
    pub owned: usize,
    /// Columns whose own line of the rule file says what happens.
    pub by_name: usize,
    /// Columns that follow the column that they refer to.
    pub following: usize,
    /// Columns that a pattern or the keep of a whole table covers.
    pub by_pattern: usize,
    /// Columns that no rule names (`unlisted: mask`).
    pub unlisted: usize,
}

/// How many columns one effect has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EffectCount {
    /// The effect.
    pub effect: Effect,
    /// Columns.
    pub columns: usize,
}

/// One table of the register.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Name as a rule file writes it.
    pub table: String,
    /// Partitions or children that it stands for, itself not counted.
    pub partitions: usize,
    /// Which rows travel: `all`, `none`, or the condition.
    pub rows: String,
    /// Rows of the run, or as production's server estimates them.
    pub row_count: Option<u64>,
    /// Rows that travel unmasked.
    pub exempt: Option<Exempt>,
    /// Its columns in their order.
    pub columns: Vec<Column>,
}

/// One column of the register.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Name.
    pub column: String,
    /// Type as SQL writes it.
    pub r#type: String,
    /// What it holds, as its rule says.
    pub class: Option<String>,
    /// What laws and standards call it.
    pub tags: Vec<Tag>,
    /// What its name and type look like, where no rule says what it holds.
    pub looks_like: Option<&'static str>,
    /// The mask and its parameters.
    pub mask: String,
    /// The mask's name alone.
    pub mask_name: &'static str,
    /// Its parameters, defaults included, as a rule file would write them.
    pub parameters: BTreeMap<String, String>,
    /// Whether different values stay different by construction.
    pub one_to_one: bool,
    /// What becomes of the values; `None` for columns that the server computes.
    pub effect: Option<Effect>,
    /// Who can get an original back.
    pub reversible: Reversible,
    /// What of an original can still be seen.
    pub still_shows: String,
    /// What holds for masked values.
    pub guarantees: Vec<&'static str>,
    /// The domain under which equal values get equal masked ones; `None` where nothing is drawn.
    pub domain: Option<String>,
    /// The column whose value decides instead.
    pub per: Option<String>,
    /// Where the mask comes from.
    pub decided: Decided,
    /// The reason: of a keep, else the remark beside the rule.
    pub reason: Option<String>,
    /// The exception that it needs.
    pub exception: Option<Exception>,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// What a law or standard calls a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// The law's short name.
    pub law: &'static str,
    /// The provision's short name, such as `GDPR Art. 9`.
    pub tag: &'static str,
    /// Where it stands.
    pub cites: &'static str,
    /// What it names.
    pub says: &'static str,
    /// Whether its law protects such data more than other data of persons.
    pub sensitive: bool,
}

/// Where a column's mask comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// By what.
    pub by: By,
    /// In words.
    pub text: String,
    /// Line of the rule file, also for columns that follow another one.
    pub line: Option<usize>,
    /// The column that it follows, at the end of the chain.
    pub follows: Option<String>,
}

/// What decides about a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A rule of its own.
    Rule,
    /// A pattern of columns or tables, or the keep of a whole table.
    Pattern,
    /// The column that it refers to.
    Reference,
    /// `unlisted: mask`.
    Unlisted,
    /// The table's rows stay behind.
    Rows,
    /// The server computes it.
    Server,
}

/// Who can get an original back from a masked value, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reversible {
    /// Who.
    pub by: Whom,
    /// How, or why not.
    pub how: String,
}

/// Who can get an original back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Whoever sees it.
    Anyone,
    /// Who holds the key.
    KeyHolder,
    /// Nobody.
    Nobody,
}

impl Whom {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Whom::Anyone => "anyone",
            Whom::KeyHolder => "holder of the key",
            Whom::Nobody => "nobody",
        }
    }
}

/// An exception that lets a person's column be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// Why.
    pub why: String,
    /// Last day, as the rule file has it.
    pub expires: String,
    /// Line of the rule file.
    pub line: usize,
}

/// Rows of a table that travel unmasked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exempt {
    /// Which, as a condition in SQL.
    pub condition: String,
    /// Columns of these rows that pass as they are.
    pub passes: Vec<String>,
    /// Why.
    pub why: String,
    /// Last day, as the rule file has it.
    pub expires: String,
    /// Line of the rule file.
    pub line: usize,
}

/// Something that deserves a second look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// How grave.
    pub weight: Weight,
    /// What kind, such as `few_values`.
    pub kind: &'static str,
    /// Column or table; empty for the file as a whole.
    pub place: String,
    /// What it is.
    pub text: String,
    /// What would help.
    pub remedy: String,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Somebody can probably be recognised by it, or nobody decided.
    High,
    /// It depends on what else is known.
    Medium,
    /// To know when judging.
    Low,
}

impl Weight {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Weight::High => "high",
            Weight::Medium => "medium",
            Weight::Low => "low",
        }
    }
}

impl Table {
    /// Who answers for more than half of its columns.
    pub fn owner(&self) -> Option<&str> {
        let columns = |owner: &str| self.columns.iter().filter(|column| column.owner.as_deref() == Some(owner)).count();
        let mut owners = self.columns.iter().filter_map(|column| column.owner.as_deref());
        owners.find(|owner| 2 * columns(owner) > self.columns.len())
    }

    /// Who answers for a column, where it is somebody else.
    pub(crate) fn owner_of<'a>(&self, column: &'a Column) -> Option<&'a str> {
        match (self.owner(), column.owner.as_deref()) {
            (Some(_), None) => Some("nobody"),
            (most, own) => own.filter(|_| own != most),
        }
    }
}

impl Column {
    /// The word for what becomes of the values.
    pub fn effect_word(&self) -> &'static str {
        self.effect.map_or("computed", Effect::word)
    }
}

impl Register {
    /// For terminals: at most `width` columns wide where words allow.
    pub fn to_text(&self, width: usize) -> String {
        text::write(self, width)
    }

    /// For documents.
    pub fn to_markdown(&self) -> String {
        markdown::write(self)
    }

    /// One page that needs nothing besides itself.
    pub fn to_html(&self) -> String {
        html::write(self)
    }
}

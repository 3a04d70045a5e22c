//! Rule files as written, with the place of everything: what a person wrote, typed as far as the language itself goes.
//! Nothing here looks at a database, the environment or a clock, and nothing is resolved: that is `plan`.

use crate::class::profile::Profile;
use crate::diagnostic::{Lines, Span};
use crate::node::Entry;
use crate::schema::TableName;

mod environment;
mod exception;
pub mod expression;
pub mod keys;
mod pattern;
mod read;
mod reference;
mod table;

pub use exception::{ExceptionRule, ExemptRule};
pub use read::{LONGEST_OWNER, read, read_all};

/// A piece of text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The thing.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// A whole rule file.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleFile {
    /// Its path as the user gave it.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Where its lines begin.
    pub lines: Lines,
    /// `name:`.
    pub name: Spanned<String>,
    /// `owner:`.
    pub owner: Option<Spanned<String>>,
    /// `unlisted:`.
    pub unlisted: Unlisted,
    /// `profile:`, in the file's order.
    pub profiles: Vec<Spanned<&'static Profile>>,
    /// `classes:`, in the file's order.
    pub classes: Vec<ClassRule>,
    /// `references:`, in the file's order.
    pub references: Vec<ReferenceRule>,
    /// `tables:`, in the file's order.
    pub tables: Vec<TableRule>,
    /// `after_load:`, paths relative to the rule file.
    pub after_load: Vec<Spanned<String>>,
    /// `shape:`.
    pub shape: ShapeRule,
    /// `mirror:`.
    pub mirror: MirrorRule,
    /// `environments:`, in the file's order.
    pub environments: Vec<EnvironmentRule>,
    /// `exceptions:`, in the file's order.
    pub exceptions: Vec<ExceptionRule>,
    /// Index of the environment that the run is for (`--env`); without one all rows travel.
    pub environment: Option<usize>,
}

impl RuleFile {
    /// The line of a place, from 1.
    pub fn line(&self, span: Span) -> usize {
        self.lines.line(span.start)
    }
}

/// One environment: which rows it gets. It can only narrow what the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentRule {
    /// Such as `qa`.
    pub name: Spanned<String>,
    /// `subset:`.
    pub subset: Vec<Narrowed<Chosen>>,
    /// `rows:`, each besides what the table's own `rows:` says.
    pub rows: Vec<Narrowed<RowsRule>>,
}

/// What an environment says about the tables under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowed<T> {
    /// `[schema.]table` with `*`.
    pub pattern: TablePattern,
    /// Where the key stands.
    pub span: Span,
    /// What it says.
    pub what: Spanned<T>,
}

/// Which rows of a table a subset begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// So many of them, by a keyed hash of the primary key.
    Share(Share),
    /// Those for which a boolean SQL expression is true.
    Where(String),
}

/// A share in millionths, above none and at most all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(pub u32);

/// What happens to a column that no rule names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unlisted {
    /// The run does not start.
    #[default]
    Fail,
    /// It gets a safe mask by its type.
    Mask,
}

/// One class and the mask that its columns get.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassRule {
    /// Such as `id.national`.
    pub class: Spanned<String>,
    /// The mask.
    pub mask: MaskUse,
}

/// A join that the schema does not declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceRule {
    /// Where the entry stands.
    pub span: Span,
    /// `from:`, the columns that refer.
    pub from: Spanned<KeyColumns>,
    /// `to:`, as many, in the same order.
    pub to: Spanned<KeyColumns>,
    /// `where:`, for columns that refer to different tables.
    pub when: Option<WhenRule>,
}

/// Columns of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyColumns {
    /// The table.
    pub table: TableName,
    /// One column or more, in order.
    pub columns: Vec<String>,
}

/// Which rows a reference holds for: those whose column has one of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhenRule {
    /// A column of the referring table.
    pub column: Spanned<String>,
    /// One value or more.
    pub values: Vec<Spanned<String>>,
}

/// A mask's name and its parameters, not yet read by the mask.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskUse {
    /// The name.
    pub name: Spanned<String>,
    /// The mask's own parameters.
    pub params: Vec<Entry>,
}

/// The rules under one table key.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRule {
    /// `[schema.]table` with `*`.
    pub pattern: TablePattern,
    /// Where the key stands.
    pub span: Span,
    /// `rows:`.
    pub rows: Option<Spanned<RowsRule>>,
    /// `columns:`, in the file's order.
    pub columns: Vec<ColumnRule>,
    /// `keep:`.
    pub keep: Vec<KeepRule>,
    /// `exempt:`.
    pub exempt: Option<ExemptRule>,
    /// `owner:`.
    pub owner: Option<Spanned<String>>,
    /// `cut:`: columns that become NULL where the row that they refer to stays behind.
    pub cut: Vec<Spanned<String>>,
}

/// A table key: each part verbatim, `*` for any run of characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TablePattern {
    /// Schema part; `public` where not written.
    pub schema: Pattern,
    /// Table part.
    pub name: Pattern,
}

/// A name in which unquoted `*` stands for any run of characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// The literal pieces between the stars: one piece where there is no star.
    pub pieces: Vec<String>,
}

/// `rows:` of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowsRule {
    /// `rows: none`.
    None,
    /// A boolean SQL expression.
    Where(String),
}

/// A grouped or whole-table keep.
#[derive(Clone, Debug, PartialEq)]
pub struct KeepRule {
    /// Why.
    pub why: Spanned<String>,
    /// The columns (names or patterns); `None` for the whole table.
    pub columns: Option<Vec<Spanned<Pattern>>>,
}

/// The rule of one column, or of all that match a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnRule {
    /// Name or pattern.
    pub column: Spanned<Pattern>,
    /// What it gets.
    pub action: Action,
    /// `class:`.
    pub class: Option<Spanned<String>>,
    /// `domain:`.
    pub domain: Option<Spanned<String>>,
    /// `per:`.
    pub per: Option<Spanned<String>>,
    /// `unique: true`.
    pub unique: Option<Span>,
    /// `owner:`.
    pub owner: Option<Spanned<String>>,
}

/// What a column rule says.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A mask.
    Mask(MaskUse),
    /// `keep: WHY`.
    Keep(Spanned<String>),
    /// Only a class: its mask.
    Class,
}

/// `shape:`: bounds in shares, and what happens beyond them. What is not said has a default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShapeRule {
    /// `nulls:`.
    pub nulls: Option<f64>,
    /// `distinct:`.
    pub distinct: Option<f64>,
    /// `top:`.
    pub top: Option<f64>,
    /// `length:`.
    pub length: Option<f64>,
    /// `numbers:`.
    pub numbers: Option<f64>,
    /// `beyond: fail`.
    pub fails: bool,
}

/// `mirror:`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MirrorRule {
    /// `roles:` production's name to staging's.
    pub roles: Vec<(Spanned<String>, Spanned<String>)>,
    /// `comments: drop`.
    pub drop_comments: bool,
    /// `large_objects: none`.
    pub leave_large_objects: bool,
}

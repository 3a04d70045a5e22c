//! The shape of a database as plain data: tables, columns, types, keys and sequences. Read from a catalog by
//! `postgres::catalog`, from CSV headers by `source::csv`, or from a schema snapshot file; it knows no rows and no
//! server.

use std::fmt;

use serde::{Deserialize, Serialize};

mod snapshot;

/// Schema that a table name without one belongs to.
pub const DEFAULT_SCHEMA: &str = "public";

/// Everything about a database that rules are resolved against.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Tables that hold rows or hand them to partitions, sorted by name. Views, foreign tables and tables that belong
    /// to an extension (its configuration excepted) are not among them.
    pub tables: Vec<Table>,
    /// Sequences, sorted by name.
    pub sequences: Vec<Sequence>,
}

impl Schema {
    /// Finds a table by its name.
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.iter().find(|table| &table.name == name)
    }

    /// Finds a column by its table's name and its own.
    pub fn column(&self, at: &ColumnName) -> Option<&Column> {
        self.table(&at.table)?.column(&at.column)
    }
}

/// Name of a table, verbatim as the server keeps it (never folded).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableName {
    /// Schema, such as `public`.
    pub schema: String,
    /// Name inside the schema.
    pub name: String,
}

impl TableName {
    /// Builds a name from its two parts.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }

    /// Names one of the table's columns.
    pub fn column(&self, column: impl Into<String>) -> ColumnName {
        ColumnName { table: self.clone(), column: column.into() }
    }
}

/// Writes a name as a rule file would: `public.` left out, a part in double quotes only where it needs them.
impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schema != DEFAULT_SCHEMA {
            write!(f, "{}.", rule_part(&self.schema))?;
        }
        f.write_str(&rule_part(&self.name))
    }
}

/// One part of a table name as a rule file writes it: quoted if it holds `.`, `*` or `"`.
fn rule_part(part: &str) -> String {
    if part.contains(['.', '*', '"']) { format!("\"{}\"", part.replace('"', "\"\"")) } else { part.to_owned() }
}

/// Name of a column of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnName {
    /// The table.
    pub table: TableName,
    /// The column, verbatim.
    pub column: String,
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.column)
    }
}

/// A table: ordinary, partitioned, partition or inheritance child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// Columns in the order of their attribute numbers, dropped ones left out.
    pub columns: Vec<Column>,
    /// The partitioned table it is a partition of, or the tables it inherits from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<TableName>,
    /// For a partitioned table (which holds no rows of its own): the columns in its partition key. None for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_key: Option<Vec<String>>,
    /// Whether it is a partition (declarative, not inheritance).
    #[serde(default, skip_serializing_if = "is_false")]
    pub partition: bool,
    /// Whether it is UNLOGGED.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unlogged: bool,
    /// What must be unique: primary key, UNIQUE constraints and unique indexes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique: Vec<Unique>,
    /// Foreign keys, columns paired by the constraint's own order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// CHECK constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Rows and bytes as the server estimates them; not part of a snapshot file.
    #[serde(skip)]
    pub size: Size,
}

impl Table {
    /// Finds a column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether rows are stored in this table itself.
    pub fn holds_rows(&self) -> bool {
        self.partition_key.is_none()
    }

    /// The columns that travel: all but those that the server generates.
    pub fn stored_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.generated)
    }
}

/// An estimate of a table's size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Rows, from the planner's statistics; 0 where never analyzed.
    pub rows: u64,
    /// Bytes of the heap and its TOAST.
    pub bytes: u64,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name, verbatim.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether it refuses NULL (by itself or through its domain).
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_null: bool,
    /// GENERATED ALWAYS AS (expression): left to the server, takes no rule.
    #[serde(default, skip_serializing_if = "is_false")]
    pub generated: bool,
}

/// A column's type, domains unwrapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Type {
    /// As SQL writes it (`format_type`), such as `character varying(20)` or `public.email_address`.
    pub sql: String,
    /// What masks see.
    pub kind: Kind,
    /// Longest text in characters, for `varchar(n)`, `char(n)` and domains over them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_chars: Option<u32>,
    /// Whether it is `char(n)`: blanks at the end are padding, not part of the value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub padded: bool,
    /// Whether case does not tell values apart: `citext`, and domains over it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub folds: bool,
    /// Labels in order, where the type (or its element) is an enum.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Fields in order, each with its type, where the type (or its element) is composite; those of fields too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// CHECK expressions of the domains around it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
    /// Whether binary COPY carries it unharmed between servers (see `postgres/catalog`).
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub binary: bool,
}

/// A type of which nothing but the kind is known.
impl From<Kind> for Type {
    fn from(kind: Kind) -> Self {
        Self {
            sql: kind.to_string(),
            kind,
            max_chars: None,
            padded: false,
            folds: false,
            labels: Vec::new(),
            fields: Vec::new(),
            checks: Vec::new(),
            binary: true,
        }
    }
}

impl Type {
    /// Digits before the point of `numeric(p, s)`; `None` where the type's name does not tell.
    pub fn whole_digits(&self) -> Option<u32> {
        let (precision, scale) =
            self.sql.trim_end_matches("[]").strip_prefix("numeric(")?.strip_suffix(')')?.split_once(',')?;
        let (precision, scale): (i32, i32) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
        Some(u32::try_from(precision.saturating_sub(scale)).unwrap_or(0))
    }

    /// The type as most people write it, such as `varchar(20)` or `timestamptz`.
    pub fn short(&self) -> String {
        let usual = [("character varying", "varchar"), ("character(", "char(")];
        let usual = usual.iter().fold(self.sql.clone(), |sql, (long, short)| sql.replace(long, short));
        ["timestamp", "time"].iter().fold(usual, |sql, name| {
            sql.replace(&format!("{name} with time zone"), &format!("{name}tz"))
                .replace(&format!("{name} without time zone"), name)
        })
    }
}

/// What a value is, as far as masks tell kinds apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `text`, `varchar`, `char(n)`, `citext`, `name`.
    Text,
    /// `smallint`.
    Int2,
    /// `integer`.
    Int4,
    /// `bigint`.
    Int8,
    /// `numeric`.
    Numeric,
    /// `real`.
    Float4,
    /// `double precision`.
    Float8,
    /// `boolean`.
    Bool,
    /// `date`.
    Date,
    /// `timestamp without time zone`.
    Timestamp,
    /// `timestamp with time zone`.
    TimestampTz,
    /// `time without time zone`.
    Time,
    /// `interval`.
    Interval,
    /// `uuid`.
    Uuid,
    /// `bytea`.
    Bytea,
    /// `inet`.
    Inet,
    /// `cidr`.
    Cidr,
    /// `macaddr`.
    Macaddr,
    /// `json`.
    Json,
    /// `jsonb`.
    Jsonb,
    /// `xml`.
    Xml,
    /// An enum; its labels stand in the [`Type`].
    Enum,
    /// An array of one of the others, of any number of dimensions.
    Array(Box<Kind>),
    /// A range over one of the others.
    Range(Box<Kind>),
    /// Anything else: geometric and composite types, extensions' types, multiranges. It can be kept or nullified.
    Other,
}

impl Kind {
    /// Every kind of a single value that is ever decoded.
    pub const SCALARS: &[Kind] = &[
        Kind::Text,
        Kind::Int2,
        Kind::Int4,
        Kind::Int8,
        Kind::Numeric,
        Kind::Float4,
        Kind::Float8,
        Kind::Bool,
        Kind::Date,
        Kind::Timestamp,
        Kind::TimestampTz,
        Kind::Time,
        Kind::Interval,
        Kind::Uuid,
        Kind::Bytea,
        Kind::Inet,
        Kind::Cidr,
        Kind::Macaddr,
        Kind::Json,
        Kind::Jsonb,
        Kind::Xml,
        Kind::Enum,
    ];

    /// The kind that a mask sees: the element of an array, the bound of a range, else itself.
    pub fn scalar(&self) -> &Kind {
        match self {
            Kind::Array(inner) | Kind::Range(inner) => inner.scalar(),
            other => other,
        }
    }
}

/// As a person would name the kind in a message.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Text => "text",
            Kind::Int2 => "smallint",
            Kind::Int4 => "integer",
            Kind::Int8 => "bigint",
            Kind::Numeric => "numeric",
            Kind::Float4 => "real",
            Kind::Float8 => "double precision",
            Kind::Bool => "boolean",
            Kind::Date => "date",
            Kind::Timestamp => "timestamp",
            Kind::TimestampTz => "timestamptz",
            Kind::Time => "time",
            Kind::Interval => "interval",
            Kind::Uuid => "uuid",
            Kind::Bytea => "bytea",
            Kind::Inet => "inet",
            Kind::Cidr => "cidr",
            Kind::Macaddr => "macaddr",
            Kind::Json => "json",
            Kind::Jsonb => "jsonb",
            Kind::Xml => "xml",
            Kind::Enum => "enum",
            Kind::Array(inner) => return write!(f, "{inner}[]"),
            Kind::Range(inner) => return write!(f, "range of {inner}"),
            Kind::Other => "a type of its own",
        })
    }
}

/// Columns whose values may not repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unique {
    /// Name of the constraint or index.
    pub name: String,
    /// The columns; for an expression index also those inside its expressions.
    pub columns: Vec<String>,
    /// Whether it is the primary key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub primary: bool,
    /// Columns inside its expressions and its condition: their values decide, not only whether they differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<String>,
    /// Its definition, where it is more than columns: an expression or partial index, an exclusion constraint, one for
    /// which two NULLs are equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// With a definition, what the key is made of, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<UniquePart>,
    /// Which rows it covers, as the server prints it; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Whether two NULLs are equal (NULLS NOT DISTINCT).
    #[serde(default, skip_serializing_if = "is_false")]
    pub nulls_equal: bool,
}

/// A part of a key that is more than columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UniquePart {
    /// The column or expression as the server prints it.
    pub sql: String,
    /// Of an exclusion constraint, the operator that may not hold between two rows; `None` is `=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Whether its collation makes different texts equal (a nondeterministic one).
    #[serde(default, skip_serializing_if = "is_false")]
    pub folds: bool,
}

/// A foreign key: `columns[i]` refers to `to_columns[i]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignKey {
    /// Name of the constraint.
    pub name: String,
    /// Columns here.
    pub columns: Vec<String>,
    /// The table that is referred to.
    pub to: TableName,
    /// Columns there, in the same order.
    pub to_columns: Vec<String>,
}

/// A CHECK constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Name of the constraint.
    pub name: String,
    /// Its expression as the server prints it.
    pub sql: String,
}

/// A sequence and the columns that take their values from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// Its name.
    pub name: TableName,
    /// Columns that own it, have it as their identity, or call `nextval` on it in their default.
    pub feeds: Vec<ColumnName>,
}

fn is_false(value: &bool) -> bool {
    !*value
}

fn is_true(value: &bool) -> bool {
    *value
}

fn yes() -> bool {
    true
}

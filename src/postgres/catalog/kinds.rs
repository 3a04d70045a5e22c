//! What a column's type is made of: domains taken off, elements and bounds found, and whether binary COPY carries it
//! unharmed. Pure, over the rows of `types.sql`.

use std::collections::BTreeMap;

use tokio_postgres::Row;

use super::get;
use crate::failure::Failure;
use crate::schema::{Kind, Type};

/// Types nest no deeper than this in any sane schema; a composite cannot hold itself.
const DEEPEST: usize = 64;

/// What a length modifier counts besides characters (`VARHDRSZ`).
const HEADER: i32 = 4;

/// Longest `name`, in bytes (`NAMEDATALEN` - 1).
const NAME_BYTES: u32 = 63;

/// Every type in use, by OID.
pub(super) struct Types(BTreeMap<u32, Entry>);

/// One type.
struct Entry {
    schema: String,
    name: String,
    form: Form,
    /// `typtypmod`: of a domain, the modifier of its base.
    modifier: i32,
    not_null: bool,
    has_binary: bool,
    labels: Vec<String>,
    checks: Vec<String>,
    extension: Option<String>,
}

/// How a type is made.
enum Form {
    Base,
    Enum,
    Array(u32),
    Domain(u32),
    Range(u32),
    Multirange(u32),
    /// Each field's type, and the field as SQL writes it.
    Composite(Vec<(u32, String)>),
    Pseudo,
}

impl Types {
    pub(super) fn read(rows: &[Row]) -> Result<Self, Failure> {
        rows.iter().map(|row| Ok((get(row, "oid")?, entry(row)?))).collect::<Result<_, _>>().map(Self)
    }

    /// The type of a column, and whether a domain around it refuses NULL.
    pub(super) fn resolve(&self, oid: u32, modifier: i32, sql: String) -> (Type, bool) {
        let kind = self.kind(oid, DEEPEST);
        let mut ty =
            Type { sql, fields: self.fields(oid, DEEPEST), binary: self.is_binary(oid, DEEPEST), ..kind.into() };
        let mut not_null = false;
        let (mut oid, mut modifier, mut inside_array) = (oid, modifier, false);
        for _ in 0..DEEPEST {
            let Some(entry) = self.0.get(&oid) else { break };
            let next = match entry.form {
                Form::Domain(base) => {
                    ty.checks.extend(entry.checks.iter().cloned());
                    not_null |= entry.not_null && !inside_array;
                    // The innermost domain knows the length; those around it have none of their own.
                    modifier = if entry.modifier >= 0 { entry.modifier } else { modifier };
                    base
                }
                Form::Array(element) => {
                    inside_array = true;
                    element
                }
                // A bound has a kind only; its length is the server's business.
                _ => {
                    ty.labels.clone_from(&entry.labels);
                    (ty.max_chars, ty.padded) = length(entry, modifier);
                    ty.folds = entry.is_citext();
                    break;
                }
            };
            oid = next;
        }
        (ty, not_null)
    }

    fn kind(&self, oid: u32, depth: usize) -> Kind {
        let (Some(entry), Some(depth)) = (self.0.get(&oid), depth.checked_sub(1)) else { return Kind::Other };
        match entry.form {
            Form::Base => base_kind(entry),
            Form::Enum => Kind::Enum,
            Form::Domain(base) => self.kind(base, depth),
            Form::Array(element) => match self.kind(element, depth) {
                // Arrays of domains over arrays, and of types that masks do not see into.
                Kind::Other | Kind::Array(_) => Kind::Other,
                element => Kind::Array(Box::new(element)),
            },
            Form::Range(bound) => match self.kind(bound, depth) {
                Kind::Other | Kind::Array(_) | Kind::Range(_) => Kind::Other,
                bound => Kind::Range(Box::new(bound)),
            },
            Form::Multirange(_) | Form::Composite(_) | Form::Pseudo => Kind::Other,
        }
    }

    /// The fields of a composite type and, after each, those of its own type, with the labels of enums among them.
    fn fields(&self, oid: u32, depth: usize) -> Vec<String> {
        let (Some(entry), Some(depth)) = (self.0.get(&oid), depth.checked_sub(1)) else { return Vec::new() };
        let fields = match &entry.form {
            Form::Array(inner) | Form::Domain(inner) | Form::Range(inner) | Form::Multirange(inner) => {
                return self.fields(*inner, depth);
            }
            Form::Composite(fields) => fields,
            Form::Base | Form::Enum | Form::Pseudo => return Vec::new(),
        };
        let mut written = Vec::new();
        for (of, field) in fields {
            let labels = self.0.get(of).map_or(&[][..], |of| &of.labels);
            written.push(if labels.is_empty() { field.clone() } else { format!("{field} ({})", labels.join(", ")) });
            written.extend(self.fields(*of, depth).iter().map(|inner| format!("{field}: {inner}")));
        }
        written
    }

    /// Whether every type that it is made of has a binary form, and none is a `reg*`: those travel as OIDs, which mean
    /// something else on another server.
    fn is_binary(&self, oid: u32, depth: usize) -> bool {
        let (Some(entry), Some(depth)) = (self.0.get(&oid), depth.checked_sub(1)) else { return false };
        entry.has_binary
            && match &entry.form {
                Form::Base => !(entry.is_built_in() && entry.name.starts_with("reg")),
                Form::Enum => true,
                Form::Pseudo => false,
                Form::Array(inner) | Form::Domain(inner) | Form::Range(inner) | Form::Multirange(inner) => {
                    self.is_binary(*inner, depth)
                }
                Form::Composite(fields) => fields.iter().all(|(field, _)| self.is_binary(*field, depth)),
            }
    }
}

impl Entry {
    fn is_citext(&self) -> bool {
        self.extension.as_deref() == Some("citext") && self.name == "citext"
    }

    fn is_built_in(&self) -> bool {
        self.schema == "pg_catalog" && self.extension.is_none()
    }
}

fn entry(row: &Row) -> Result<Entry, Failure> {
    let element: Option<u32> = get(row, "element")?;
    let base: Option<u32> = get(row, "base")?;
    let bound: Option<u32> = get(row, "bound")?;
    let form: &str = get(row, "form")?;
    let form = match (form, element, base, bound) {
        ("b", Some(element), _, _) => Form::Array(element),
        ("b", None, _, _) => Form::Base,
        ("e", ..) => Form::Enum,
        ("d", _, Some(base), _) => Form::Domain(base),
        ("r", _, _, Some(bound)) => Form::Range(bound),
        ("m", _, _, Some(bound)) => Form::Multirange(bound),
        ("c", ..) => {
            let (fields, written): (Vec<u32>, Vec<String>) = (get(row, "fields")?, get(row, "written_fields")?);
            Form::Composite(fields.into_iter().zip(written).collect())
        }
        _ => Form::Pseudo,
    };
    Ok(Entry {
        schema: get(row, "schema")?,
        name: get(row, "name")?,
        form,
        modifier: get(row, "modifier")?,
        not_null: get(row, "not_null")?,
        has_binary: get(row, "has_binary")?,
        labels: get(row, "labels")?,
        checks: get(row, "checks")?,
        extension: get(row, "extension")?,
    })
}

/// What masks see in a base type. Extensions' types are their own business, citext excepted.
fn base_kind(entry: &Entry) -> Kind {
    if entry.is_citext() {
        return Kind::Text;
    }
    if !entry.is_built_in() {
        return Kind::Other;
    }
    match entry.name.as_str() {
        "text" | "varchar" | "bpchar" | "name" => Kind::Text,
        "int2" => Kind::Int2,
        "int4" => Kind::Int4,
        "int8" => Kind::Int8,
        "numeric" => Kind::Numeric,
        "float4" => Kind::Float4,
        "float8" => Kind::Float8,
        "bool" => Kind::Bool,
        "date" => Kind::Date,
        "timestamp" => Kind::Timestamp,
        "timestamptz" => Kind::TimestampTz,
        "time" => Kind::Time,
        "interval" => Kind::Interval,
        "uuid" => Kind::Uuid,
        "bytea" => Kind::Bytea,
        "inet" => Kind::Inet,
        "cidr" => Kind::Cidr,
        "macaddr" => Kind::Macaddr,
        "json" => Kind::Json,
        "jsonb" => Kind::Jsonb,
        "xml" => Kind::Xml,
        _ => Kind::Other,
    }
}

/// Longest text in characters, and whether blanks fill it up.
fn length(entry: &Entry, modifier: i32) -> (Option<u32>, bool) {
    let written = u32::try_from(modifier - HEADER).ok();
    match entry.name.as_str() {
        _ if !entry.is_built_in() => (None, false),
        "varchar" => (written, false),
        "bpchar" => (written, true),
        "name" => (Some(NAME_BYTES), false),
        _ => (None, false),
    }
}

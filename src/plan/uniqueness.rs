//! What must be unique stays unique by construction: primary keys, UNIQUE constraints, unique indexes (composite, partial,
//! over expressions) and exclusion constraints. Every part of a key is kept or masked so that what differed still
//! differs; what becomes of expressions, conditions and overlaps is decided in `constraints`.

use super::ColumnPlan;
use super::constraints::{Output, Outputs, Part, Truth, Why, are_injective, is_injective, overlap, part, truth};
use super::formula::{Formula, elided};
use super::resolve::Plans;
use crate::diagnostic::{Diagnostic, Span};
use crate::mask::{MASKS, MaskDef, Params, Uniqueness};
use crate::schema::{Kind, Schema, Table, Unique};

/// Finds keys that will or may lose their uniqueness.
pub(super) fn check(schema: &Schema, plans: &Plans) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for table in schema.tables.iter().filter(|table| table.holds_rows()) {
        for unique in &table.unique {
            for one in look(table, unique, plans) {
                // The leaves of a table have the same keys: once is enough.
                if !found.iter().any(|known| known.span.is_some() && known.span == one.span) {
                    found.push(one);
                }
            }
        }
    }
    found
}

/// What is wrong with a key, or not known.
enum Finding {
    /// Two values of a column may become one.
    Merged(String, Why),
    /// A column's masked values may bring rows under the condition.
    Condition(String),
    /// Nobody knows.
    Unknown,
}

fn look(table: &Table, unique: &Unique, plans: &Plans) -> Vec<Diagnostic> {
    let outputs = Outputs::new(table, plans);
    // A table without plans sends no rows. Where a stored column has none, a mistake is noted already.
    if outputs.all_kept() || unique.columns.iter().chain(&unique.inside).any(|column| outputs.is_planless(column)) {
        return Vec::new();
    }
    let findings = findings(&outputs, unique);
    if findings.is_empty() || contains_a_held_key(&outputs, unique) {
        return Vec::new();
    }
    let key = Key { outputs: &outputs, unique };
    let mut found: Vec<Diagnostic> = findings.iter().filter_map(|finding| key.error(finding)).collect();
    if found.is_empty() {
        found.push(key.unknown());
    }
    found
}

/// Whether the key holds a set of plain columns that stays unique by itself.
fn contains_a_held_key(outputs: &Outputs<'_>, unique: &Unique) -> bool {
    let bare = bare(unique);
    outputs.table.unique.iter().any(|other| {
        let part = other.definition.is_none() && other.columns.iter().all(|column| bare.contains(&column.as_str()));
        part && other != unique && findings(outputs, other).is_empty()
    })
}

/// The plain columns of a key that are compared by `=`.
fn bare(unique: &Unique) -> Vec<&str> {
    if unique.definition.is_none() {
        return unique.columns.iter().map(String::as_str).collect();
    }
    let plain = unique.parts.iter().filter(|part| part.operator.is_none() && !part.folds);
    plain
        .filter_map(|part| unique.columns.iter().find(|column| is_name(&part.sql, column)).map(String::as_str))
        .collect()
}

/// Whether a piece of SQL is a column's name.
fn is_name(sql: &str, column: &str) -> bool {
    matches!(Formula::read(sql), Some(Formula::Column(name)) if name == *column)
}

/// Why a key may not hold; nothing if it does.
fn findings(outputs: &Outputs<'_>, unique: &Unique) -> Vec<Finding> {
    let condition = match &unique.condition {
        None => None,
        Some(sql) => match Formula::read(sql) {
            Some(formula) => Some(truth(outputs, &formula)),
            None if unique.inside.iter().all(|column| matches!(outputs.of(column), Output::Kept)) => None,
            None => return vec![Finding::Unknown],
        },
    };
    // A key that covers no row of staging holds.
    if condition.is_some_and(|truth| !truth.can_be_true) {
        return Vec::new();
    }
    let parts = parts(outputs, unique);
    if parts.contains(&Part::Null) && !unique.primary && !unique.nulls_equal {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = parts.into_iter().filter_map(finding).collect();
    if let Some(truth) = condition.filter(|truth| !truth.lets_nothing_in()) {
        findings.push(let_in(outputs, unique, truth));
    }
    findings
}

fn finding(part: Part) -> Option<Finding> {
    match part {
        Part::Apart => None,
        Part::Merged(column, why) => Some(Finding::Merged(column, why)),
        Part::Null | Part::Unknown => Some(Finding::Unknown),
    }
}

/// What becomes of each part of a key.
fn parts(outputs: &Outputs<'_>, unique: &Unique) -> Vec<Part> {
    let null = |column: &str| matches!(outputs.of(column), Output::Masked(_, gives) if gives.null);
    let equal_nulls = unique.primary || unique.nulls_equal;
    if unique.definition.is_none() {
        let plain = |column: &String| match part(outputs, &Formula::Column(column.clone()), false) {
            Part::Unknown => several(outputs, unique, column),
            Part::Null if unique.primary => Part::Merged(column.clone(), Why::Mask),
            other => other,
        };
        return unique.columns.iter().map(plain).collect();
    }
    // A snapshot of an earlier version has no parts.
    if unique.parts.is_empty() {
        let kept = |column: &String| matches!(outputs.of(column), Output::Kept);
        return if unique.columns.iter().chain(&unique.inside).all(kept) { Vec::new() } else { vec![Part::Unknown] };
    }
    let bare = bare(unique);
    let held = |column: &&&str| part(outputs, &Formula::Column((**column).to_owned()), false) == Part::Apart;
    let equal: Vec<&str> = bare.iter().filter(held).copied().collect();
    let each = |own: &crate::schema::UniquePart| {
        let Some(formula) = Formula::read(&own.sql) else { return Part::Unknown };
        let found = match &own.operator {
            None => part(outputs, &formula, own.folds),
            Some(operator) => overlap(outputs, &formula, operator, &equal),
        };
        match formula.columns().into_iter().find(|column| null(column)) {
            Some(column) if equal_nulls && found == Part::Null => Part::Merged(column.to_owned(), Why::Mask),
            _ => found,
        }
    };
    unique.parts.iter().map(each).collect()
}

/// What becomes of a column with several masks: two of them may give one output, unless what tells them apart is in the
/// key too.
fn several(outputs: &Outputs<'_>, unique: &Unique, column: &str) -> Part {
    let Some((plan, _)) = outputs.plan(column) else { return Part::Unknown };
    match &plan.switch {
        None => Part::Unknown,
        Some(switch) if unique.columns.contains(&switch.column) && are_injective(plan, switch) => Part::Apart,
        Some(_) => Part::Merged(column.to_owned(), Why::Mask),
    }
}

/// A condition that masked values may meet although the originals did not.
fn let_in(outputs: &Outputs<'_>, unique: &Unique, truth: Truth) -> Finding {
    let masked = |column: &&String| matches!(outputs.of(column), Output::Masked(..));
    let read = unique.condition.as_deref().and_then(Formula::read);
    let of_condition = |column: &&String| read.as_ref().is_some_and(|read| read.columns().contains(column.as_str()));
    match unique.inside.iter().filter(of_condition).find(masked) {
        Some(column) if truth.known => Finding::Condition(column.clone()),
        _ => Finding::Unknown,
    }
}

/// A key with its table, for what is said about it.
struct Key<'a> {
    outputs: &'a Outputs<'a>,
    unique: &'a Unique,
}

impl Key<'_> {
    /// What the key is, as a message names it.
    fn what(&self) -> &'static str {
        match &self.unique.definition {
            _ if self.unique.primary => "the primary key",
            Some(definition) if definition.starts_with("EXCLUDE") => "the exclusion constraint",
            _ => "the unique key",
        }
    }

    fn error(&self, finding: &Finding) -> Option<Diagnostic> {
        let (column, why) = match finding {
            Finding::Merged(column, why) => (column, Some(*why)),
            Finding::Condition(column) => (column, None),
            Finding::Unknown => return None,
        };
        let (plan, span) = self.outputs.plan(column)?;
        let (mask, name) = (plan.mask.name, self.outputs.table.name.column(column));
        let (what, key) = (self.what(), &self.unique.name);
        let definition = self.unique.definition.as_deref().unwrap_or_default();
        let message = match (finding, why) {
            (Finding::Condition(_), _) => {
                format!("`{mask}` can bring rows under the condition of {what} {key}: it changes {name}")
            }
            (_, Some(Why::Overlap)) => format!("`{mask}` of {name} can make ranges overlap that did not"),
            (_, Some(Why::Folded)) => format!("`{mask}` keeps values of {name} apart, but not as {key} compares them"),
            (_, Some(Why::Piece)) => {
                format!("`{mask}` keeps values of {name} apart, but not the pieces that {key} compares")
            }
            (_, Some(Why::Joined)) => {
                format!("`{mask}` keeps values of {name} apart, but not joined as {key} compares them")
            }
            (_, Some(Why::Default)) => format!("`{mask}` can give a value of {name} what {key} takes for NULL"),
            _ => format!("`{mask}` can give two values of {name} the same output"),
        };
        let one = Diagnostic { span, ..Diagnostic::error_without_place(message) };
        let must = if what == "the exclusion constraint" { "must hold" } else { "must stay unique" };
        let one = one.label(format!("{what} {key} {must}"));
        let one = match (finding, why) {
            (_, Some(Why::Overlap)) => one.help(format!(
                "mask all of its ends with `{mask}` and `per:` a column that the constraint compares by `=`, or keep them"
            )),
            (Finding::Condition(_), _) => one.help("keep the column, or mask it so that the condition stays what it was"),
            _ => one.help(self.remedy(column, why.unwrap_or(Why::Mask))),
        };
        Some(if definition.is_empty() { one } else { one.help(format!("the key: {definition}")) })
    }

    fn unknown(&self) -> Diagnostic {
        let Unique { name, columns, inside, definition, .. } = self.unique;
        let (what, table) = (self.what(), &self.outputs.table.name);
        let message = format!("whether {what} {name} of {table} stays unique cannot be known before the load");
        let masked = |column: &&String| !matches!(self.outputs.of(column), Output::Kept);
        let mut blamed = columns.iter().chain(inside).filter(masked);
        let span = blamed.find_map(|column| self.outputs.plan(column)?.1);
        let warning = Diagnostic { span, ..Diagnostic::warning_without_place(message) };
        match definition {
            Some(definition) => warning.help(format!("it depends on masked values: {}", elided(definition))),
            None => warning.help("the server computes a column of it from masked ones"),
        }
    }

    /// Masks that keep the column unique as the key compares it.
    fn remedy(&self, column: &str, why: Why) -> String {
        let Some((plan, _)) = self.outputs.plan(column) else { return "keep the column".to_owned() };
        if plan.mask.promises.unique == Uniqueness::Option && why == Why::Mask {
            return "add `unique: true` to the rule".to_owned();
        }
        if matches!(why, Why::Piece | Why::Joined) {
            return "no mask keeps it unique: keep the column".to_owned();
        }
        if why == Why::Default && plan.mask.name == "permute" {
            return "add the number to `fixed:`".to_owned();
        }
        let kind = &plan.facts.ty.kind;
        let holds = |mask: &&&'static MaskDef| {
            let Ok(mut params) = Params::read(mask.name, mask.params, &[], Span::default()) else { return false };
            params.unique = true;
            let tried = ColumnPlan { mask, params, ..plan.clone() };
            if !is_injective(&tried) || !(mask.check)(&tried.params, &tried.facts).is_empty() {
                return false;
            }
            let outputs = self.outputs.with(&tried);
            let merged = |one: &Finding| matches!(one, Finding::Merged(own, _) if own == column);
            !findings(&outputs, self.unique).iter().any(merged)
        };
        let can = MASKS.iter().filter(|def| def.name != "keep" && def.accepts.takes(kind)).filter(holds);
        let names: Vec<String> = can
            .map(|def| match def.promises.unique {
                Uniqueness::Option => format!("{} (`unique: true`)", def.name),
                _ => def.name.to_owned(),
            })
            .collect();
        match names[..] {
            [] if matches!(kind.scalar(), Kind::Int2 | Kind::Int4 | Kind::Int8) => {
                "use `permute` with the number that stands for NULL in `fixed:`, or keep the column".to_owned()
            }
            [] => format!("no mask keeps {kind} unique: keep the column"),
            _ => format!("masks that keep {kind} unique: {}", names.join(", ")),
        }
    }
}

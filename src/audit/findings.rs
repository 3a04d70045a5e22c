//! What deserves a second look: masks that hide little where they stand, keeps that nobody named or that together point
//! at a person, and what nobody said.

use super::columns::is_personal;
use super::{By, Column, Finding, Input, Table, Weight};
use crate::class;
use crate::mask::Effect;
use crate::plan::{ColumnPlan, QuasiIdentifiers};
use crate::report::KAnonymity;
use crate::rules::Unlisted;
use crate::schema::Kind;

/// Fewer different values than these show which is which by how often each occurs.
const FEW_VALUES: u64 = 100;

/// Fewer values to go to than these, and a permutation can be listed (the least domain of NIST SP 800-38G Rev. 1).
const SMALL_DOMAIN: u128 = 1_000_000;

/// All findings, the gravest first.
pub(super) fn all(input: &Input<'_>, tables: &[Table]) -> Vec<Finding> {
    let mut found = Vec::new();
    for table in &input.plan.tables {
        let own = table.columns.iter().filter(|column| column.because.source().is_none());
        for column in own {
            found.extend(few_values(input, column));
            found.extend(small_domain(column));
            found.extend(moves_together(column));
        }
    }
    for table in tables {
        found.extend(looks_personal(table));
        found.extend(let_pass(input, table));
    }
    found.extend(input.plan.quasi_identifiers.iter().map(|of| quasi(input, of)));
    found.extend(without_class(tables));
    found.extend(without_owner(tables));
    found.extend(nobody_reviewed(input, tables));
    found.extend(nobody_decided(input, tables));
    found.extend(scripts(input));
    found.extend(other_rules(input));
    // Partitions say what their root says.
    for one in &mut found {
        one.place = place_at_root(input, &one.place);
    }
    found.sort();
    found.dedup();
    found
}

fn finding(weight: Weight, kind: &'static str, place: impl ToString, text: String, remedy: &str) -> Finding {
    Finding { weight, kind, place: place.to_string(), text, remedy: remedy.to_owned() }
}

/// A partition's column is told by its root.
fn place_at_root(input: &Input<'_>, place: &str) -> String {
    let leaf = input.plan.tables.iter().flat_map(|table| &table.columns);
    match leaf.map(|column| &column.facts.column).find(|column| column.to_string() == place) {
        Some(column) => super::register::root(input.schema, &column.table).column(&column.column).to_string(),
        None => place.to_owned(),
    }
}

/// Equal values get equal masked ones, and there are few of them.
fn few_values(input: &Input<'_>, column: &ColumnPlan) -> Option<Finding> {
    let drawn = matches!(column.effect(), Effect::Pseudonymised | Effect::Synthetic);
    // Of a unique column each value occurs once: how often tells nothing.
    if !drawn
        || is_key(input, column)
        || column.per.is_some()
        || column.switch.is_some()
        || !column.mask.promises.deterministic
    {
        return None;
    }
    let ty = &column.facts.ty;
    let name = &column.facts.column;
    let (count, known) = match (input.distinct.get(name), ty.kind.scalar()) {
        (Some(count), _) => (*count, "as the server estimates"),
        (None, Kind::Bool) => (2, "true and false"),
        (None, Kind::Enum) => (ty.labels.len() as u64, "its labels"),
        _ => return None,
    };
    (count > 0 && count < FEW_VALUES).then(|| {
        let text = format!(
            "`{}` gives equal values equal results, and there are only {count} different ones ({known}): how often each \
             occurs tells which is which",
            column.mask.name
        );
        finding(Weight::Medium, "few_values", name, text, "draw per row with `per:`, or use `redact`, `nullify` or `constant`")
    })
}

/// Whether the column alone is a key of its table.
fn is_key(input: &Input<'_>, column: &ColumnPlan) -> bool {
    let name = &column.facts.column;
    let keys = input.schema.table(&name.table).into_iter().flat_map(|table| &table.unique);
    keys.into_iter()
        .any(|key| key.definition.is_none() && key.condition.is_none() && key.columns == [name.column.clone()])
}

/// A permutation with few places to go.
fn small_domain(column: &ColumnPlan) -> Option<Finding> {
    let facts = &column.facts;
    let ten_to = |chars: u32| 10_u128.checked_pow(chars).unwrap_or(u128::MAX);
    let size = match column.mask.name {
        "permute" => match (column.params.range("range"), facts.domain_kinds.contains(&Kind::Int2)) {
            (Some((from, to)), _) => u128::from(to.abs_diff(from)) + 1,
            (None, true) => 1 << 14,
            (None, false) => return None,
        },
        "digits" | "pattern" => ten_to(facts.max_chars?),
        "pseudonym" => 38_u128.checked_pow(facts.max_chars.filter(|chars| *chars < 16)?).unwrap_or(u128::MAX),
        _ => return None,
    };
    (size < SMALL_DOMAIN).then(|| {
        let weight = if column.params.bool("small") { Weight::High } else { Weight::Medium };
        let text = format!(
            "`{}` has only {} values to go to here: who knows some pairs of original and masked value learns much about the \
             others",
            column.mask.name,
            grouped(size)
        );
        finding(weight, "small_domain", &facts.column, text, "widen the column or its `range`, or use a mask that is not one to one")
    })
}

/// Unique dates and times all move by one span.
fn moves_together(column: &ColumnPlan) -> Option<Finding> {
    (column.effect() == Effect::Perturbed && column.mask.name != "number_noise" && column.is_one_to_one()).then(|| {
        let text = format!(
            "`{}` moves all values by one span, so that they stay unique: who knows one knows all",
            column.mask.name
        );
        finding(
            Weight::Medium,
            "one_shift",
            &column.facts.column,
            text,
            "drop the uniqueness where nothing needs it, or remove the column's values",
        )
    })
}

/// Columns that together point at a person, and show it truly.
fn quasi(input: &Input<'_>, of: &QuasiIdentifiers) -> Finding {
    let mut measured = input.run.iter().flat_map(|run| &run.k_anonymity);
    let measured = measured.find(|one| one.table == of.table.to_string() && one.columns == of.columns);
    let (weight, measure) = match measured {
        Some(one) if one.k >= KAnonymity::FEW => (Weight::Low, format!("in the last run {one}")),
        Some(one) => (Weight::High, format!("in the last run {one}")),
        None => (Weight::Medium, "the report of a run tells how many rows share each combination".to_owned()),
    };
    let text = format!(
        "kept, or only made coarser, beside columns of a person: {}; together such values point at people; {measure}",
        of.columns.join(", ")
    );
    finding(
        weight,
        "quasi_identifiers",
        &of.table,
        text,
        "mask or coarsen them, or say in the reason why they cannot point at anybody",
    )
}

/// Kept, without a class, and looking like a person's.
fn looks_personal(table: &Table) -> Vec<Finding> {
    let kept = table.columns.iter().filter(|column| column.effect == Some(Effect::Kept));
    let suspicious =
        kept.filter_map(|column| Some((column, column.looks_like.filter(|class| class::is_personal(class))?)));
    suspicious
        .filter(|(column, _)| column.decided.by != By::Reference)
        .map(|(column, class)| {
            let text = format!("kept, and by its name it looks like {class}");
            let place = format!("{}.{}", table.table, column.column);
            finding(Weight::High, "looks_personal", place, text, "mask it, or say with `class:` what else it is")
        })
        .collect()
}

/// What is let pass on purpose: columns by an exception, rows as exempt; graver shortly before and after its last day.
fn let_pass(input: &Input<'_>, table: &Table) -> Vec<Finding> {
    let excepted = table.columns.iter().filter_map(|column| {
        let exception = column.exception.as_ref()?;
        let text = format!("a person's column, kept by an exception until {}: {}", exception.expires, exception.why);
        Some((format!("{}.{}", table.table, column.column), text, &exception.expires))
    });
    let exempt = table.exempt.iter().map(|exempt| {
        let text = format!("rows where {} travel unmasked until {}: {}", exempt.condition, exempt.expires, exempt.why);
        (table.table.clone(), text, &exempt.expires)
    });
    let days = |expires: &str| {
        let last: jiff::civil::Date = expires.parse().ok()?;
        Some(input.today?.until(last).ok()?.get_days())
    };
    let told = |(place, text, expires): (String, String, &String)| {
        let (weight, text) = match days(expires) {
            Some(days) if days < 0 => (Weight::High, format!("{text} (expired: no run starts)")),
            Some(days) if days < 30 => (Weight::Medium, format!("{text} ({days} days left)")),
            _ => (Weight::Low, text),
        };
        finding(weight, "let_pass", place, text, "mask it before that day, or have it reviewed again")
    };
    excepted.chain(exempt).map(told).collect()
}

/// Masked columns of which nobody said what they hold.
fn without_class(tables: &[Table]) -> Option<Finding> {
    let masked = |column: &&Column| {
        column.class.is_none()
            && !matches!(column.effect, None | Some(Effect::Kept))
            // A surrogate key holds nothing that a class could tell.
            && !column.mask.starts_with("permute")
            && matches!(column.decided.by, By::Rule | By::Pattern)
    };
    let mut names = Vec::new();
    for table in tables {
        names.extend(table.columns.iter().filter(masked).map(|column| format!("{}.{}", table.table, column.column)));
    }
    (!names.is_empty()).then(|| {
        let text = format!("{} without a class: {}", counted(names.len(), "masked column"), listed(&names));
        finding(
            Weight::Low,
            "no_class",
            "",
            text,
            "name what they hold with `class:`, so that laws and profiles can be told",
        )
    })
}

/// Columns of persons that nobody answers for, where others have an owner.
fn without_owner(tables: &[Table]) -> Option<Finding> {
    let columns = || tables.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    if columns().all(|(_, column)| column.owner.is_none()) {
        return None;
    }
    let orphans = columns().filter(|(_, column)| column.owner.is_none() && is_personal(column));
    let names: Vec<String> = orphans.map(|(table, column)| format!("{}.{}", table.table, column.column)).collect();
    (!names.is_empty()).then(|| {
        let text = format!("{} of persons without an owner: {}", counted(names.len(), "column"), listed(&names));
        finding(
            Weight::Low,
            "no_owner",
            "",
            text,
            "say with `owner:` who answers for them, at the column, its table or the file",
        )
    })
}

/// Keeps over columns that nobody named, where no snapshot says which these were.
fn nobody_reviewed(input: &Input<'_>, tables: &[Table]) -> Option<Finding> {
    if input.reviewed {
        return None;
    }
    let broad = tables.iter().flat_map(|table| &table.columns);
    let broad = broad.filter(|column| column.decided.by == By::Pattern && column.effect == Some(Effect::Kept)).count();
    (broad > 0).then(|| {
        let text = format!(
            "{} kept by a pattern or a whole-table keep, and no snapshot says which ones were reviewed",
            counted(broad, "column")
        );
        finding(
            Weight::High,
            "keep_without_snapshot",
            "",
            text,
            "write a snapshot beside the rules with `bauta snapshot`",
        )
    })
}

/// Columns that no rule names.
fn nobody_decided(input: &Input<'_>, tables: &[Table]) -> Option<Finding> {
    let unlisted = tables.iter().flat_map(|table| &table.columns).filter(|column| column.decided.by == By::Unlisted);
    let count = unlisted.count();
    (input.rules.unlisted == Unlisted::Mask).then(|| {
        let text = format!(
            "`unlisted: mask` stands in the file: {} masked by type alone, and new ones will be",
            counted(count, "column")
        );
        let weight = if count > 0 { Weight::Medium } else { Weight::Low };
        finding(weight, "unlisted", "", text, "write rules for them, and `unlisted: fail`")
    })
}

/// Scripts can write anything into staging.
fn scripts(input: &Input<'_>) -> Option<Finding> {
    let names: Vec<String> = input.plan.after_load.iter().map(|script| script.name.clone()).collect();
    (!names.is_empty()).then(|| {
        let text =
            format!("SQL that runs on the loaded data: {}; this register does not say what it writes", listed(&names));
        finding(Weight::Low, "scripts", "", text, "read it")
    })
}

/// The report is of other rules.
fn other_rules(input: &Input<'_>) -> Option<Finding> {
    let run = input.run.as_ref()?;
    (run.rules_digest != input.plan.rules_digest).then(|| {
        let text = format!("the report of run {} is of another version of the rules", run.run);
        finding(Weight::Medium, "other_rules", "", text, "take the report of a run with these rules")
    })
}

/// "1 column", "7 columns".
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The first names of a list.
fn listed(names: &[String]) -> String {
    const MOST: usize = 12;
    let mut text = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        text += &format!(" and {} more", names.len() - MOST);
    }
    text
}

/// A number with commas between its thousands.
pub(super) fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

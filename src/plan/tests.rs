//! Plans of small schemas: what covers what, what follows what, what is refused and where.

use super::{Plan, Rows, resolve};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::rules;
use crate::schema::{Column, ForeignKey, Kind, Schema, Table, TableName, Unique};

fn column(name: &str, kind: Kind) -> Column {
    Column { name: name.to_owned(), ty: kind.into(), not_null: false, generated: false }
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table {
        name: TableName::new("public", name),
        columns,
        parents: vec![],
        partition_key: None,
        partition: false,
        unlogged: false,
        unique: vec![],
        foreign_keys: vec![],
        checks: vec![],
        size: Default::default(),
    }
}

fn primary(column: &str) -> Unique {
    Unique { name: "pk".to_owned(), columns: vec![column.to_owned()], primary: true, ..Unique::default() }
}

fn refers(column: &str, to: &str, to_column: &str) -> ForeignKey {
    ForeignKey {
        name: format!("{column}_fk"),
        columns: vec![column.to_owned()],
        to: TableName::new("public", to),
        to_columns: vec![to_column.to_owned()],
    }
}

/// customers <- orders (partitioned: orders_1), customers refers to itself.
fn shop() -> Schema {
    let mut customers = table(
        "customers",
        vec![
            column("id", Kind::Text),
            column("email", Kind::Text),
            column("boss", Kind::Text),
            column("n", Kind::Int4),
        ],
    );
    customers.unique = vec![primary("id")];
    customers.foreign_keys = vec![refers("boss", "customers", "id")];
    let columns = vec![column("customer", Kind::Text), column("day", Kind::Date), column("total", Kind::Int4)];
    let mut orders = table("orders", columns.clone());
    orders.partition_key = Some(vec!["day".to_owned()]);
    orders.foreign_keys = vec![refers("customer", "customers", "id")];
    let mut leaf = table("orders_1", columns);
    leaf.parents = vec![orders.name.clone()];
    leaf.partition = true;
    leaf.foreign_keys = vec![refers("customer", "customers", "id")];
    Schema { tables: vec![customers, orders, leaf], sequences: vec![] }
}

fn with(body: &str) -> (Option<Plan>, Diagnostics) {
    let text = format!("version: 1\ntables:\n{body}");
    let rules = rules::read("t.yaml", &text).unwrap_or_else(|found| panic!("{:?}", found.list));
    resolve(&rules, &shop(), Some(&shop()), vec![])
}

fn mistakes(body: &str) -> Vec<String> {
    let (plan, found) = with(body);
    assert!(plan.is_none(), "{body}");
    let line = |found: &Diagnostics, one: &Diagnostic| one.span.map_or(0, |span| found.place(span).0);
    found.list.iter().map(|one| format!("{}: {}", line(&found, one), one.message)).collect()
}

/// `table.column mask (because)` of every column.
fn shown(plan: &Plan) -> Vec<String> {
    let columns = plan.tables.iter().flat_map(|table| &table.columns);
    columns.map(|column| format!("{} {} ({})", column.facts.column, column.mask.name, column.because)).collect()
}

const CUSTOMERS: &str = "  customers:\n    columns: { email: nullify }\n    keep: { \"made up\": [id, n] }\n";

#[test]
fn foreign_keys_follow_and_leaves_take_their_parents_rules() {
    let (plan, found) = with(&format!("{CUSTOMERS}  orders: {{ keep: \"no person in it\" }}\n"));
    let plan = plan.unwrap_or_else(|| panic!("{:?}", found.list));
    assert_eq!(
        shown(&plan),
        [
            "customers.id keep (kept at line 5: made up)",
            "customers.email nullify (rule at line 4)",
            "customers.boss keep (follows customers.id by foreign key boss_fk)",
            "customers.n keep (kept at line 5: made up)",
            "orders_1.customer keep (follows customers.id by foreign key customer_fk)",
            "orders_1.day keep (kept at line 6: no person in it)",
            "orders_1.total keep (kept at line 6: no person in it)",
        ]
    );
    assert_eq!(plan.tables.iter().map(|table| table.into.name.as_str()).collect::<Vec<_>>(), ["customers", "orders_1"]);
}

#[test]
fn a_masked_partition_key_loads_through_the_root() {
    let orders = "  orders: { columns: { day: nullify }, keep: { \"w\": [total] } }\n";
    let (plan, found) = with(&format!("{CUSTOMERS}{orders}"));
    let plan = plan.unwrap_or_else(|| panic!("{:?}", found.list));
    assert_eq!(plan.tables[1].into.name, "orders");
}

#[test]
fn unlisted_columns_stop_the_run_with_lines_to_paste() {
    let (plan, found) = with("  customers: { keep: { \"w\": [id] } }\n  orders: { keep: \"w\" }\n");
    assert!(plan.is_none());
    assert_eq!(found.list.len(), 1, "{:?}", found.list);
    assert_eq!(found.list[0].message, "customers: the columns `email`, `n` have no rule");
    assert!(found.list[0].help[0].contains("email: { class: contact.email }"), "{:?}", found.list[0].help);
}

#[test]
fn more_specific_rules_win_and_ties_are_mistakes() {
    let orders = "  orders: { keep: \"w\" }\n";
    let (plan, found) = with(&format!(
        "  \"*\": {{ keep: \"all\" }}\n  customers: {{ columns: {{ e*: nullify, email: {{ keep: x }} }} }}\n{orders}"
    ));
    let plan = plan.unwrap_or_else(|| panic!("{:?}", found.list));
    assert_eq!(shown(&plan)[1], "customers.email keep (kept at line 4: x)");
    let found = mistakes(&format!(
        "  customers: {{ columns: {{ e*: nullify, '*l': nullify, n: nullify, id: {{ keep: x }} }} }}\n{orders}"
    ));
    assert!(found.iter().any(|one| one.contains("equally specific")), "{found:?}");
}

#[test]
fn what_cannot_hold_is_refused_at_its_line() {
    let orders = "  orders: { keep: \"w\" }\n";
    for (body, expected) in [
        ("  custmers: { keep: w }\n", "3: production has no table `custmers`"),
        ("  customers:\n    columns: { emial: nullify }\n    keep: w\n", "4: `customers` has no column `emial`"),
        ("  customers:\n    columns: { email: nulify }\n    keep: w\n", "4: there is no mask `nulify`"),
        (
            "  customers:\n    columns: { email: { mask: nullify, x: 1 } }\n    keep: w\n",
            "4: `nullify` has no parameter `x`",
        ),
        (
            "  customers:\n    columns: { boss: nullify }\n    keep: w\n",
            "4: customers.boss refers to customers.id and gets its mask, `keep`, not one of its own",
        ),
        (
            "  customers:\n    columns: { id: nullify }\n    keep: w\n",
            "4: `nullify` can give two values of customers.id the same output",
        ),
        (
            "  customers:\n    columns: { email: { mask: nullify, per: id } }\n    keep: w\n",
            "4: `nullify` takes no `per`",
        ),
        (
            "  customers:\n    columns: { email: { keep: w, class: contact.email } }\n    keep: w\n",
            "4: customers.email is contact.email, about a person, and is kept",
        ),
    ] {
        let found = mistakes(&format!("{body}{orders}"));
        assert!(found.iter().any(|one| one == expected), "{expected}\n{found:#?}");
    }
}

#[test]
fn a_broad_keep_covers_only_what_the_snapshot_holds() {
    let text = format!("version: 1\ntables:\n{CUSTOMERS}  orders: {{ keep: \"w\" }}\n");
    let rules = rules::read("t.yaml", &text).unwrap();
    let mut newer = shop();
    newer.tables[1].columns.push(column("note", Kind::Text));
    newer.tables[2].columns.push(column("note", Kind::Text));
    let (plan, found) = resolve(&rules, &newer, Some(&shop()), vec![]);
    assert!(plan.is_none());
    assert!(found.list.iter().any(|one| one.message.contains("orders_1.note (new)")), "{:?}", found.list);
    let (plan, found) = resolve(&rules, &newer, None, vec![]);
    let without = |one: &Diagnostic| one.message.contains("without a schema snapshot");
    assert!(plan.is_some() && found.list.iter().any(without), "{:?}", found.list);
}

#[test]
fn rows_none_needs_no_rules() {
    let (plan, found) = with("  customers: { rows: none }\n  orders: { rows: none }\n");
    let plan = plan.unwrap_or_else(|| panic!("{:?}", found.list));
    assert!(plan.tables.iter().all(|table| table.rows == Rows::None && table.columns.is_empty()));
}

#[test]
fn every_mask_that_a_profile_allows_is_one_that_makes_values_coarser() {
    let demands = crate::class::profile::PROFILES.iter().flat_map(|profile| profile.demands);
    for coarse in demands.flat_map(|demand| demand.allows) {
        let def = crate::mask::find(coarse.mask).unwrap();
        assert_eq!(def.effect, crate::mask::Effect::Generalised, "{}", def.name);
        for name in
            coarse.most.iter().map(|(name, _)| name).chain(coarse.says.iter().map(|(name, _)| name)).chain(coarse.needs)
        {
            assert!(def.params.iter().any(|param| param.name == *name), "{}: {name}", def.name);
        }
    }
}

#[test]
fn every_class_has_a_mask_that_there_is() {
    for class in crate::class::CLASSES {
        assert!(crate::mask::find(class.mask).is_some(), "{}: {}", class.name, class.mask);
    }
}

//! From plans, reports and failures to the words of the evidence.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::cli::endpoint::{From, To};
use crate::cli::refresh::{Job, Options};
use crate::cli::rules::Loaded;
use crate::evidence::{
    Chain, Column, Count, End, Failed, FoundIn, Generations, Key, Outcome, Program, Record, Rules, Script, Table,
    Totals, digest, without_small_counts,
};
use crate::failure::{Failure, Kind};
use crate::plan::{Plan, Rows, TablePlan};
use crate::report::{Report, TableReport};
use crate::schema::{ColumnName, Schema};

/// What is known before anything was looked at.
pub(super) fn draft(run: &str, rules: &Path, options: &Options, began: &str) -> Record {
    Record {
        run: run.to_owned(),
        outcome: Outcome::Failed,
        began: began.to_owned(),
        ended: began.to_owned(),
        program: Program { name: "bauta".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), sha256: None },
        rules: Rules {
            file: rules.display().to_string(),
            sha256: fs::read(rules).ok().map(|bytes| digest(&bytes)),
            name: None,
            environment: options.env.clone(),
            scripts: Vec::new(),
        },
        approved_by: Vec::new(),
        schema: None,
        key: Key { fingerprint: None, made_for_this_run: true },
        source: End::default(),
        target: End::default(),
        accepted: accepted(options),
        tables: Vec::new(),
        totals: Totals::default(),
        checks: Vec::new(),
        warnings: Vec::new(),
        generations: Generations {
            keep: options.generations as u64,
            keep_seconds: options.generations_for.as_secs(),
            ..Generations::default()
        },
        failure: None,
        signed_by: None,
        chain: Chain { number: 1, previous: None, found_in: FoundIn::Nowhere },
    }
}

/// SHA-256 of the program's own file.
pub(super) fn program() -> Option<String> {
    fs::read("/proc/self/exe").ok().map(|bytes| digest(&bytes))
}

/// Options that accept what is refused otherwise.
fn accepted(options: &Options) -> Vec<String> {
    let given = [
        ("--adopt", options.adopt),
        ("--allow-same-cluster", options.allow_same_cluster),
        ("--allow-privileged-source", options.allow_privileged_source),
        ("--allow-standby-conflict", options.allow_standby_conflict),
        ("--drop-settings", options.drop_settings),
    ];
    given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned()).collect()
}

/// What is known once the command line is understood.
pub(super) fn begun(record: &mut Record, job: &Job) {
    let end = |address: String| End { address, ..End::default() };
    record.source = end(match &job.from {
        From::Postgres(address) => address.to_string(),
        From::Csv(folder) => format!("csv:{}", folder.display()),
    });
    (record.target, record.generations.staging) = match &job.to {
        To::Postgres(address) => (end(address.to_string()), address.database().to_owned()),
        To::Parquet(folder) => (end(format!("parquet:{}", folder.display())), folder.display().to_string()),
        To::Null => (end("null:".to_owned()), "null:".to_owned()),
    };
    let fingerprint = (!job.key.fresh).then(|| job.key.key.fingerprint());
    record.key = Key { made_for_this_run: fingerprint.is_none(), fingerprint };
}

/// What the rules come to.
pub(super) fn planned(record: &mut Record, loaded: &Loaded, schema: &Schema, plan: &Plan) {
    record.rules.name = Some(plan.name.clone());
    record.rules.sha256 = Some(plan.rules_digest.clone());
    record.rules.environment.clone_from(&plan.environment);
    let script =
        |script: &crate::plan::Script| Script { file: script.name.clone(), sha256: digest(script.sql.as_bytes()) };
    record.rules.scripts = plan.after_load.iter().map(script).collect();
    record.schema = Some(crate::evidence::Schema {
        sha256: digest(schema.to_json().as_bytes()),
        reviewed_sha256: loaded.snapshot.as_ref().map(|reviewed| digest(reviewed.to_json().as_bytes())),
    });
    let selected = |index: usize| plan.selection.as_ref().is_some_and(|of| of.walks.iter().any(|w| w.table == index));
    record.tables =
        plan.tables.iter().enumerate().map(|(index, one)| table(one, &plan.owners, selected(index))).collect();
    record.totals = Totals::of(&record.tables, None);
}

fn table(plan: &TablePlan, owners: &BTreeMap<ColumnName, String>, subset: bool) -> Table {
    let selection = match &plan.rows {
        Rows::All if subset => "those of the subset".to_owned(),
        Rows::All => "all".to_owned(),
        Rows::None => "none".to_owned(),
        Rows::Where(condition) if subset => format!("those of the subset where {condition}"),
        Rows::Where(condition) => format!("where {condition}"),
    };
    let columns = plan.columns.iter().map(|column| {
        let described = column.described();
        Column {
            column: column.facts.column.column.clone(),
            ty: column.facts.ty.sql.clone(),
            class: column.class.clone(),
            owner: owners.get(&column.facts.column).cloned(),
            method: column.mask.name.to_owned(),
            parameters: described.split_once(' ').map(|(_, parameters)| parameters.to_owned()),
            effect: column.effect().word().to_owned(),
            leaves: column.leaves(),
            because: column.because.to_string(),
        }
    });
    Table {
        table: plan.table.to_string(),
        selection,
        rows: None,
        left_out: None,
        exempt: None,
        columns: columns.collect(),
    }
}

/// What was loaded and checked.
pub(super) fn loaded(record: &mut Record, report: &Report) {
    for (table, loaded) in record.tables.iter_mut().zip(&report.tables) {
        let TableReport { rows, left_out, exempt, .. } = loaded;
        table.rows = Some(Count::from(*rows));
        table.left_out = left_out.map(Count::from);
        table.exempt = exempt.map(Count::from);
    }
    let rows = report.tables.iter().map(|table| table.rows).sum();
    record.totals = Totals::of(&record.tables, Some(rows));
    record.checks = report.checks.iter().map(|check| without_small_counts(check)).collect();
    record.generations.made = Some(record.run.clone());
}

/// How it ended early. What was counted of rows that are gone again is of no use to anybody.
pub(super) fn failed(record: &mut Record, failure: &Failure) {
    record.outcome = match failure.kind {
        Kind::Usage | Kind::Refused => Outcome::Refused,
        Kind::Interrupted | Kind::Terminated => Outcome::Interrupted,
        _ => Outcome::Failed,
    };
    let mut message = failure.message.clone();
    for finding in failure.diagnostics.iter().flat_map(|found| &found.list) {
        message.push_str("; ");
        message.push_str(&finding.message);
    }
    record.failure = Some(Failed { exit: failure.kind.exit_code(), message: without_small_counts(&message) });
}

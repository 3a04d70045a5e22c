//! `bauta init`: a first rule file from a database's schema and a look at some of its rows; with `--update`, what is new in
//! production added to an existing one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Common, endpoint, output, rules};
use crate::class;
use crate::classify::Survey;
use crate::draft;
use crate::failure::{Failure, cause};
use crate::schema::Schema;
use crate::source::Source as _;
use crate::source::postgres::{Options, PostgresSource, Sample};

/// Writes a first rule file: reads the schema, looks at some rows, says of every column what it probably holds and why
#[derive(Args)]
pub(super) struct Init {
    /// The database to read (or BAUTA_SOURCE)
    #[arg(long)]
    source: Option<String>,
    /// Where to write the rules, with the schema snapshot beside them; stdout without it
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Add to this rule file what is new in production, and change nothing else in it
    #[arg(long, value_name = "RULES", conflicts_with = "output")]
    update: Option<PathBuf>,
    /// Rows of each table to look at; they stay in memory, are counted by shape and dropped. 0: names and types only
    #[arg(long, default_value_t = 500)]
    rows: usize,
    /// Accept a source role that is a superuser
    #[arg(long)]
    allow_privileged_source: bool,
}

impl Init {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        if let Some(path) = &self.update {
            return self.update(path, common).await;
        }
        if let Some(path) = &self.output {
            let snapshot = rules::snapshot_path(path);
            for path in [path.as_path(), &snapshot] {
                if path.exists() {
                    let message = format!("{} is there already", path.display());
                    let remedy = "name another file; `bauta init --update RULES` adds to one what is new in production";
                    return Err(Failure::usage(message).remedy(remedy));
                }
            }
        }
        let (schema, sample, tested) = self.look(common).await?;
        let name = self.name(&schema.0);
        let written = draft::write(&name, &schema.1, &sample.facts, &tested).map_err(unsettled)?;
        let Some(path) = &self.output else {
            return output::result(written.text.trim_end());
        };
        create(path, &written.text)?;
        create(&rules::snapshot_path(path), &schema.1.to_json())?;
        if !common.quiet {
            summary(path, &schema.1, &written.survey, &sample);
        }
        Ok(())
    }

    /// Adds to a rule file what is new in production.
    async fn update(&self, path: &Path, common: &Common) -> Result<(), Failure> {
        let loaded = rules::load(path, None)?;
        let ((_, schema), sample, tested) = self.look(common).await?;
        let updated = draft::update(&loaded.rules, &schema, loaded.snapshot.as_ref(), &sample.facts, &tested)
            .map_err(|why| Failure::usage(format!("nothing can be added to {}: {why}", path.display())))?;
        if updated.text != loaded.rules.text {
            replace(path, &updated.text)?;
        }
        replace(&rules::snapshot_path(path), &updated.snapshot.to_json())?;
        if common.quiet {
            return Ok(());
        }
        let shown = path.display();
        match updated.added.len() {
            0 => output::note(format_args!("{shown}: every column of production has a rule")),
            1 => output::note(format_args!("{shown}: 1 column is new and has a rule now; look at it")),
            many => output::note(format_args!("{shown}: {many} columns are new and have rules now; look at them")),
        }
        updated.added.iter().for_each(|name| output::note(format_args!("  new: {name}")));
        updated
            .gone
            .iter()
            .for_each(|what| output::note(format_args!("  gone from production: {what}; remove its rule")));
        for name in &updated.changed {
            output::note(format_args!(
                "  changed: {name} has another type than when its keep was reviewed; review it, then `bauta snapshot {shown}`"
            ));
        }
        if updated.found.has_errors() {
            let mistakes = updated.found.count_errors();
            output::note(format_args!("{mistakes} for a person to settle: `bauta check {shown}` shows them"));
        }
        Ok(())
    }

    /// Reads the schema and looks at rows.
    async fn look(&self, common: &Common) -> Result<((String, Schema), Sample, Vec<draft::Tested>), Failure> {
        let endpoint::From::Postgres(address) = endpoint::source(self.source.as_deref())? else {
            return Err(Failure::usage("only a database tells types, keys and references")
                .remedy("name one: --source postgresql://user@host/database"));
        };
        let options = Options { allow_privileged: self.allow_privileged_source, ..Options::default() };
        let source = PostgresSource::open(&address, options).await?;
        if !common.quiet {
            source.warnings().iter().for_each(|warning| output::note(format_args!("warning: {warning}")));
        }
        let schema = source.schema().clone();
        let looked = async {
            if schema.tables.is_empty() {
                let message = format!("{} has no table that its role can see", source.database().name);
                return Err(
                    Failure::usage(message).remedy("check the database's name, and the role's rights on its schemas")
                );
            }
            if self.rows == 0 {
                return Ok((Sample::default(), Vec::new()));
            }
            let sample = source.sample(self.rows).await?;
            let tested = source.test(&draft::candidates(&schema), self.rows).await?;
            Ok::<_, Failure>((sample, tested))
        };
        let looked = looked.await;
        let name = source.database().name.clone();
        Box::new(source).close().await;
        let (sample, tested) = looked?;
        Ok(((name, schema), sample, tested))
    }

    /// The file's own name, else the database's.
    fn name(&self, database: &str) -> String {
        let stem = self.output.as_ref().and_then(|path| path.file_stem()).and_then(|stem| stem.to_str());
        stem.unwrap_or(database).to_owned()
    }
}

/// The planner refuses whatever is written.
fn unsettled(found: crate::diagnostic::Diagnostics) -> Failure {
    let failure = Failure::from(found);
    Failure { kind: crate::failure::Kind::Bug, ..failure }
        .remedy("no rule file was written; write one by hand with the lines that `bauta check` gives, and tell us")
}

/// Writes a file that is not there yet.
fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let written = fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Failure::world(format!("{} cannot be written: {}", path.display(), cause(&error))))
}

/// Writes a file in the place of one, which is the old one or the new one at any moment.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    if !path.exists() {
        return create(path, text);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.as_file().set_permissions(fs::metadata(path)?.permissions())?;
        file.persist(path).map_err(|error| error.error)
    });
    let failed =
        |error: std::io::Error| Failure::world(format!("{} cannot be written: {}", path.display(), cause(&error)));
    written.map(drop).map_err(failed)
}

/// Says what was written and what to do with it.
fn summary(path: &Path, schema: &Schema, survey: &Survey, sample: &Sample) {
    let columns: usize = schema.tables.iter().map(|table| table.stored_columns().count()).sum();
    let personal = survey.verdicts.values().filter(|verdict| class::is_personal(verdict.class)).count();
    let (path, tables, rows) = (path.display(), schema.tables.len(), sample.rows);
    output::note(format_args!(
        "{path}: {tables} tables, {columns} columns, {personal} that look like a person's; {rows} rows were looked at"
    ));
    for table in &sample.left_out {
        output::note(format_args!(
            "warning: {table} took too long to look at: its columns are guessed by name and type"
        ));
    }
    output::note(format_args!("every line is a guess: read {path}, then `bauta check {path}` and `bauta plan {path}`"));
}

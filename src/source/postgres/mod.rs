//! A PostgreSQL database as a source, read at one moment: locks first, then a snapshot that every reader shares. It is only
//! ever read, in transactions that cannot write, and it goes before us (`watcher`).

mod closure;
mod condition;
mod moment;
mod pace;
mod reader;
mod rights;
mod sample;
mod units;
mod watcher;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use self::closure::Chosen;
pub use self::closure::{How, Step, Why};
use self::moment::Moment;
use self::pace::Pace;
use self::reader::PostgresReader;
pub use self::sample::Sample;
use self::units::Splitting;
use self::watcher::{Registered, Shared, Watcher};
use super::{Counted, Part, Reader, Source, Unit};
use crate::batch::Encoding;
use crate::failure::Failure;
use crate::key::RootKey;
use crate::plan::subset::Seed;
use crate::plan::{Plan, Rows, TablePlan};
use crate::postgres::catalog;
use crate::postgres::connect::{Address, Session, connect};
use crate::postgres::database::Database;
use crate::postgres::rows;
use crate::report::Observer;
use crate::schema::{Schema, TableName};

const BLOCKS: &str = include_str!("blocks.sql");

/// What a source is told besides its address.
#[derive(Clone, Debug)]
pub struct Options {
    /// Readers at the same time.
    pub jobs: usize,
    /// Whether a superuser is accepted (`--allow-privileged-source`).
    pub allow_privileged: bool,
    /// Whether a role that may write is refused (`--strict`).
    pub strict: bool,
    /// Whether a standby that may cancel us is accepted (`--allow-standby-conflict`).
    pub allow_standby_conflict: bool,
    /// How long to wait for a table's lock.
    pub lock_timeout: Duration,
    /// How long others may wait for a lock of ours (`--max-block`).
    pub max_block: Duration,
    /// Bytes of a unit that larger tables are split into (`--split-size`); `None` splits what would leave readers idle.
    pub split_size: Option<u64>,
    /// Bytes that all readers together may take from the server in a second (`--max-rate`).
    pub max_rate: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: 1,
            allow_privileged: false,
            strict: false,
            allow_standby_conflict: false,
            lock_timeout: Duration::from_secs(10),
            max_block: Duration::from_secs(10),
            split_size: None,
            max_rate: None,
        }
    }
}

/// A database, held at one moment until it is closed or dropped.
pub struct PostgresSource {
    schema: Schema,
    database: Database,
    moment: Moment,
    blocks: BTreeMap<TableName, u32>,
    coordinator: Session,
    shared: Arc<Shared>,
    _watcher: Watcher,
    warnings: Vec<String>,
    pace: Option<Arc<Pace>>,
    options: Options,
    chosen: Arc<Chosen>,
    _registered: Registered,
}

impl PostgresSource {
    /// Connects, checks the role, locks every table, exports the snapshot and reads the schema under it. No row of a
    /// user's table is read.
    ///
    /// # Errors
    /// The world failed (exit 3), or role or standby are refused (exit 4).
    pub async fn open(address: &Address, options: Options) -> Result<Self, Failure> {
        let coordinator = connect(address, "source").await?;
        // The host that answered: every further session has to reach the same server.
        let address = coordinator.address().clone();
        let shared = Arc::new(Shared::new());
        let patience = format!("SET lock_timeout = {}", options.lock_timeout.as_millis());
        let patient = coordinator.batch_execute(&patience).await;
        patient.map_err(|error| coordinator.failure(&error, "setting up the session"))?;
        let registered = shared.register(&coordinator);
        let database = Database::read(&coordinator).await?;
        let mut warnings = rights::of_role(&coordinator, &database, &options).await?;
        let watching = connect(&address, "watch").await?;
        let watcher = Watcher::start(watching, Arc::clone(&shared), options.max_block);
        let held = hold(&coordinator, &database, &options).await;
        let (mut moment, schema, blocks) = match held {
            Ok(held) => held,
            Err(failure) => {
                drop(watcher);
                coordinator.close().await;
                return Err(shared.failure().unwrap_or(failure));
            }
        };
        warnings.append(&mut moment.warnings);
        Ok(Self {
            schema,
            database,
            moment,
            blocks,
            coordinator,
            shared,
            _watcher: watcher,
            warnings,
            pace: options.max_rate.map(|rate| Arc::new(Pace::new(rate))),
            options,
            chosen: Arc::default(),
            _registered: registered,
        })
    }

    /// The exported snapshot, for `pg_dump --snapshot`.
    pub fn snapshot_id(&self) -> &str {
        &self.moment.snapshot
    }

    /// The address of the server that answered.
    pub fn address(&self) -> &Address {
        self.coordinator.address()
    }

    /// Facts about the database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The session inside the moment, for further questions to the catalog. A statement of it that fails ends the moment.
    pub fn session(&self) -> &Session {
        &self.coordinator
    }

    /// What the run should warn about.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Why the run had to give way to others, if it had to; for steps that fail without knowing why.
    pub fn given_way(&self) -> Option<Failure> {
        self.shared.failure()
    }

    /// By which way the row with this primary key (its columns' values, in the key's order) comes in. Reads the keys of
    /// connected tables, as a refresh would.
    ///
    /// # Errors
    /// The table is not there or has no primary key of so many columns (exit 2), or the world failed.
    pub async fn why(
        &self,
        plan: &Plan,
        key: &RootKey,
        table: &TableName,
        values: &[String],
        observer: &dyn Observer,
    ) -> Result<Why, Failure> {
        let mut places = Vec::new();
        for (index, planned) in plan.tables.iter().enumerate() {
            let primary = self.schema.table(&planned.table).and_then(|leaf| leaf.unique.iter().find(|one| one.primary));
            if !self.is_under(&planned.table, table) {
                continue;
            }
            let columns = primary.map(|primary| &primary.columns).filter(|columns| columns.len() == values.len());
            let columns = columns.ok_or_else(|| {
                Failure::usage(format!("{} has no primary key of so many columns", planned.table))
                    .remedy("give a value for each of its columns")
            })?;
            places.push((index, columns.iter().cloned().zip(values.iter().cloned()).collect()));
        }
        if places.is_empty() {
            return Err(Failure::usage(format!("production has no table {table}")));
        }
        closure::why(&self.coordinator, plan, key, &places, observer).await
    }

    /// Whether a table is another one, or one of its partitions or children.
    fn is_under(&self, table: &TableName, whole: &TableName) -> bool {
        let parents = self.schema.table(table).map_or(&[][..], |table| &table.parents);
        table == whole || parents.iter().any(|parent| self.is_under(parent, whole))
    }

    /// A further session inside the moment.
    async fn joined(&self, purpose: &str) -> Result<(Session, Registered), Failure> {
        let session = connect(self.address(), purpose).await?;
        // Watched before it has locks: what it waits for or holds counts from the first moment.
        let registered = self.shared.register(&session);
        let (snapshot, tables) = (&self.moment.snapshot, &self.moment.tables);
        moment::join(&session, snapshot, tables, self.options.lock_timeout).await?;
        Ok((session, registered))
    }

    /// Checks what only the server can: that every `rows:` is a condition on its table which calls nothing outside
    /// `pg_catalog`, and that a standby can read every table. No row is read.
    ///
    /// # Errors
    /// All that is wrong (exit 2); or the world failed.
    pub async fn check(&self, plan: &Plan) -> Result<(), Failure> {
        let mut wrong = Vec::new();
        for table in &plan.tables {
            if let Rows::Where(expression) = &table.rows
                && let Some(reason) = condition::check(&self.coordinator, &table.table, expression).await?
            {
                wrong.push(format!("`rows:` of {}: {reason}", table.table));
            }
            if let Some(exempt) = plan.exempt_of(&table.table)
                && let Some(reason) = condition::check(&self.coordinator, &table.table, &exempt.condition).await?
            {
                wrong.push(format!("`exempt:` of {}: {reason}", table.table));
            }
            let unlogged = self.schema.table(&table.table).is_some_and(|table| table.unlogged);
            if self.database.standby && unlogged && table.rows != Rows::None {
                wrong.push(format!("{}: an unlogged table has no rows on a standby; write `rows: none`", table.table));
            }
        }
        for walk in plan.selection.iter().flat_map(|selection| &selection.walks) {
            let table = &plan.tables[walk.table].table;
            if let Some(Seed::Where(expression)) = &walk.seed
                && let Some(reason) = condition::check(&self.coordinator, table, expression).await?
            {
                wrong.push(format!("`subset:` of {table}: {reason}"));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(Failure::usage(wrong.join("; "))) }
    }
}

/// Locks, snapshot, and what is read under it first.
async fn hold(
    session: &Session,
    database: &Database,
    options: &Options,
) -> Result<(Moment, Schema, BTreeMap<TableName, u32>), Failure> {
    let moment = moment::hold(session, database, options).await?;
    let schema = catalog::read(session).await?;
    let rows = session.query(BLOCKS, &[]).await;
    let rows = rows.map_err(|error| session.failure(&error, "reading the sizes of tables"))?;
    let blocks = rows.iter().map(|row| {
        let blocks: i64 = row.get("blocks");
        (
            TableName::new(row.get::<_, String>("schema"), row.get::<_, String>("name")),
            u32::try_from(blocks).unwrap_or(0),
        )
    });
    Ok((moment, schema, blocks.collect()))
}

#[async_trait]
impl Source for PostgresSource {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn encoding(&self, table: &TablePlan) -> Encoding {
        rows::encoding(table)
    }

    async fn choose(
        &mut self,
        plan: &Plan,
        key: &RootKey,
        observer: &dyn Observer,
    ) -> Result<Vec<Option<Counted>>, Failure> {
        let Some(selection) = &plan.selection else {
            return Ok(vec![None; plan.tables.len()]);
        };
        let walk = async {
            let (session, _registered) = self.joined("keys").await?;
            let chosen = closure::choose(&session, self.pace.as_deref(), plan, selection, key, observer).await;
            match &chosen {
                Ok(_) => session.close().await,
                // A COPY that nobody listens to any more would still run to its end.
                Err(_) => session.cancel_handle().cancel().await,
            }
            chosen
        };
        let chosen = tokio::select! {
            chosen = walk => chosen.map_err(|failure| self.shared.failure().unwrap_or(failure)),
            failure = self.shared.given_way() => Err(failure),
        }?;
        let counted = |table: usize| {
            let travel = chosen.marks.get(&table)?.rows();
            let left_out = chosen.seen.get(&table).map(|seen| seen.saturating_sub(travel));
            Some(Counted { travel, left_out })
        };
        let counted = (0..plan.tables.len()).map(counted).collect();
        self.chosen = Arc::new(chosen);
        Ok(counted)
    }

    fn units(&self, plan: &Plan, tables: &[usize]) -> Vec<Unit> {
        let blocks = |table: usize| self.blocks.get(&plan.tables[table].table).copied().unwrap_or(0);
        let all = tables.iter().map(|table| u64::from(blocks(*table))).sum();
        let splitting = Splitting { jobs: self.options.jobs, all, size: self.options.split_size };
        let split = |table: usize| match self.database.version {
            // An older server would read the whole table for every unit.
            ..140_000 => vec![None],
            _ => splitting.units(blocks(table)),
        };
        let units = |&table: &usize| {
            let mut ranges = split(table);
            if let Some(marks) = self.chosen.marks.get(&table) {
                ranges.retain(|range| range.map_or(marks.any(0, None), |(from, to)| marks.any(from, to)));
            }
            let exempt =
                plan.exempt_of(&plan.tables[table].table).map(|exempt| Arc::<str>::from(exempt.condition.as_str()));
            let part = exempt.clone().map_or(Part::All, Part::Others);
            // The server may find the few exempt rows by an index: they are not split.
            let apart = exempt.map(|condition| Unit { table, blocks: None, part: Part::Exempt(condition) });
            ranges.into_iter().map(move |blocks| Unit { table, blocks, part: part.clone() }).chain(apart)
        };
        tables.iter().flat_map(units).collect()
    }

    async fn reader(&self) -> Result<Box<dyn Reader>, Failure> {
        let open = async {
            let (session, registered) = self.joined("read").await?;
            let (shared, standby) = (Arc::clone(&self.shared), self.database.standby);
            let (pace, chosen) = (self.pace.clone(), Arc::clone(&self.chosen));
            let reader = PostgresReader { session, shared, standby, pace, chosen, _registered: registered };
            Ok(Box::new(reader) as Box<dyn Reader>)
        };
        tokio::select! {
            opened = open => opened.map_err(|failure| self.shared.failure().unwrap_or(failure)),
            failure = self.shared.given_way() => Err(failure),
        }
    }

    async fn close(self: Box<Self>) {
        let Self { coordinator, _watcher: watcher, .. } = *self;
        drop(watcher);
        coordinator.close().await;
    }
}

#[cfg(test)]
mod tests;

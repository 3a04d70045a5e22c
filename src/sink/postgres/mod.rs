//! The PostgreSQL sink: a generation is a shadow database beside staging, made like production, loaded, completed and
//! then published by renaming. It is checked whether that can work before the first row is read.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_postgres::error::ErrorPosition;

use super::{Generation, Loaded, Published, Sink, Writer};
use crate::batch::{Batch, Encoding, Want};
use crate::evidence::End;
use crate::failure::Failure;
use crate::plan::{Plan, TablePlan};
use crate::postgres::about::about;
use crate::postgres::connect::{Address, Session, connect};
use crate::postgres::generations::{Maintenance, Target, sibling};
use crate::postgres::interlock::{self, Allowed};
use crate::postgres::marker::{Marker, State};
use crate::postgres::mirror::{Effort, Grants, Shadow, Structure};
use crate::postgres::properties;
use crate::postgres::publish::Ready;
use crate::postgres::role::Powers;
use crate::postgres::rows;
use crate::postgres::throwaway::Search;
use crate::postgres::tools::Installed;
use crate::report::{Event, Observer};
use crate::verify::{Facts, Ledger, Passed};

mod writer;

use writer::LoadWriter;

/// What the sink is told besides its address.
#[derive(Clone, Debug)]
pub struct Options {
    /// The role that ends sessions and renames, if it is another than the loading one.
    pub publisher: Option<Address>,
    /// Database for locking and renaming.
    pub maintenance: String,
    /// Whether a database that we did not make is taken over.
    pub adopt: bool,
    /// Whether production and staging may be on one server.
    pub allow_same_cluster: bool,
    /// Whether settings that may not be carried over are left behind.
    pub drop_settings: bool,
    /// Whether a superuser may not load.
    pub strict: bool,
    /// The template database, if it is not template0.
    pub template: Option<String>,
    /// Kept generations.
    pub keep: usize,
    /// How long they are kept.
    pub keep_for: Duration,
    /// Indexes that are built at the same time.
    pub jobs: usize,
    /// Bytes that the server may take for building them, all together.
    pub memory: u64,
    /// Where PostgreSQL's client programs are looked for.
    pub search: Search,
    /// Id of the run; the generation's.
    pub run: String,
}

/// Staging, ready to get a new generation.
pub struct PostgresSink {
    loader: Address,
    shadow: Arc<Shadow>,
    structure: Arc<Structure>,
    maintenance: Arc<Maintenance>,
    was: Target,
    live: Option<Grants>,
    statements: Vec<String>,
    options: Options,
    name: String,
    end: End,
}

impl PostgresSink {
    /// What is known of staging's server and the loading role, for the record.
    pub fn end(&self) -> &End {
        &self.end
    }

    /// Digest of the record that the live generation was published with.
    pub fn live_evidence(&self) -> Option<&str> {
        match &self.was {
            Target::Live(live) => live.marker.as_ref()?.evidence.as_deref(),
            _ => None,
        }
    }

    /// Checks everything that can be checked before a row is read, takes the lock, and reads production's structure in
    /// `source`, a session inside the exported `snapshot`. Returns what a person should hear about.
    ///
    /// # Errors
    /// The target is refused (exit 4), or the world failed (exit 3). Nothing was changed but leftovers of dead runs.
    pub async fn prepare(
        source: &Session,
        snapshot: &str,
        plan: &Plan,
        target: &Address,
        options: Options,
    ) -> Result<(Self, Vec<String>), Failure> {
        let mut told = Vec::new();
        let publisher = options.publisher.clone().unwrap_or_else(|| target.clone());
        let publisher = publisher.with_database(target.database());
        let allowed = Allowed { same_cluster: options.allow_same_cluster, adopt: options.adopt };
        interlock::refuse_name(target.database(), &options.maintenance)?;
        let search = options.search.clone();
        let installed = tokio::task::spawn_blocking(move || Installed::look(&search));
        interlock::refuse_place(source.address(), target, allowed).await?;
        let mut maintenance = Maintenance::open(&publisher, &options.maintenance).await?;
        maintenance.refuse_production(source, allowed).await?;
        maintenance.replaceable(allowed).await?;
        let loader = connect(&target.with_database(&options.maintenance), "create").await?;
        maintenance.refuse_other_server(&loader).await?;
        // From here on only the host that was looked at: others of the address may be other servers.
        let target = &loader.address().with_database(target.database());
        if loader.version() / 10_000 < source.version() / 10_000 {
            return Err(Failure::refused("staging's server is older than production's")
                .remedy(format!("it needs version {} or newer", source.version() / 10_000)));
        }
        let installed = installed.await.map_err(|_| Failure::bug("pg_dump could not be looked for"))?;
        let tools = installed.fitting(source.version(), loader.version())?;
        let ours = async {
            properties::may_create(&loader).await?;
            maintenance.may_publish(target.user()).await?;
            told.extend(one_role(&loader, &options).await?);
            maintenance.lock().await?;
            // The run that had the lock may have replaced it.
            let was = maintenance.replaceable(allowed).await?;
            maintenance.refuse_blockers().await?;
            maintenance.drop_leftovers().await?;
            let live = live_grants(&was, &maintenance.staging()).await?;
            let carried = maintenance.carried(target.user()).await?;
            Ok((was, live, carried))
        };
        // Production's structure is read meanwhile.
        let structure = Structure::read(source, snapshot, &tools, &plan.mirror);
        let ((was, live, carried), structure) = tokio::try_join!(ours, structure)?;
        if !carried.forbidden.is_empty() && !options.drop_settings {
            return Err(Failure::world("staging has settings that the publishing role may not carry over").remedy(
                format!(
                    "an administrator may run after the refresh: {}; accept the loss with --drop-settings",
                    carried.forbidden.join("; ")
                ),
            ));
        }
        told.extend(carried.forbidden.iter().map(|statement| format!("not carried over: {statement}")));
        let structure = Arc::new(structure);
        let name = sibling(target.database(), &options.run);
        let address = loader.address().with_database(&name);
        let template = match &options.template {
            Some(name) => Some(connect(&target.with_database(name), "template").await?),
            None => None,
        };
        let effort = Effort { jobs: options.jobs, memory: options.memory };
        let (shadow, more) =
            Shadow::plan(&structure, &plan.mirror, &loader, template.as_ref(), &address, effort).await?;
        told.extend(more);
        // A database that somebody is connected to is no template.
        if let Some(template) = template {
            template.close().await;
        }
        let end = End { address: target.to_string(), ..about(&loader).await? };
        loader.close().await;
        let sink = Self {
            end,
            loader: target.clone(),
            shadow: Arc::new(shadow),
            structure,
            maintenance: Arc::new(maintenance),
            was,
            live,
            statements: carried.statements,
            options,
            name,
        };
        Ok((sink, told))
    }
}

/// What staging's current generation grants to whom.
async fn live_grants(was: &Target, target: &Address) -> Result<Option<Grants>, Failure> {
    if matches!(was, Target::Absent) {
        return Ok(None);
    }
    let session = connect(target, "grants").await?;
    let grants = Grants::read(&session).await;
    session.close().await;
    grants.map(Some)
}

/// Says what production's functions could do as the loading role, and that one role loads and publishes.
async fn one_role(loader: &Session, options: &Options) -> Result<Vec<String>, Failure> {
    let mut told = Vec::new();
    let powers = Powers::read(loader).await?;
    if !powers.all.is_empty() {
        let message = format!("the loading role {}, and functions of production's schema run as it", powers.list());
        if options.strict {
            return Err(Failure::refused(message).remedy("use a role with CREATEDB and no more"));
        }
        told.push(message);
    }
    if options.publisher.is_none() {
        told.push("one role loads and publishes; BAUTA_PUBLISHER names another one for publishing".to_owned());
    }
    Ok(told)
}

#[async_trait]
impl Sink for PostgresSink {
    fn takes_sealed(&self, _: Encoding) -> bool {
        true
    }

    async fn begin(&self, plan: &Plan, observer: &dyn Observer) -> Result<Box<dyn Generation>, Failure> {
        // Whatever becomes of this run: what is out of time goes.
        let dropped = drop_expired(&self.maintenance, None, observer).await;
        observer.event(Event::Stage(format!("creating {} with production's structure", self.name)));
        let session = connect(&self.loader.with_database(&self.options.maintenance), "create").await?;
        let template = self.options.template.as_deref();
        let created = properties::create(&session, &self.name, &self.structure.database, template).await;
        session.close().await;
        if let Err(failure) = created {
            // It may be there, and not closed yet.
            let _ = self.maintenance.drop_shadow(&self.name).await;
            return Err(failure);
        }
        let generation = Box::new(ShadowGeneration {
            maintenance: self.maintenance.clone(),
            shadow: self.shadow.clone(),
            address: self.loader.with_database(&self.name),
            was: self.was.clone(),
            live: self.live.clone(),
            statements: self.statements.clone(),
            options: self.options.clone(),
            name: self.name.clone(),
            marker: None,
            dropped,
        });
        match generation.begin(&plan.rules_digest).await {
            Ok(marker) => Ok(Box::new(ShadowGeneration { marker: Some(marker), ..*generation })),
            Err(failure) => {
                generation.discard().await;
                Err(failure)
            }
        }
    }
}

/// Drops kept generations that are out of time, or more than are kept, and tells which.
async fn drop_expired(maintenance: &Maintenance, keep: Option<usize>, observer: &dyn Observer) -> Vec<String> {
    let mut dropped = Vec::new();
    if let Err(failure) = maintenance.drop_expired(keep, &mut dropped).await {
        observer.event(Event::Warning(format!("an old generation could not be dropped: {failure}")));
    }
    for line in &dropped {
        observer.event(Event::Stage(format!("dropped {line}")));
    }
    dropped
}

/// A shadow database in the making.
struct ShadowGeneration {
    maintenance: Arc<Maintenance>,
    shadow: Arc<Shadow>,
    address: Address,
    was: Target,
    live: Option<Grants>,
    statements: Vec<String>,
    options: Options,
    name: String,
    marker: Option<Marker>,
    /// Generations whose time was over.
    dropped: Vec<String>,
}

impl ShadowGeneration {
    /// Marks it as ours and gives it production's structure.
    async fn begin(&self, rules: &str) -> Result<Marker, Failure> {
        let marker = self.maintenance.new_marker(&self.name, &self.options.run, rules).await?;
        self.maintenance.mark(&self.name, marker.clone()).await?;
        self.shadow.before_rows().await?;
        Ok(marker)
    }

    fn marker(&self) -> Result<Marker, Failure> {
        self.marker.clone().ok_or_else(|| Failure::bug("a shadow without marker"))
    }

    /// What staging grants to whom now; where staging cannot be asked any more, what it granted when the run began.
    async fn live_grants(&self) -> Option<Grants> {
        live_grants(&self.was, &self.maintenance.staging()).await.unwrap_or_else(|_| self.live.clone())
    }

    /// Runs the scripts of `after_load`, each in a session of its own with the usual search path.
    async fn scripts(&self, plan: &Plan, observer: &dyn Observer) -> Result<(), Failure> {
        for script in &plan.after_load {
            observer.event(Event::Stage(format!("running {}", script.name)));
            let session = connect(&self.address, "after_load").await?;
            // As in anybody's session: ours has settings of its own.
            let usual = "SET search_path TO DEFAULT; SET row_security TO DEFAULT";
            session.batch_execute(usual).await.map_err(|error| session.failure(&error, &script.name))?;
            session.batch_execute(&script.sql).await.map_err(|error| {
                let line = error.as_db_error().and_then(|error| error.position()).and_then(|at| line(&script.sql, at));
                let place = line.map_or_else(String::new, |line| format!(", line {line}"));
                session.failure(&error, &format!("running {}{place}", script.name))
            })?;
            session.close().await;
        }
        Ok(())
    }
}

/// The rows of a database that we loaded: a shadow, or the live generation.
pub struct LoadedRows(pub Address);

#[async_trait]
impl Loaded for LoadedRows {
    async fn read(&self, plan: &Plan, took: &mut (dyn FnMut(usize, Batch) + Send)) -> Result<(), Failure> {
        let session = connect(&self.0, "read back").await?;
        for table in rows::loaded(plan) {
            let place = plan.tables.iter().position(|other| other.into == table.into).unwrap_or_default();
            let wants = vec![Want::Sealed; table.columns.len()];
            rows::read(&session, plan, table, &wants, |batch| took(place, batch)).await?;
        }
        session.close().await;
        Ok(())
    }
}

/// The line of a script that an error is about; the server counts characters from 1.
fn line(script: &str, position: &ErrorPosition) -> Option<usize> {
    match position {
        ErrorPosition::Original(at) => {
            let before = script.chars().take((*at as usize).saturating_sub(1));
            Some(before.filter(|char| *char == '\n').count() + 1)
        }
        ErrorPosition::Internal { .. } => None,
    }
}

#[async_trait]
impl Generation for ShadowGeneration {
    async fn writer(&self) -> Result<Box<dyn Writer>, Failure> {
        LoadWriter::open(&self.address).await
    }

    async fn loaded(&self, table: &TablePlan) -> Result<(), Failure> {
        self.shadow.keys_of(&table.into).await
    }

    fn loaded_rows(&self) -> Option<Box<dyn Loaded>> {
        Some(Box::new(LoadedRows(self.address.clone())))
    }

    async fn seal(&mut self, plan: &Plan, ledger: &Ledger, observer: &dyn Observer) -> Result<Facts, Failure> {
        let stage = |text: &str| observer.event(Event::Stage(text.to_owned()));
        let session = connect(&self.address, "seal").await?;
        stage("building keys and indexes, validating foreign keys");
        self.shadow.keys().await?;
        // Where the server counted as many as it took, when it built a key, that is so; the other tables are counted.
        let known = rows::counted_for_keys(&session).await?;
        let loaded = rows::loaded(plan).into_iter();
        let (sure, unsure): (Vec<_>, Vec<_>) =
            loaded.partition(|table| known.get(&table.into) == Some(&ledger.acknowledged(plan, &table.into)));
        // Scripts may add rows: what is loaded is counted before them, else beside the statistics.
        let count = async || rows::count(&session, plan, &unsure).await;
        let before = if plan.after_load.is_empty() { None } else { Some(count().await?) };
        stage("setting sequences, filling materialized views");
        let mut told = self.shadow.contents_of_their_own(&session, &plan.sequences).await?;
        stage("creating triggers and policies");
        told.extend(self.shadow.triggers(&session).await?);
        self.scripts(plan, observer).await?;
        stage("gathering statistics");
        let counted = async {
            match before {
                Some(counted) => Ok(counted),
                None => count().await,
            }
        };
        let (analyzed, counted) = tokio::try_join!(self.shadow.analyze(&session), counted)?;
        let mut facts = self.shadow.facts(&session).await?;
        let sure = sure.iter().filter_map(|table| known.get_key_value(&table.into));
        facts.rows = sure.map(|(table, rows)| (table.clone(), *rows)).chain(counted).collect();
        facts.checked.push(format!("{analyzed} relations analyzed"));
        stage("restoring owners and grants");
        told.extend(self.shadow.grants(&session, self.live_grants().await.as_ref()).await?);
        session.close().await;
        told.into_iter().for_each(|text| observer.event(Event::Warning(text)));
        let marker = Marker { state: State::Ready, ..self.marker()? };
        self.maintenance.mark(&self.name, marker.clone()).await?;
        self.marker = Some(marker);
        Ok(facts)
    }

    async fn publish(self: Box<Self>, passed: Passed, observer: &dyn Observer) -> Result<Published, Failure> {
        let marker = Marker { evidence: passed.evidence, ..self.marker()? };
        let ready = Ready { database: self.name.clone(), marker, statements: self.statements.clone() };
        let published = self.maintenance.publish(&self.was, &ready, self.options.keep_for).await;
        let generation = match published {
            Ok(generation) => generation,
            Err(failure) => {
                self.discard().await;
                return Err(failure);
            }
        };
        // Staging is the new one: what goes wrong from here on is worth a word, not an error.
        let more = drop_expired(&self.maintenance, Some(self.options.keep), observer).await;
        let name = format!("{} as generation {generation}", self.maintenance.name());
        Ok(Published { name, dropped: self.dropped.into_iter().chain(more).collect() })
    }

    async fn discard(self: Box<Self>) {
        // What cannot be dropped now is dropped by the next run.
        let _ = self.maintenance.drop_shadow(&self.name).await;
    }
}

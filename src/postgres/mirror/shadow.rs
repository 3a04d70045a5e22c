//! A structure in the making: the steps that turn an empty database into production's mirror, in their order. Rows come
//! between `before_rows` and `after_rows`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::archive::Step;
use super::contents::{self, Contents};
use super::grants::{self, Grants, Roles};
use super::{Structure, constraints, policies, powers, sequences};
use crate::failure::Failure;
use crate::plan::{Mirror, SequencePlan};
use crate::postgres::catalog::get;
use crate::postgres::connect::{Address, Session, connect};
use crate::postgres::sql;
use crate::schema::TableName;
use crate::verify::Facts;

/// Roles that there are, and what we may do with them. From version 16 on, membership alone does not allow it.
const ROLES: &str = "\
    SELECT r.rolname::text AS name, r.rolsuper AS superuser, r.rolname = current_user AS ours, \
        pg_has_role(current_user, r.oid, \
            CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS ownable \
    FROM pg_roles r";

/// Tables, materialized views and partitioned tables.
const RELATIONS: &str = "\
    SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind = 'p' AS partitioned \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'p', 'm') AND c.oid >= 16384 AND n.nspname !~ '^pg_' \
        AND (c.relkind <> 'm' OR c.relispopulated) ORDER BY c.relpages DESC, 1, 2";

/// How one structure is mirrored into one database.
#[derive(Debug)]
pub struct Shadow {
    structure: Arc<Structure>,
    contents: Contents,
    roles: Roles,
    address: Address,
    version: u32,
    effort: Effort,
    /// Entries that were restored while other tables were still being loaded.
    early: Mutex<BTreeSet<u32>>,
}

/// What may be spent on indexes.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Indexes that are built at the same time.
    pub jobs: usize,
    /// Bytes that the server may take for building them, all together.
    pub memory: u64,
}

impl Shadow {
    /// Decides what is restored and checks that it can be, before anything is created. `server` is a session on staging's
    /// server, `template` one in the database that the shadow will be copied from, where that is not template0. Returns what
    /// a person should hear about.
    ///
    /// # Errors
    /// Staging's server lacks an extension or an object that only a superuser can create (exit 3), all named.
    pub async fn plan(
        structure: &Arc<Structure>,
        mirror: &Mirror,
        server: &Session,
        template: Option<&Session>,
        shadow: &Address,
        effort: Effort,
    ) -> Result<(Self, Vec<String>), Failure> {
        let roles = roles(server, mirror).await?;
        let superuser = roles.superusers.contains(&roles.ours);
        let (mut present, mut installed) = (BTreeSet::new(), BTreeSet::new());
        if let Some(template) = template {
            present = powers::read(template).await?.into_values().collect();
            may_create_in(template).await?;
            installed = powers::extensions(template).await?;
        }
        let available = powers::available(server).await?;
        let mut told = powers::check(&structure.extensions, &available, &installed, superuser)?;
        let facts = contents::Facts {
            powers: &structure.powers,
            present: &present,
            view_rules: &structure.view_rules,
            superuser,
            drop_comments: mirror.drop_comments,
        };
        let contents = contents::decide(&structure.archive.entries, &facts)?;
        let left_out = contents.left_out.iter().chain(&structure.not_mirrored);
        told.extend(left_out.map(|text| format!("not mirrored: {text}")));
        let (address, version) = (shadow.clone(), server.version());
        Ok((
            Self {
                structure: Arc::clone(structure),
                contents,
                roles,
                address,
                version,
                effort,
                early: Mutex::default(),
            },
            told,
        ))
    }

    /// Creates everything that is there before rows are: schemas, extensions, types, functions, tables.
    ///
    /// # Errors
    /// Something could not be created.
    pub async fn before_rows(&self) -> Result<(), Failure> {
        if !self.structure.has_public {
            let session = connect(&self.address, "structure").await?;
            let dropped = session.batch_execute("DROP SCHEMA IF EXISTS public").await;
            dropped.map_err(|error| session.failure(&error, "dropping the schema public"))?;
            session.close().await;
        }
        self.restore(&self.contents.structure, Some("pre-data"), 1, "creating the structure").await
    }

    /// Creates keys and indexes of one table whose rows are all there, if it is large: others may still be loaded.
    ///
    /// # Errors
    /// The rows do not fit (exit 5), or the world failed.
    pub async fn keys_of(&self, table: &TableName) -> Result<(), Failure> {
        let Some(oid) = self.structure.large.get(table) else {
            return Ok(());
        };
        let keys = contents::keys_of(&self.structure.archive.entries, &self.contents, *oid);
        // Every worker may be here at the same time.
        let share = self.effort.memory / self.effort.jobs.max(1) as u64;
        let step = Step { memory: share, ..self.step(Some("post-data"), 1, "building keys and indexes") };
        self.structure.archive.restore(&step, &keys).await?;
        self.early().extend(keys);
        Ok(())
    }

    /// Creates keys, indexes and statistics objects that are not there yet, then foreign keys, which are validated.
    ///
    /// # Errors
    /// The rows do not fit (exit 5), or the world failed.
    pub async fn keys(&self) -> Result<(), Failure> {
        let early = self.early().clone();
        let rest: Vec<u32> = self.contents.structure.iter().copied().filter(|id| !early.contains(id)).collect();
        self.restore(&rest, Some("post-data"), self.effort.jobs, "building keys and indexes").await?;
        self.restore(&self.contents.foreign_keys, None, self.effort.jobs, "validating foreign keys").await
    }

    /// Sets sequences and fills materialized views. Returns the sequences that are behind their columns.
    ///
    /// # Errors
    /// A sequence or a view could not take it (exit 5), or the world failed.
    pub async fn contents_of_their_own(
        &self,
        session: &Session,
        plans: &[SequencePlan],
    ) -> Result<Vec<String>, Failure> {
        sequences::set(session, &self.structure.sequences, plans).await?;
        // In the archive's order: views that others are made of come first.
        self.restore(&self.contents.refresh, None, 1, "filling materialized views").await?;
        sequences::behind(session).await
    }

    /// Creates triggers, rules and policies.
    ///
    /// # Errors
    /// The world failed.
    pub async fn triggers(&self, session: &Session) -> Result<Vec<String>, Failure> {
        self.restore(&self.contents.triggers, None, 1, "creating triggers and rules").await?;
        let told = policies::replay(session, &self.structure.policies, &self.roles).await?;
        self.restore(&self.contents.late_comments, None, 1, "creating comments").await?;
        Ok(told)
    }

    /// Gathers statistics of everything that holds rows, by name, and marks pages that everybody can see.
    ///
    /// # Errors
    /// The world failed.
    pub async fn analyze(&self, session: &Session) -> Result<usize, Failure> {
        let failed = |error| session.failure(&error, "gathering statistics");
        let rows = session.query(RELATIONS, &[]).await.map_err(failed)?;
        let mut statements = Vec::with_capacity(rows.len());
        for row in &rows {
            let name = TableName { schema: get(row, "schema")?, name: get(row, "name")? };
            let statement = match (get(row, "partitioned")?, self.version >= 180_000) {
                (true, true) => "ANALYZE ONLY",
                (true, false) => "ANALYZE",
                (false, _) => "VACUUM (ANALYZE)",
            };
            statements.push(format!("{statement} {}", sql::table(&name)));
        }
        let left = Mutex::new(statements.iter());
        let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
        let analyzing = (0..self.effort.jobs.clamp(1, statements.len().max(1))).map(|_| async {
            let session = connect(&self.address, "statistics").await?;
            while let Some(statement) = next() {
                let done = session.batch_execute(statement).await;
                done.map_err(|error| session.failure(&error, "gathering statistics"))?;
            }
            session.close().await;
            Ok::<(), Failure>(())
        });
        futures_util::future::try_join_all(analyzing).await?;
        Ok(statements.len())
    }

    /// Gives everything to its owner and grants what was granted, in the live generation or (where that does not know an
    /// object, or there is none) in production. Returns what could not be done.
    ///
    /// # Errors
    /// The world failed.
    pub async fn grants(&self, session: &Session, live: Option<&Grants>) -> Result<Vec<String>, Failure> {
        grants::replay(session, &self.structure.grants, live, &self.roles).await
    }

    /// Compares the shadow's constraints with production's.
    ///
    /// # Errors
    /// The world failed.
    pub async fn facts(&self, session: &Session) -> Result<Facts, Failure> {
        constraints::compare(session, &self.structure.constraints).await
    }

    async fn restore(
        &self,
        entries: &[u32],
        section: Option<&'static str>,
        jobs: usize,
        doing: &'static str,
    ) -> Result<(), Failure> {
        self.structure.archive.restore(&self.step(section, jobs, doing), entries).await
    }

    fn step(&self, section: Option<&'static str>, jobs: usize, doing: &'static str) -> Step<'_> {
        Step { shadow: &self.address, version: self.version, jobs, memory: self.effort.memory, section, doing }
    }

    fn early(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The schemas that come with a template are somebody else's: we have to be allowed to create in them.
async fn may_create_in(template: &Session) -> Result<(), Failure> {
    const CLOSED: &str = "SELECT n.nspname::text AS name FROM pg_namespace n WHERE n.oid >= 16384 AND n.nspname !~ '^pg_' \
        AND NOT has_schema_privilege(n.oid, 'CREATE') ORDER BY 1";
    let failed = |error| template.failure(&error, "looking at the template");
    let rows = template.query(CLOSED, &[]).await.map_err(failed)?;
    if rows.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = rows.iter().map(|row| get(row, "name")).collect::<Result<_, _>>()?;
    let role = sql::identifier(template.address().user());
    let (template, many) = (template.address().database(), sql::identifiers(names.iter().map(String::as_str)));
    Err(Failure::world(format!(
        "the loading role may not create in schemas of the template {template}: {}",
        names.join(", ")
    ))
    .remedy(format!("let an administrator run in {template}: GRANT CREATE ON SCHEMA {many} TO {role}")))
}

/// The roles of a server, and production's names for them.
async fn roles(server: &Session, mirror: &Mirror) -> Result<Roles, Failure> {
    let rows = server.query(ROLES, &[]).await.map_err(|error| server.failure(&error, "reading roles"))?;
    let renamed: BTreeMap<String, String> = mirror.roles.iter().cloned().collect();
    let mut roles = Roles { renamed, ..Roles::default() };
    for row in &rows {
        let name: String = get(row, "name")?;
        if get(row, "ours")? {
            roles.ours.clone_from(&name);
        }
        if get(row, "superuser")? {
            roles.superusers.insert(name.clone());
        }
        if get(row, "ownable")? {
            roles.ownable.insert(name.clone());
        }
        roles.there.insert(name);
    }
    Ok(roles)
}

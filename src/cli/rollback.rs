//! `bauta rollback`: makes a kept generation live again.

use std::time::Duration;

use clap::Args;

use super::{Common, endpoint, output, refresh};
use crate::failure::Failure;
use crate::postgres::generations::Maintenance;

/// Publishes the generation that was live before the current one; twice returns
#[derive(Args)]
pub(super) struct Rollback {
    /// Staging (or BAUTA_TARGET)
    #[arg(long)]
    target: Option<String>,
    /// A certain generation, as `bauta status` names it
    #[arg(long)]
    to: Option<String>,
    /// Database of the target's server for locking and renaming
    #[arg(long, default_value = "postgres")]
    maintenance_db: String,
    /// How long the generation that is replaced is kept, such as 7d
    #[arg(long, default_value = "7d", value_parser = refresh::duration)]
    generations_for: Duration,
}

impl Rollback {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let target = endpoint::target_database(self.target.as_deref())?;
        let publisher = endpoint::publisher()?.unwrap_or_else(|| target.clone()).with_database(target.database());
        let maintenance = Maintenance::open(&publisher, &self.maintenance_db).await?;
        let published = async {
            maintenance.lock().await?;
            maintenance.rollback(self.to.as_deref(), self.generations_for).await
        };
        let published = published.await;
        maintenance.close().await;
        let generation = published?;
        if !common.quiet {
            output::note("staging was replaced in one step; what was live is kept");
        }
        output::result(format_args!("published: {} as generation {generation}", target.database()))
    }
}

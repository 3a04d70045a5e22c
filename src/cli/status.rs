//! `bauta status`: the generations of a staging.

use clap::Args;
use serde_json::json;

use super::{Common, Format, endpoint, output};
use crate::failure::Failure;
use crate::postgres::generations::Maintenance;
use crate::postgres::marker::{Marker, State};

/// Lists the generations of a staging: when they were made, from which rules, which one is live
#[derive(Args)]
pub(super) struct Status {
    /// Staging (or BAUTA_TARGET)
    #[arg(long)]
    target: Option<String>,
    /// Database of the target's server for locking and renaming
    #[arg(long, default_value = "postgres")]
    maintenance_db: String,
}

impl Status {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let target = endpoint::target_database(self.target.as_deref())?;
        let maintenance = Maintenance::open(&target, &self.maintenance_db).await?;
        let generations = maintenance.generations().await;
        maintenance.close().await;
        let generations = generations?;
        if common.format == Format::Json {
            let list: Vec<_> = generations.iter().map(|(found, marker)| as_json(&found.database, marker)).collect();
            return output::result(json!(list));
        }
        if generations.is_empty() {
            return output::result(format_args!("{}: no generation was made by bauta", target.database()));
        }
        let lines: Vec<String> = generations.iter().map(|(found, marker)| line(&found.database, marker)).collect();
        output::result(lines.join("\n"))
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Live => "live",
        State::Previous => "previous",
        State::Building => "building",
        State::Ready => "ready",
    }
}

fn line(database: &str, marker: &Marker) -> String {
    let rules = if marker.rules.is_empty() { "adopted".to_owned() } else { format!("rules {:.12}", marker.rules) };
    let until = marker.expires.as_ref().map(|expires| format!("  kept until {expires}")).unwrap_or_default();
    format!("{:8}  {}  made {}  {rules}  {database}{until}", word(marker.state), marker.generation, marker.made)
}

fn as_json(database: &str, marker: &Marker) -> serde_json::Value {
    json!({
        "state": word(marker.state),
        "generation": marker.generation,
        "database": database,
        "made": marker.made,
        "rules_digest": marker.rules,
        "expires": marker.expires,
        "adopted": marker.adopted,
    })
}

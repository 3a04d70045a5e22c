//! `bauta status`: the generations of a staging.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::{Common, Format, endpoint, output, refresh};
use crate::failure::{Failure, Kind};
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
    /// End with exit code 6 where the live generation is older than this, such as 26h, or there is none
    #[arg(long, value_parser = refresh::duration)]
    max_age: Option<Duration>,
}

impl Status {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let target = endpoint::target_database(self.target.as_deref())?;
        let maintenance = Maintenance::open(&target, &self.maintenance_db).await?;
        let generations = maintenance.generations().await;
        maintenance.close().await;
        let generations = generations?;
        let now = jiff::Timestamp::now();
        if common.format == Format::Json {
            let list = generations.iter().map(|(found, marker)| as_json(&found.database, marker, now));
            output::result(json!(list.collect::<Vec<_>>()))?;
        } else if generations.is_empty() {
            output::result(format_args!("{}: no generation was made by bauta", target.database()))?;
        } else {
            let lines: Vec<String> = generations.iter().map(|(found, marker)| line(&found.database, marker)).collect();
            output::result(lines.join("\n"))?;
        }
        let live =
            generations.iter().find(|(_, marker)| marker.state == State::Live).map(|(_, marker)| age(marker, now));
        match (self.max_age, live.flatten()) {
            (None, _) => Ok(()),
            (Some(longest), Some(age)) if age <= i64::try_from(longest.as_secs()).unwrap_or(i64::MAX) => Ok(()),
            (Some(_), Some(age)) => Err(Failure::new(
                Kind::Found,
                format!("{} is {} h {} min old", target.database(), age / 3600, age % 3600 / 60),
            )
            .remedy("look for the runs since: their logs, reports or evidence say why none was published")),
            (Some(_), None) => {
                Err(Failure::new(Kind::Found, format!("{} has no live generation that bauta made", target.database()))
                    .remedy("`bauta refresh` makes one; check the name after the slash of the address"))
            }
        }
    }
}

/// Seconds since a generation was made; by two clocks, the server's and ours.
fn age(marker: &Marker, now: jiff::Timestamp) -> Option<i64> {
    let made: jiff::Timestamp = marker.made.parse().ok()?;
    Some(now.as_second() - made.as_second())
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

fn as_json(database: &str, marker: &Marker, now: jiff::Timestamp) -> serde_json::Value {
    json!({
        "state": word(marker.state),
        "generation": marker.generation,
        "database": database,
        "made": marker.made,
        "age_seconds": age(marker, now),
        "evidence": marker.evidence,
        "rules_digest": marker.rules,
        "expires": marker.expires,
        "adopted": marker.adopted,
    })
}

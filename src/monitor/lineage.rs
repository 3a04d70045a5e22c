//! OpenLineage run events (spec 2-0-2): which table of staging comes from which of production, and for every column
//! whether a mask lies between (the `masking` flag of the column lineage facet 1-2-0).

use serde_json::{Map, Value, json};

use crate::evidence::{Column, Count, End, Outcome, Record, Table, digest};

/// Who makes the events; it names the program, there is nothing to fetch.
const PRODUCER: &str = concat!("urn:x-bauta:", env!("CARGO_PKG_VERSION"));
const RUN_EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const COLUMN_LINEAGE: &str =
    "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";
const SCHEMA: &str = "https://openlineage.io/spec/facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet";
const STATISTICS: &str = "https://openlineage.io/spec/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet";
const ERROR: &str = "https://openlineage.io/spec/facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet";

/// The event of a run that begins: nothing is known of its tables yet.
pub fn started(record: &Record) -> Value {
    event(record, "START", &record.began, json!({}))
}

/// The event of a run that is over.
pub fn ended(record: &Record) -> Value {
    let kind = match record.outcome {
        Outcome::Passed | Outcome::Published => "COMPLETE",
        Outcome::Interrupted => "ABORT",
        Outcome::Refused | Outcome::Failed => "FAIL",
    };
    let facets = record.failure.as_ref().map_or_else(
        || json!({}),
        |failure| {
            let facet = json!({
                "_producer": PRODUCER,
                "_schemaURL": ERROR,
                "message": failure.message,
                "programmingLanguage": "Rust",
            });
            json!({"errorMessage": facet})
        },
    );
    let mut event = event(record, kind, &record.ended, facets);
    event["inputs"] = record.tables.iter().map(|table| input(record, table)).collect();
    event["outputs"] = record.tables.iter().map(|table| output(record, table)).collect();
    event
}

fn event(record: &Record, kind: &str, time: &str, facets: Value) -> Value {
    let file = record.rules.file.rsplit('/').next().unwrap_or_default();
    let job = file.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("rules");
    json!({
        "eventType": kind,
        "eventTime": time,
        "run": {"runId": run_id(&record.run), "facets": facets},
        "job": {"namespace": "bauta", "name": job, "facets": {}},
        "inputs": [],
        "outputs": [],
        "producer": PRODUCER,
        "schemaURL": RUN_EVENT,
    })
}

/// The run's id as a UUID of version 8 (RFC 9562, section 5.8), made of its SHA-256.
fn run_id(run: &str) -> String {
    let mut digits: Vec<char> = digest(format!("bauta run {run}").as_bytes()).chars().take(32).collect();
    digits[12] = '8';
    digits[16] = 'a';
    let part = |from: usize, to: usize| digits[from..to].iter().collect::<String>();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// Namespace and name of a table, by OpenLineage's naming: `postgres://host:port` and `database.schema.table`.
fn named(end: &End, table: &Table) -> (String, String) {
    let schema = if table.table.contains('.') { "" } else { "public." };
    match end.address.split_once(':') {
        Some(("csv" | "parquet" | "null", folder)) => ("file".to_owned(), format!("{folder}/{}", table.table)),
        _ => {
            let place = end.address.split_once('@').map_or(end.address.as_str(), |(_, place)| place);
            let (host, database) = place.rsplit_once('/').unwrap_or((place, ""));
            (format!("postgres://{host}"), format!("{database}.{schema}{}", table.table))
        }
    }
}

fn schema(table: &Table) -> Value {
    let field = |column: &Column| json!({"name": column.column, "type": column.ty});
    json!({
        "_producer": PRODUCER,
        "_schemaURL": SCHEMA,
        "fields": table.columns.iter().map(field).collect::<Vec<_>>(),
    })
}

fn input(record: &Record, table: &Table) -> Value {
    let (namespace, name) = named(&record.source, table);
    json!({"namespace": namespace, "name": name, "facets": {"schema": schema(table)}})
}

fn output(record: &Record, table: &Table) -> Value {
    let (namespace, name) = named(&record.target, table);
    let (from_namespace, from) = named(&record.source, table);
    let mut fields = Map::new();
    for column in &table.columns {
        let kept = column.effect == "kept";
        let method = format!("{} {}", column.method, column.parameters.as_deref().unwrap_or_default());
        let transformation = json!({
            "type": "DIRECT",
            "subtype": if kept { "IDENTITY" } else { "TRANSFORMATION" },
            "description": format!("{}: {}", method.trim(), column.effect),
            "masking": !kept,
        });
        let input = json!({
            "namespace": from_namespace,
            "name": from,
            "field": column.column,
            "transformations": [transformation],
        });
        fields.insert(column.column.clone(), json!({"inputFields": [input]}));
    }
    let lineage = json!({"_producer": PRODUCER, "_schemaURL": COLUMN_LINEAGE, "fields": fields});
    let mut dataset = json!({
        "namespace": namespace,
        "name": name,
        "facets": {"schema": schema(table), "columnLineage": lineage},
    });
    if let Some(Count::Exact(rows)) = table.rows {
        let statistics = json!({"_producer": PRODUCER, "_schemaURL": STATISTICS, "rowCount": rows});
        dataset["outputFacets"] = json!({"outputStatistics": statistics});
    }
    dataset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_are_uuids() {
        let id = run_id("0123456789abcdef");
        let parts: Vec<&str> = id.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(parts[2].starts_with('8') && parts[3].starts_with('a'), "{id}");
        assert_eq!(id, run_id("0123456789abcdef"));
        assert_ne!(id, run_id("0123456789abcdee"));
    }

    #[test]
    fn tables_have_the_names_that_others_give_them() {
        let table = |name: &str| Table {
            table: name.to_owned(),
            selection: "all".to_owned(),
            rows: None,
            left_out: None,
            exempt: None,
            columns: Vec::new(),
        };
        let end = |address: &str| End { address: address.to_owned(), ..End::default() };
        for (address, name, wanted) in [
            ("u@h:5432/shop", "a", ("postgres://h:5432", "shop.public.a")),
            ("u@[::1]:5432/shop", "audit.b", ("postgres://[::1]:5432", "shop.audit.b")),
            ("u@/run/pg:5432/shop", "a", ("postgres:///run/pg:5432", "shop.public.a")),
            ("parquet:/data/x", "a", ("file", "/data/x/a")),
        ] {
            let (namespace, found) = named(&end(address), &table(name));
            assert_eq!((namespace.as_str(), found.as_str()), wanted, "{address}");
        }
    }
}

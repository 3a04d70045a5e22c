//! What the report of a run adds to the register: whose key it was, how many rows each table had, and what was measured.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::report::KAnonymity;

/// Facts of one run, taken from its report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// The run's id.
    pub run: String,
    /// When it ended (RFC 3339, UTC).
    pub finished: String,
    /// SHA-256 of the rule file that it ran with.
    pub rules_digest: String,
    /// Tells keys apart; `None` where the key was made for the run and forgotten.
    pub key_fingerprint: Option<String>,
    /// Wall time in seconds.
    pub seconds: f64,
    /// Bytes written.
    pub bytes: u64,
    /// Rows written, by table as a rule file writes it.
    pub rows: BTreeMap<String, u64>,
    /// How well rows hide that keep quasi-identifiers, by table.
    pub k_anonymity: Vec<KAnonymity>,
    /// What was checked before publishing.
    pub checks: Vec<String>,
}

impl Run {
    /// Reads the report of a run (`refresh --format json`, or a file of `--report`).
    ///
    /// # Errors
    /// Says what is missing.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let report: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
        let word =
            |field: &str| report[field].as_str().map(str::to_owned).ok_or_else(|| format!("it has no text `{field}`"));
        let mut rows = BTreeMap::new();
        let mut bytes = 0;
        let tables = report["tables"].as_array().ok_or("it has no list `tables`")?;
        for table in tables {
            let name = table["table"].as_str().ok_or("a table in it has no name")?;
            rows.insert(name.to_owned(), table["rows"].as_u64().ok_or("a table in it has no rows")?);
            bytes += table["bytes"].as_u64().unwrap_or_default();
        }
        let k_anonymity = report.get("k_anonymity").cloned().unwrap_or_default();
        let k_anonymity: Option<Vec<KAnonymity>> =
            serde_json::from_value(k_anonymity).map_err(|why| format!("its `k_anonymity`: {why}"))?;
        let checks = report["checks"].as_array().into_iter().flatten();
        Ok(Self {
            run: word("run")?,
            finished: word("finished")?,
            rules_digest: word("rules_digest")?,
            key_fingerprint: report["key_fingerprint"].as_str().map(str::to_owned),
            seconds: report["seconds"].as_f64().unwrap_or_default(),
            bytes,
            rows,
            k_anonymity: k_anonymity.unwrap_or_default(),
            checks: checks.filter_map(|check| check.as_str().map(str::to_owned)).collect(),
        })
    }
}

impl Run {
    /// Bytes in a second, from the first to the last stage; `None` for a run that moved nothing to speak of.
    pub fn rate(&self) -> Option<u64> {
        (self.bytes > 0 && self.seconds > 0.0).then(|| (self.bytes as f64 / self.seconds).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_and_what_is_none_is_refused() {
        let text = r#"{"run": "r", "finished": "f", "rules_digest": "d", "key_fingerprint": null, "checks": ["c"],
            "tables": [{"table": "t", "rows": 7}],
            "k_anonymity": [{"table": "t", "columns": ["a"], "rows": 7, "k": 2, "few": 3, "share": 1.0}]}"#;
        let run = Run::from_json(text).unwrap();
        assert_eq!((run.rows["t"], run.k_anonymity[0].k, run.k_anonymity[0].few), (7, 2, 3));
        assert_eq!(Run::from_json(&text.replace("k_anonymity", "other")).unwrap().k_anonymity, []);
        assert!(Run::from_json(&text.replace("\"k\"", "\"K\"")).unwrap_err().contains("k_anonymity"));
        assert_eq!(run.key_fingerprint, None);
        for bad in ["", "{}", "[]", r#"{"tables": []}"#, r#"{"tables": [{"table": "t"}]}"#] {
            assert!(Run::from_json(bad).is_err(), "{bad}");
        }
    }
}

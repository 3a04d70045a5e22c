//! Findings as SARIF 2.1.0 (OASIS Standard, 2020), which code hosts show on the lines of a change. What is found, and
//! under which rule, is the caller's.

use serde_json::{Value, json};

use super::{Diagnostics, Severity, Span};

/// What a run of the program looked for.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// A stable name, such as `check`.
    pub id: &'static str,
    /// One line about it.
    pub about: &'static str,
}

/// One result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and what to do, as plain text.
    pub text: String,
    /// Where; a result that no line is to blame for stands at the top of its file.
    pub place: Place,
    /// Other places that matter, each with a few words.
    pub related: Vec<(Place, String)>,
}

/// A stretch of a file; lines and columns count from 1, columns in characters, the end is one past the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's path.
    pub file: String,
    /// Line and column of the first character.
    pub start: (usize, usize),
    /// Line and column behind the last one.
    pub end: (usize, usize),
}

impl Place {
    /// The top of a file.
    pub fn top(file: impl Into<String>) -> Self {
        Self { file: file.into(), start: (1, 1), end: (1, 1) }
    }

    fn location(&self) -> Value {
        let mut region = json!({"startLine": self.start.0, "startColumn": self.start.1});
        if self.end > self.start {
            region["endLine"] = json!(self.end.0);
            region["endColumn"] = json!(self.end.1);
        }
        json!({"physicalLocation": {"artifactLocation": {"uri": uri(&self.file)}, "region": region}})
    }
}

/// The findings about a rule file.
pub fn findings(found: &Diagnostics) -> Vec<Finding> {
    let place = |span: Span| {
        let end = Span { start: span.end.max(span.start), end: span.end };
        Place { file: found.file.clone(), start: found.place(span), end: found.place(end) }
    };
    let finding = |one: &super::Diagnostic| {
        let mut text = one.message.clone();
        if !one.label.is_empty() {
            text.push_str(&format!(" ({})", one.label));
        }
        one.help.iter().for_each(|help| text.push_str(&format!("\nhelp: {help}")));
        Finding {
            severity: one.severity,
            text,
            place: one.span.map_or_else(|| Place::top(&found.file), place),
            related: one.related.iter().map(|(span, label)| (place(*span), label.clone())).collect(),
        }
    };
    found.list.iter().map(finding).collect()
}

/// A log of one run. `complete` is whether the program could look at all that it was asked to.
pub fn log(rule: Rule, findings: &[Finding], complete: bool) -> Value {
    let result = |finding: &Finding| {
        let related = |(index, (place, words)): (usize, &(Place, String))| {
            let mut location = place.location();
            location["id"] = json!(index);
            location["message"] = json!({"text": words});
            location
        };
        json!({
            "ruleId": rule.id,
            "ruleIndex": 0,
            "level": match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            "message": {"text": finding.text},
            "locations": [finding.place.location()],
            "relatedLocations": finding.related.iter().enumerate().map(related).collect::<Vec<_>>(),
        })
    };
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "bauta",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": [{"id": rule.id, "shortDescription": {"text": rule.about}}],
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": complete}],
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

/// A path as a URI reference (RFC 3986): relative ones stay relative, so that a code host finds them in the repository.
fn uri(path: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(byte);
    let encode = |byte: u8| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let encoded: String = path.trim_start_matches("./").bytes().map(encode).collect();
    if path.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostic;

    /// What section 3 of the standard requires of every object that we write.
    fn is_valid(log: &Value) {
        let text = |value: &Value| assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{value}");
        assert_eq!(log["version"], "2.1.0");
        text(&log["$schema"]);
        for run in log["runs"].as_array().unwrap() {
            let driver = &run["tool"]["driver"];
            text(&driver["name"]);
            for rule in driver["rules"].as_array().unwrap() {
                text(&rule["id"]);
                text(&rule["shortDescription"]["text"]);
            }
            assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
            assert!(["utf16CodeUnits", "unicodeCodePoints"].contains(&run["columnKind"].as_str().unwrap()));
            for result in run["results"].as_array().unwrap() {
                text(&result["message"]["text"]);
                assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
                let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(driver["rules"][index]["id"], result["ruleId"]);
                assert!(!result["locations"].as_array().unwrap().is_empty(), "code hosts drop results without a place");
                for location in ["locations", "relatedLocations"].iter().flat_map(|key| result[key].as_array().unwrap())
                {
                    let place = &location["physicalLocation"];
                    text(&place["artifactLocation"]["uri"]);
                    let number = |key: &str| place["region"][key].as_u64();
                    assert!(number("startLine").is_some_and(|line| line >= 1));
                    assert!(number("startColumn").is_some_and(|column| column >= 1));
                    assert!(number("endLine").is_none_or(|line| line >= number("startLine").unwrap()));
                }
            }
        }
    }

    #[test]
    fn findings_become_results_at_their_places() {
        let text = "version: 1\ntables:\n  größe: { keep: why, rows: 1 }\n".to_owned();
        let at = |word: &str| {
            let start = text.find(word).unwrap();
            Span { start, end: start + word.len() }
        };
        let list = vec![
            Diagnostic::error(at("rows"), "odd").label("here").help("do this").related(at("keep"), "and there"),
            Diagnostic::warning_without_place("in all"),
        ];
        let found = Diagnostics { file: "./a folder/shop.yaml".to_owned(), text: text.clone(), list };
        let log = log(Rule { id: "check", about: "mistakes in rules" }, &findings(&found), true);
        is_valid(&log);
        let results = &log["runs"][0]["results"];
        let region = json!({"startLine": 3, "startColumn": 23, "endLine": 3, "endColumn": 27});
        assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"], region);
        assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20folder/shop.yaml");
        assert_eq!(results[0]["message"]["text"], "odd (here)\nhelp: do this");
        assert_eq!(results[0]["relatedLocations"][0]["message"]["text"], "and there");
        assert_eq!((&results[0]["level"], &results[1]["level"]), (&json!("error"), &json!("warning")));
        assert_eq!(uri("/tmp/x y.yaml"), "file:///tmp/x%20y.yaml");
    }

    #[test]
    fn nothing_found_is_a_log_too() {
        let log = log(Rule { id: "check", about: "mistakes in rules" }, &[], true);
        is_valid(&log);
        assert_eq!(log["runs"][0]["results"], json!([]));
    }
}

//! Approvals: signatures of people over what a rule file says, with the schema that was reviewed and the scripts that run.
//! Bytes in, bytes out: files, clocks and keys on disk are left to the command line.
//!
//! What is signed is canonical: comments, blank lines, quotes, indentation and the order of keys do not matter, everything
//! that the program acts upon does, and so do reasons. Lists keep their order.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostic;
use crate::node::{self, Node, Value};
use crate::plan::Script;
use crate::schema::Schema;
use crate::signature::{PublicKey, SigningKey};

/// What an approval is about, as digests (SHA-256, hexadecimal).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Of the rules in their canonical form.
    pub rules: String,
    /// Of the reviewed schema snapshot.
    pub schema: String,
    /// Of each script of `after_load`, by its name.
    pub scripts: BTreeMap<String, String>,
}

/// One person's approval, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// What is approved.
    pub subject: Subject,
    /// When, RFC 3339, UTC; as the approver's machine had it.
    pub at: String,
    /// Tells the approver's key from others.
    pub key: String,
    /// Base64 of the Ed25519 signature.
    pub signature: String,
}

/// A file that should hold an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub file: String,
    /// What it holds, or why it holds none.
    pub approval: Result<Approval, &'static str>,
}

/// Somebody whose approval counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// As the list of approvers has it.
    pub name: String,
    /// The key that checks their signatures.
    pub key: PublicKey,
}

/// What approvals come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Names of those who approved what is there now, in the list's order.
    pub approved: Vec<String>,
    /// Why other approvals do not count, one line each.
    pub refused: Vec<String>,
}

impl Subject {
    /// Of a rule file's text, the schema that was reviewed with it, and its scripts.
    ///
    /// # Errors
    /// The text is no YAML of ours.
    pub fn new(rules: &str, schema: &Schema, scripts: &[Script]) -> Result<Self, Vec<Diagnostic>> {
        let rules = canonical(&node::parse(rules)?).to_string();
        Ok(Self {
            rules: digest(&rules),
            schema: digest(&schema.to_json()),
            scripts: scripts.iter().map(|script| (script.name.clone(), digest(&script.sql))).collect(),
        })
    }

    /// What differs from another subject, in words.
    fn differs(&self, other: &Subject) -> Vec<&'static str> {
        let parts = [
            (self.rules != other.rules, "the rules"),
            (self.schema != other.schema, "the schema snapshot"),
            (self.scripts != other.scripts, "the scripts"),
        ];
        parts.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what).collect()
    }

    /// The bytes that are signed. JSON with keys in a fixed order: no two subjects or moments give the same.
    fn statement(&self, at: &str) -> Vec<u8> {
        serde_json::json!({"bauta": "approval/1", "subject": self, "at": at}).to_string().into_bytes()
    }
}

impl Approval {
    /// Signs.
    pub fn sign(subject: Subject, at: String, key: &SigningKey) -> Self {
        let signature = STANDARD.encode(key.sign(&subject.statement(&at)));
        Self { subject, at, key: key.public().id(), signature }
    }

    /// As a file has it, with a newline at the end.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads what [`Approval::to_json`] writes.
    ///
    /// # Errors
    /// It is something else.
    pub fn from_json(text: &str) -> Result<Self, &'static str> {
        serde_json::from_str(text).map_err(|_| "it holds no approval")
    }

    fn is_signed_by(&self, key: &PublicKey) -> bool {
        let signature = STANDARD.decode(&self.signature).unwrap_or_default();
        key.verifies(&self.subject.statement(&self.at), &signature)
    }
}

/// Reads a list of approvers: a line for each, the name, then the public key in base64 (what stands between the lines of
/// its PEM form); blank lines and lines that begin with `#` say nothing.
///
/// # Errors
/// The line, from 1, and what is wrong with it.
pub fn approvers(text: &str) -> Result<Vec<Approver>, (usize, String)> {
    let mut list: Vec<Approver> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why: String| Err((index + 1, why));
        let Some((name, key)) = line.rsplit_once(char::is_whitespace) else {
            return wrong("an approver is a name and a public key".to_owned());
        };
        let name = name.trim().to_owned();
        let key = match PublicKey::read(&pem(key)) {
            Ok(key) => key,
            Err(why) => return wrong(format!("{name}: {why}")),
        };
        if let Some(other) = list.iter().find(|other| other.key == key || other.name == name) {
            return wrong(format!("{name} has the name or the key of {}, who counts once", other.name));
        }
        list.push(Approver { name, key });
    }
    Ok(list)
}

/// A line of such a list.
pub fn line(name: &str, key: &PublicKey) -> String {
    let pem = key.to_pem();
    format!("{name} {}", pem.lines().filter(|line| !line.starts_with('-')).collect::<String>())
}

fn pem(body: &str) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}

/// Counts approvals, each by the name of its file.
pub fn count(subject: &Subject, approvals: &[Found], approvers: &[Approver]) -> Count {
    let mut refused = Vec::new();
    let mut keys = Vec::new();
    for Found { file, approval } in approvals {
        let approval = match approval {
            Ok(approval) => approval,
            Err(why) => {
                refused.push(format!("{file}: {why}"));
                continue;
            }
        };
        let Some(approver) = approvers.iter().find(|approver| approval.is_signed_by(&approver.key)) else {
            let known = approvers.iter().find(|approver| approver.key.id() == approval.key);
            refused.push(match known {
                Some(approver) => {
                    format!("{file}: the signature is not {}'s, or what it signs was changed", approver.name)
                }
                None => format!("{file}: its key is not among the approvers'"),
            });
            continue;
        };
        match &approval.subject.differs(subject)[..] {
            [] => keys.push(approver.key),
            changed => refused.push(format!(
                "{file}: {} approved something else on {}; changed since: {}",
                approver.name,
                approval.at,
                changed.join(", ")
            )),
        }
    }
    let approved = approvers.iter().filter(|approver| keys.contains(&approver.key));
    Count { approved: approved.map(|approver| approver.name.clone()).collect(), refused }
}

/// Maps sorted by key; a scalar is its text, and whether it says nothing.
fn canonical(node: &Node) -> Json {
    match &node.value {
        // A bare `null` is nothing, a quoted one a word.
        Value::Text { text, quoted } if *quoted || !matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") => {
            Json::from(text.as_str())
        }
        Value::Text { .. } => Json::Null,
        Value::List(items) => Json::Array(items.iter().map(canonical).collect()),
        Value::Map(entries) => {
            let sorted: BTreeMap<&str, Json> =
                entries.iter().map(|entry| (entry.key.as_str(), canonical(&entry.node))).collect();
            Json::Object(sorted.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        }
    }
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "version: 1\ntables:\n  t: { columns: { a: { mask: date_shift, within: 30d }, b: redact }, keep: { why: [c] } }\n\
                         exceptions:\n  - { column: t.d, allow: keep, why: tests, expires: 2027-01-31 }\n";

    fn key(byte: u8) -> SigningKey {
        SigningKey::read(&format!("{byte:02x}").repeat(32)).unwrap()
    }

    fn subject(rules: &str) -> Subject {
        let scripts = [Script { name: "a.sql".to_owned(), sql: "select 1".to_owned() }];
        Subject::new(rules, &Schema::default(), &scripts).unwrap()
    }

    fn people() -> Vec<Approver> {
        let list = format!("# who may\n{}\n\n{}\n", line("Ann Lee", &key(1).public()), line("Bo", &key(2).public()));
        approvers(&list).unwrap()
    }

    fn counted(rules: &str, approvals: &[Approval]) -> Count {
        let files =
            approvals.iter().enumerate().map(|(at, one)| Found { file: format!("{at}"), approval: Ok(one.clone()) });
        count(&subject(rules), &files.collect::<Vec<_>>(), &people())
    }

    fn signed(rules: &str, byte: u8) -> Approval {
        Approval::sign(subject(rules), "2026-11-23T10:00:00Z".to_owned(), &key(byte))
    }

    #[test]
    fn approvals_are_counted_once_for_each_of_the_list() {
        let both = [signed(RULES, 1), signed(RULES, 2), signed(RULES, 1), signed(RULES, 3)];
        let count = counted(RULES, &both);
        assert_eq!(count.approved, ["Ann Lee", "Bo"]);
        assert_eq!(count.refused, ["3: its key is not among the approvers'"]);
        assert_eq!(Approval::from_json(&both[0].to_json()), Ok(both[0].clone()));
    }

    #[test]
    fn what_says_the_same_stays_approved() {
        for same in [
            format!("# a comment\n{RULES}\n\n"),
            RULES.replace("redact", "\"redact\"").replace("t.d", "'t.d'"),
            RULES.replace(
                "a: { mask: date_shift, within: 30d }, b: redact",
                "b: redact, a: { within: 30d, mask: date_shift }",
            ),
            RULES
                .replace("  t: { columns: ", "  t:\n    columns: ")
                .replace(", keep: { why: [c] } }", "\n    keep:\n      why:\n        - c"),
        ] {
            let subject = Subject::new(&same, &Schema::default(), &[]).unwrap_or_else(|_| panic!("{same}"));
            assert_eq!(subject.rules, self::subject(RULES).rules, "{same}");
        }
    }

    #[test]
    fn every_change_of_what_is_said_is_found() {
        let approvals = [signed(RULES, 1)];
        for (from, to) in [
            ("30d", "31d"),
            ("b: redact", "b: nullify"),
            ("why: [c]", "whi: [c]"),
            ("[c]", "[c, e]"),
            ("why: tests", "why: test"),
            ("2027", "2028"),
            ("t.d", "t.e"),
            ("version: 1", "version: 1\nunlisted: mask"),
            ("version: 1", "version: 1\nowner: crm"),
            ("  t: {", "  t: { owner: crm,"),
            ("within: 30d", "within: 30d, owner: crm"),
            ("b: redact", "b: ~"),
            ("b: redact", "b: \"\""),
        ] {
            let changed = RULES.replacen(from, to, 1);
            let count = counted(&changed, &approvals);
            assert!(count.approved.is_empty(), "{to}");
            assert!(count.refused[0].contains("changed since: the rules"), "{:?}", count.refused);
        }
        let now = subject(RULES);
        let other = Subject { schema: digest("x"), ..now.clone() };
        assert_eq!(other.differs(&now), ["the schema snapshot"]);
        let scripts = BTreeMap::from([("a.sql".to_owned(), digest("select 2"))]);
        assert_eq!(Subject { scripts, ..now.clone() }.differs(&now), ["the scripts"]);
    }

    #[test]
    fn a_changed_approval_counts_for_nothing() {
        let good = signed(RULES, 1);
        let mut wrong = vec![
            Approval { at: "2026-11-24T10:00:00Z".to_owned(), ..good.clone() },
            Approval { signature: signed(RULES, 2).signature, ..good.clone() },
            Approval { signature: String::new(), ..good.clone() },
            Approval { subject: subject(&RULES.replace("30d", "1d")), ..good.clone() },
        ];
        let bytes = STANDARD.decode(&good.signature).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            wrong.push(Approval { signature: STANDARD.encode(bytes), ..good.clone() });
        }
        for approval in wrong {
            // Bo's signature is Bo's, whatever key the file names.
            let by = counted(RULES, std::slice::from_ref(&approval)).approved;
            let taken = approval.signature == signed(RULES, 2).signature;
            assert_eq!(by, if taken { vec!["Bo".to_owned()] } else { Vec::new() }, "{approval:?}");
        }
    }

    #[test]
    fn lists_of_approvers_are_read_strictly() {
        let line = line("Ann", &key(1).public());
        for (text, at) in [
            (format!("{line}\n{line}"), 2),
            (format!("{line}\n{}", line.replace("Ann", "Bo")), 2),
            ("# nobody\nAnn".to_owned(), 2),
            ("Ann AAAA".to_owned(), 1),
        ] {
            assert_eq!(approvers(&text).unwrap_err().0, at, "{text}");
        }
        assert_eq!(approvers("").unwrap(), []);
    }
}

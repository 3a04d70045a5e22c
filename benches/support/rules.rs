//! Rule files for what production holds, written into a folder.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

/// Seven of a customer's fourteen columns: the key, a persona, its contacts, a date. Free text is kept: the mask `text`
/// composes sentences, costs fifty times what the others do (`benches/masks.rs`), and would be all that is measured.
const MASKED: &[(&str, &str)] = &[
    ("id", "permute"),
    ("full_name", "person_name"),
    ("email", "email"),
    ("phone", "phone"),
    ("street", "street"),
    ("birth_date", "{ mask: date_shift, within: 30d, per: id }"),
    ("city", "city"),
];

const REST: &[&str] = &["country", "note", "status", "balance", "newsletter", "created_at", "updated_at"];

/// How a table of customers is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// Seven columns are masked.
    Masked,
    /// Those of the seven that are text or integers.
    TextAndIntegers,
    /// All columns are kept.
    Kept,
}

impl Treatment {
    /// The columns that it masks, with their rules.
    pub(crate) fn masked(self) -> Vec<(&'static str, &'static str)> {
        let all = MASKED.iter().copied();
        match self {
            Treatment::Masked => all.collect(),
            Treatment::TextAndIntegers => all.filter(|(column, _)| *column != "birth_date").collect(),
            Treatment::Kept => Vec::new(),
        }
    }
}

/// Rule files in a folder that goes with them.
pub(crate) struct RuleFiles(TempDir);

impl RuleFiles {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A rule file for tables of customers.
    pub(crate) fn customers<'a>(&self, tables: impl IntoIterator<Item = &'a str>, treatment: Treatment) -> PathBuf {
        let masked = treatment.masked();
        let kept: Vec<&str> = MASKED
            .iter()
            .map(|(column, _)| *column)
            .filter(|column| masked.iter().all(|(other, _)| other != column))
            .chain(REST.iter().copied())
            .collect();
        let mut text = String::new();
        for table in tables {
            text += &format!("  {table}:\n");
            if !masked.is_empty() {
                text += "    columns:\n";
            }
            for (column, rule) in &masked {
                text += &format!("      {column}: {rule}\n");
            }
            text += &format!("    keep: {{ \"a benchmark\": [{}] }}\n", kept.join(", "));
        }
        self.write(&format!("{treatment:?}"), &text)
    }

    /// A rule file for the empty tables.
    pub(crate) fn empty_tables(&self, tables: u64) -> PathBuf {
        let mut text = String::new();
        for number in 0..tables {
            text += &format!(
                "  t{number}:\n    columns: {{ id: permute, name: person_name, email: email }}\n    \
                 keep: {{ \"a benchmark\": [born, amount, made] }}\n"
            );
            if number == 0 {
                text = text.replace("id: permute", "id: permute, parent: permute");
            }
        }
        self.write("empty", &text)
    }

    fn write(&self, name: &str, tables: &str) -> PathBuf {
        let path = self.0.path().join(format!("{name}.yaml"));
        fs::write(&path, format!("version: 1\ntables:\n{tables}")).expect("a rule file can be written");
        path
    }
}

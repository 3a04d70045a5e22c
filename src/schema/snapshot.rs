//! The schema snapshot beside a rule file (`shop.schema.json`): a schema as JSON that a person can read in a review and
//! compare line by line. Where the file stands and who reads it is left to the command line.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Column, Schema, Sequence, Table, TableName};

/// Version of the format; another one is refused.
const VERSION: u32 = 1;

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    tables: Vec<Table>,
    sequences: Vec<Sequence>,
}

/// Only the version, whatever else the file holds.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

impl Schema {
    /// Writes the schema as indented JSON, sorted, with a newline at the end: the same schema is the same text.
    pub fn to_json(&self) -> String {
        let Schema { mut tables, mut sequences } = self.clone();
        sort(&mut tables, &mut sequences);
        let file = File { version: VERSION, tables, sequences };
        match serde_json::to_string_pretty(&file) {
            Ok(text) => text + "\n",
            Err(why) => unreachable!("a schema holds nothing that JSON cannot hold: {why}"),
        }
    }

    /// Reads what [`Schema::to_json`] writes.
    ///
    /// # Errors
    /// Says where the text is no such JSON, or what in it contradicts itself.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let head: Head = serde_json::from_str(text).map_err(|why| why.to_string())?;
        if head.version != VERSION {
            return Err(format!("its version is {}, this program reads version {VERSION}", head.version));
        }
        let File { mut tables, mut sequences, .. } = serde_json::from_str(text).map_err(|why| why.to_string())?;
        sort(&mut tables, &mut sequences);
        sound(&tables)?;
        Ok(Self { tables, sequences })
    }
}

/// Sorts everything whose order means nothing. Columns keep theirs.
fn sort(tables: &mut [Table], sequences: &mut [Sequence]) {
    for table in &mut *tables {
        table.parents.sort();
        table.unique.sort_by(|a, b| a.name.cmp(&b.name));
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
        table.checks.sort_by(|a, b| a.name.cmp(&b.name));
    }
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    for sequence in &mut *sequences {
        sequence.feeds.sort();
    }
    sequences.sort_by(|a, b| a.name.cmp(&b.name));
}

/// Refuses what no database has: a name twice, a key over columns that are not there.
fn sound(tables: &[Table]) -> Result<(), String> {
    let mut names: BTreeSet<&TableName> = BTreeSet::new();
    for table in tables {
        if !names.insert(&table.name) {
            return Err(format!("the table {} stands in it twice", table.name));
        }
        let mut columns: BTreeSet<&str> = BTreeSet::new();
        for Column { name, .. } in &table.columns {
            if !columns.insert(name) {
                return Err(format!("the column {} stands in it twice", table.name.column(name)));
            }
        }
        let keys = table.unique.iter().flat_map(|one| [(&one.name, &one.columns), (&one.name, &one.inside)]);
        let keys = keys.chain(table.foreign_keys.iter().map(|key| (&key.name, &key.columns)));
        for (key, over) in keys {
            if let Some(missing) = over.iter().find(|column| !columns.contains(column.as_str())) {
                return Err(format!("{key} is over a column {} that is not there", table.name.column(missing)));
            }
        }
        if let Some(key) = table.foreign_keys.iter().find(|key| key.columns.len() != key.to_columns.len()) {
            return Err(format!("the foreign key {} of {} has unequal sides", key.name, table.name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{ForeignKey, Kind, Size, Unique};
    use super::*;

    fn column(name: &str, kind: Kind) -> Column {
        Column { name: name.to_owned(), ty: kind.into(), not_null: true, generated: false }
    }

    fn table(name: &str) -> Table {
        let unique = |name: &str| Unique { name: name.to_owned(), columns: vec!["id".into()], ..Unique::default() };
        Table {
            name: TableName::new("public", name),
            columns: vec![
                column("id", Kind::Int8),
                column("a", Kind::Array(Box::new(Kind::Range(Box::new(Kind::Date))))),
            ],
            parents: vec![],
            partition_key: Some(vec!["id".to_owned()]),
            partition: false,
            unlogged: true,
            unique: vec![unique("z"), unique("a")],
            foreign_keys: vec![ForeignKey {
                name: "up".to_owned(),
                columns: vec!["id".to_owned()],
                to: TableName::new("s", "up"),
                to_columns: vec!["id".to_owned()],
            }],
            checks: vec![],
            size: Size::default(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let feeds = vec![TableName::new("public", "b").column("id")];
        let sequences = vec![Sequence { name: TableName::new("public", "b_id_seq"), feeds }];
        let schema = Schema { tables: vec![table("b"), table("a")], sequences };
        let text = schema.to_json();
        let read = Schema::from_json(&text).unwrap();
        assert_eq!(read.tables.iter().map(|table| table.name.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(read.tables[0].unique[0].name, "a");
        assert_eq!(read.tables[0].columns, schema.tables[0].columns);
        assert_eq!(read.sequences, schema.sequences);
        assert_eq!(read.to_json(), text);
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn sizes_do_not_travel() {
        let mut one = table("a");
        one.size = Size { rows: 7, bytes: 8 };
        let schema = Schema { tables: vec![one], sequences: vec![] };
        assert_eq!(Schema::from_json(&schema.to_json()).unwrap().tables[0].size, Size::default());
    }

    #[test]
    fn what_is_no_snapshot_is_refused() {
        let bad = |tables: Vec<Table>| Schema::from_json(&Schema { tables, sequences: vec![] }.to_json()).unwrap_err();
        assert!(bad(vec![table("a"), table("a")]).contains("table a stands in it twice"));
        let mut twice = table("a");
        twice.columns.push(column("id", Kind::Text));
        assert!(bad(vec![twice]).contains("column a.id stands in it twice"));
        let mut absent = table("a");
        absent.unique[0].columns.push("b".to_owned());
        assert!(bad(vec![absent]).contains("a.b that is not there"));
        let mut unequal = table("a");
        unequal.foreign_keys[0].to_columns.clear();
        assert!(bad(vec![unequal]).contains("unequal sides"));
        for (text, why) in [
            ("", "line 1"),
            ("{}", "version"),
            ("{\"version\": 2}", "version 1"),
            ("{\"version\": 1, \"tables\": []}", "sequences"),
            ("{\"version\": 1, \"tables\": [], \"sequences\": [], \"x\": 1}", "unknown field"),
        ] {
            let said = Schema::from_json(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}

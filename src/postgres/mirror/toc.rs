//! The table of contents of an archive, as `pg_restore --list --verbose` prints it. An entry of a kind that is not known
//! here ends the run: nothing is created that was not thought of.

use crate::failure::Failure;

/// What an entry makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    AccessControl,
    AccessMethod,
    Aggregate,
    Cast,
    CheckConstraint,
    Collation,
    Comment,
    Constraint,
    Conversion,
    /// Rows: an archive of ours has none.
    Data,
    /// The database itself and the settings of the archive: never restored.
    Database,
    Default,
    DefaultAccess,
    Domain,
    EventTrigger,
    Extension,
    ForeignDataWrapper,
    ForeignKey,
    ForeignTable,
    Function,
    Index,
    IndexAttach,
    Language,
    LargeObject,
    MaterializedView,
    Operator,
    OperatorClass,
    OperatorFamily,
    Policy,
    Publication,
    Refresh,
    RowSecurity,
    Rule,
    Schema,
    SecurityLabel,
    Sequence,
    SequenceOwner,
    Server,
    ShellType,
    Statistics,
    StatisticsData,
    Subscription,
    Table,
    TableAttach,
    TextSearch,
    TextSearchPower,
    Transform,
    Trigger,
    Type,
    UserMapping,
    View,
}

/// Every kind: the word of the list, the catalog that the entry's object stands in (its OID, fixed in every version; 0 for
/// an entry that is not an object of its own), and what it is. Words that begin other words are told apart by the catalog:
/// a name that follows the word cannot deceive us. From `pg_dump.c` of PostgreSQL 14 to 18.
const KINDS: &[(&str, u32, Kind)] = &[
    ("ACCESS METHOD", 2601, Kind::AccessMethod),
    ("ACL", 0, Kind::AccessControl),
    ("AGGREGATE", 1255, Kind::Aggregate),
    ("BLOB", 2613, Kind::LargeObject),
    ("BLOB COMMENTS", 0, Kind::Data),
    ("BLOB METADATA", 2613, Kind::LargeObject),
    ("BLOBS", 0, Kind::Data),
    ("CAST", 2605, Kind::Cast),
    ("CHECK CONSTRAINT", 2606, Kind::CheckConstraint),
    ("COLLATION", 3456, Kind::Collation),
    ("COMMENT", 0, Kind::Comment),
    ("CONSTRAINT", 2606, Kind::Constraint),
    ("CONVERSION", 2607, Kind::Conversion),
    ("DATABASE", 1262, Kind::Database),
    ("DATABASE PROPERTIES", 0, Kind::Database),
    ("DEFAULT", 2604, Kind::Default),
    ("DEFAULT ACL", 826, Kind::DefaultAccess),
    ("DOMAIN", 1247, Kind::Domain),
    ("ENCODING", 0, Kind::Database),
    ("EVENT TRIGGER", 3466, Kind::EventTrigger),
    ("EXTENSION", 3079, Kind::Extension),
    ("FK CONSTRAINT", 2606, Kind::ForeignKey),
    ("FOREIGN DATA WRAPPER", 2328, Kind::ForeignDataWrapper),
    ("FOREIGN SERVER", 1417, Kind::Server),
    ("FOREIGN TABLE", 1259, Kind::ForeignTable),
    ("FUNCTION", 1255, Kind::Function),
    ("INDEX", 1259, Kind::Index),
    ("INDEX ATTACH", 0, Kind::IndexAttach),
    ("LARGE OBJECTS", 0, Kind::Data),
    ("MATERIALIZED VIEW", 1259, Kind::MaterializedView),
    ("MATERIALIZED VIEW DATA", 0, Kind::Refresh),
    ("OPERATOR", 2617, Kind::Operator),
    ("OPERATOR CLASS", 2616, Kind::OperatorClass),
    ("OPERATOR FAMILY", 2753, Kind::OperatorFamily),
    ("POLICY", 3256, Kind::Policy),
    ("PROCEDURAL LANGUAGE", 2612, Kind::Language),
    ("PROCEDURE", 1255, Kind::Function),
    ("PUBLICATION", 6104, Kind::Publication),
    ("PUBLICATION TABLE", 6106, Kind::Publication),
    ("PUBLICATION TABLES IN SCHEMA", 6237, Kind::Publication),
    ("ROW SECURITY", 0, Kind::RowSecurity),
    ("RULE", 2618, Kind::Rule),
    ("SCHEMA", 2615, Kind::Schema),
    ("SEARCHPATH", 0, Kind::Database),
    ("SECURITY LABEL", 0, Kind::SecurityLabel),
    ("SEQUENCE", 1259, Kind::Sequence),
    ("SEQUENCE OWNED BY", 0, Kind::SequenceOwner),
    ("SEQUENCE SET", 0, Kind::Data),
    ("SERVER", 1417, Kind::Server),
    ("SHELL TYPE", 0, Kind::ShellType),
    ("SHELL TYPE", 1247, Kind::ShellType),
    ("STATISTICS", 3381, Kind::Statistics),
    ("STATISTICS DATA", 0, Kind::StatisticsData),
    ("STDSTRINGS", 0, Kind::Database),
    ("SUBSCRIPTION", 6100, Kind::Subscription),
    ("SUBSCRIPTION TABLE", 6102, Kind::Subscription),
    ("SUBSCRIPTION TABLE", 0, Kind::Subscription),
    ("TABLE", 1259, Kind::Table),
    ("TABLE ATTACH", 0, Kind::TableAttach),
    ("TABLE DATA", 0, Kind::Data),
    ("TEXT SEARCH CONFIGURATION", 3602, Kind::TextSearch),
    ("TEXT SEARCH DICTIONARY", 3600, Kind::TextSearch),
    ("TEXT SEARCH PARSER", 3601, Kind::TextSearchPower),
    ("TEXT SEARCH TEMPLATE", 3764, Kind::TextSearchPower),
    ("TRANSFORM", 3576, Kind::Transform),
    ("TRIGGER", 2620, Kind::Trigger),
    ("TYPE", 1247, Kind::Type),
    ("USER MAPPING", 0, Kind::UserMapping),
    ("VIEW", 1259, Kind::View),
];

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its number in the archive.
    pub(super) id: u32,
    /// The catalog of its object, 0 where it is not an object of its own.
    pub(super) class: u32,
    /// Its object's OID in production; 0 for comments and the like.
    pub(super) oid: u32,
    /// What it makes.
    pub(super) kind: Kind,
    /// Kind, schema, name and owner, for people and not to be taken apart: names can hold blanks.
    pub(super) text: String,
    /// Numbers of the entries that it needs.
    pub(super) needs: Vec<u32>,
}

/// Reads the list.
///
/// # Errors
/// A line is not understood, or its kind is not known (exit 3).
pub(super) fn parse(list: &str) -> Result<Vec<Entry>, Failure> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in list.lines() {
        if let Some(numbers) = line.strip_prefix(";\tdepends on:") {
            if let Some(last) = entries.last_mut() {
                last.needs = numbers.split_whitespace().filter_map(|number| number.parse().ok()).collect();
            }
        } else if !line.starts_with(';') && !line.trim().is_empty() {
            entries.push(entry(line)?);
        }
    }
    Ok(entries)
}

/// `226; 1259 17865 TABLE sales customers app_owner`.
fn entry(line: &str) -> Result<Entry, Failure> {
    let parts = || {
        let (id, rest) = line.split_once("; ")?;
        let (class, rest) = rest.split_once(' ')?;
        let (oid, text) = rest.split_once(' ')?;
        Some((id.parse().ok()?, class.parse().ok()?, oid.parse().ok()?, text))
    };
    let Some((id, class, oid, text)) = parts() else {
        return Err(Failure::world("the list of an archive has a line that is not understood")
            .remedy("use pg_dump and pg_restore of a version from 14 to 18"));
    };
    let begins = |word: &str| text.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '));
    let known = KINDS.iter().filter(|(word, catalog, _)| *catalog == class && begins(word));
    match known.max_by_key(|(word, _, _)| word.len()) {
        Some((_, _, kind)) => {
            Ok(Entry { id, class, oid, kind: *kind, text: text.trim_end().to_owned(), needs: Vec::new() })
        }
        None => Err(unknown(text)),
    }
}

fn unknown(text: &str) -> Failure {
    let capital = |word: &&str| word.chars().all(|char| char.is_ascii_uppercase());
    let kind = text.split(' ').take_while(capital).collect::<Vec<_>>().join(" ");
    Failure::world(format!("production holds an object of a kind that is not known: {kind}"))
        .remedy("drop it there, or wait for a version of bauta that knows it: nothing was created")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> Entry {
        parse(line).unwrap().remove(0)
    }

    #[test]
    fn entries_are_read_with_what_they_need() {
        let list = "; Archive created at\n;     dbname: x; y\n;\n226; 1259 17865 TABLE sales customers app_owner\n\
                    ;\tdepends on: 12 1242\n4047; 0 0 COMMENT - EXTENSION btree_gist \n";
        let entries = parse(list).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[0].id, entries[0].class, entries[0].oid), (226, 1259, 17865));
        assert_eq!(entries[0].needs, [12, 1242]);
        assert_eq!(entries[1].kind, Kind::Comment);
    }

    #[test]
    fn hostile_names_do_not_change_a_kind() {
        // Schemas named ATTACH and DATA, a table named like a kind.
        assert_eq!(one("1; 1259 5 TABLE ATTACH x owner").kind, Kind::Table);
        assert_eq!(one("1; 0 0 TABLE ATTACH s x owner").kind, Kind::TableAttach);
        assert_eq!(one("1; 1259 5 MATERIALIZED VIEW DATA m owner").kind, Kind::MaterializedView);
        assert_eq!(one("1; 0 5 MATERIALIZED VIEW DATA s m owner").kind, Kind::Refresh);
        assert_eq!(one("1; 6104 5 PUBLICATION - TABLE owner").kind, Kind::Publication);
        assert_eq!(one("1; 2604 5 DEFAULT ACL t c owner").kind, Kind::Default);
        assert_eq!(one("1; 826 5 DEFAULT ACL - DEFAULT PRIVILEGES FOR TABLES o").kind, Kind::DefaultAccess);
        assert_eq!(one("1; 2617 5 OPERATOR CLASS === o").kind, Kind::Operator);
    }

    #[test]
    fn what_is_not_known_ends_the_run() {
        for line in ["1; 9999 5 PROPERTY GRAPH s g owner", "1; 1259 5 NEWTHING s g owner", "1; 2606 7 TABLE s t o"] {
            let failure = parse(line).unwrap_err();
            assert!(failure.message.contains("not known"), "{failure}");
            assert!(!failure.message.contains("owner"), "{failure}");
        }
        assert!(parse("not an entry").is_err());
        assert!(parse("x; 1 2 TABLE a b c").is_err());
    }
}

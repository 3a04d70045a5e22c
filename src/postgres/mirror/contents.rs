//! What of an archive is restored, in which step, and what is left out: a pure decision over the table of contents.

use std::collections::{BTreeMap, BTreeSet};

use super::powers::Power;
use super::toc::{Entry, Kind};
use crate::failure::Failure;

/// Numbers of entries for each step, in the archive's own order (the numbers of a list file).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Everything that is there before rows are (its section is `pre-data`) and the keys, indexes and statistics objects
    /// that follow them (`post-data`).
    pub(super) structure: Vec<u32>,
    /// Foreign keys.
    pub(super) foreign_keys: Vec<u32>,
    /// Materialized views to fill, those that others are made of first.
    pub(super) refresh: Vec<u32>,
    /// Triggers, rules and row security.
    pub(super) triggers: Vec<u32>,
    /// Comments on what comes last.
    pub(super) late_comments: Vec<u32>,
    /// What is not mirrored, one line each.
    pub(super) left_out: Vec<String>,
}

/// What decides besides the table of contents.
pub(super) struct Facts<'a> {
    /// Objects of production that only a superuser can create: catalog and OID, and how both servers name them.
    pub(super) powers: &'a BTreeMap<(u32, u32), Power>,
    /// Those and the schemas that are there already, from the template.
    pub(super) present: &'a BTreeSet<Power>,
    /// OIDs of the rules that are the body of a view.
    pub(super) view_rules: &'a BTreeSet<u32>,
    /// Whether whoever restores is a superuser.
    pub(super) superuser: bool,
    /// `mirror: { comments: drop }`.
    pub(super) drop_comments: bool,
}

/// What becomes of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Structure,
    ForeignKey,
    Refresh,
    Late,
    LateComment,
    /// It is restored by other means, or is there already: what needs it can be restored.
    Elsewhere,
    /// It is not mirrored, and neither is what needs it.
    Out,
}

/// Decides for every entry.
///
/// # Errors
/// Something that only a superuser can create is missing (exit 3, all of it named), something that tables are made of needs
/// what is not mirrored, or the archive holds rows.
pub(super) fn decide(entries: &[Entry], facts: &Facts<'_>) -> Result<Contents, Failure> {
    let mut contents = Contents::default();
    let mut fates: BTreeMap<u32, (Fate, Kind)> = BTreeMap::new();
    let mut missing = Vec::new();
    for entry in entries {
        let mut fate = fate(entry, facts)?;
        if let Some(power) = facts.powers.get(&(entry.class, entry.oid)).filter(|_| fate == Fate::Structure) {
            if facts.present.contains(power) {
                fate = Fate::Elsewhere;
            } else if !facts.superuser && entry.kind != Kind::Schema {
                missing.push(power.to_string());
            }
        }
        let needed = || entry.needs.iter().filter_map(|id| fates.get(id));
        let comes_late = |(fate, kind): &(Fate, Kind)| {
            *kind == Kind::Policy || matches!(fate, Fate::ForeignKey | Fate::Refresh | Fate::Late)
        };
        if entry.kind == Kind::Comment && fate == Fate::Structure && needed().any(comes_late) {
            fate = Fate::LateComment;
        }
        if fate != Fate::Out && needed().any(|(fate, _)| *fate == Fate::Out) {
            if !can_be_missed(entry.kind) {
                return Err(Failure::world(format!("`{}` needs something that is not mirrored", entry.text)).remedy(
                    "foreign tables, servers and the like stay behind: take it out of production's structure",
                ));
            }
            fate = Fate::Out;
        }
        fates.insert(entry.id, (fate, entry.kind));
        match fate {
            Fate::Structure => contents.structure.push(entry.id),
            Fate::ForeignKey => contents.foreign_keys.push(entry.id),
            Fate::Refresh => contents.refresh.push(entry.id),
            Fate::Late => contents.triggers.push(entry.id),
            Fate::LateComment => contents.late_comments.push(entry.id),
            Fate::Out if told(entry.kind) => contents.left_out.push(entry.text.clone()),
            Fate::Elsewhere | Fate::Out => {}
        }
    }
    if missing.is_empty() { Ok(contents) } else { Err(cannot_create(&missing)) }
}

/// Entries of the keys and indexes that need no more than what is there before rows are, and the table with this OID.
pub(super) fn keys_of(entries: &[Entry], contents: &Contents, oid: u32) -> Vec<u32> {
    /// The catalog of tables, `pg_class`.
    const CLASS: u32 = 1259;
    let Some(table) =
        entries.iter().find(|entry| entry.kind == Kind::Table && (entry.class, entry.oid) == (CLASS, oid))
    else {
        return Vec::new();
    };
    let is_key = |entry: &&Entry| matches!(entry.kind, Kind::Constraint | Kind::Index);
    let later: BTreeSet<u32> = entries.iter().filter(is_key).map(|entry| entry.id).collect();
    let restored: BTreeSet<u32> = contents.structure.iter().copied().collect();
    let of_table = |entry: &&Entry| {
        restored.contains(&entry.id)
            && entry.needs.contains(&table.id)
            && !entry.needs.iter().any(|needed| later.contains(needed))
    };
    entries.iter().filter(is_key).filter(of_table).map(|entry| entry.id).collect()
}

fn fate(entry: &Entry, facts: &Facts<'_>) -> Result<Fate, Failure> {
    Ok(match entry.kind {
        Kind::Data => return Err(Failure::bug(format!("the archive of the structure holds rows: `{}`", entry.text))),
        Kind::AccessMethod
        | Kind::Aggregate
        | Kind::Cast
        | Kind::CheckConstraint
        | Kind::Collation
        | Kind::Constraint
        | Kind::Conversion
        | Kind::Default
        | Kind::Domain
        | Kind::Extension
        | Kind::Function
        | Kind::Index
        | Kind::IndexAttach
        | Kind::Language
        | Kind::MaterializedView
        | Kind::Operator
        | Kind::OperatorClass
        | Kind::OperatorFamily
        | Kind::Schema
        | Kind::Sequence
        | Kind::SequenceOwner
        | Kind::ShellType
        | Kind::Statistics
        | Kind::Table
        | Kind::TableAttach
        | Kind::TextSearch
        | Kind::TextSearchPower
        | Kind::Transform
        | Kind::Type
        | Kind::View => Fate::Structure,
        // A view in a circle of dependencies gets its body by a rule once its table has a key.
        Kind::Rule if facts.view_rules.contains(&entry.oid) => Fate::Structure,
        Kind::Rule | Kind::Trigger | Kind::RowSecurity => Fate::Late,
        Kind::ForeignKey => Fate::ForeignKey,
        Kind::Refresh => Fate::Refresh,
        Kind::Comment if facts.drop_comments || entry.text.starts_with("COMMENT - EXTENSION ") => Fate::Out,
        Kind::Comment => Fate::Structure,
        // Replayed from the catalog, with the roles that there are.
        Kind::AccessControl | Kind::DefaultAccess | Kind::Policy | Kind::Database => Fate::Elsewhere,
        Kind::EventTrigger
        | Kind::ForeignDataWrapper
        | Kind::ForeignTable
        | Kind::LargeObject
        | Kind::Publication
        | Kind::SecurityLabel
        | Kind::Server
        | Kind::StatisticsData
        | Kind::Subscription
        | Kind::UserMapping => Fate::Out,
    })
}

/// Whether rows and their types do without it, so that it can stay behind with what it needs.
fn can_be_missed(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::AccessControl
            | Kind::Aggregate
            | Kind::Comment
            | Kind::DefaultAccess
            | Kind::Function
            | Kind::Index
            | Kind::MaterializedView
            | Kind::Refresh
            | Kind::Policy
            | Kind::Rule
            | Kind::TableAttach
            | Kind::Trigger
            | Kind::View
    )
}

/// Whether a person wants to hear that it stayed behind.
fn told(kind: Kind) -> bool {
    !matches!(kind, Kind::Comment | Kind::AccessControl | Kind::TableAttach | Kind::Refresh | Kind::LargeObject)
}

fn cannot_create(missing: &[String]) -> Failure {
    let many = if missing.len() == 1 { "an object" } else { "objects" };
    Failure::world(format!(
        "production has {many} that only a superuser can create, and staging's server does not have: {}",
        missing.join(", ")
    ))
    .remedy("let an administrator create them once in a database of their own on staging's server, and name it with --template")
}

#[cfg(test)]
mod tests {
    use super::super::toc::parse;
    use super::*;

    const LIST: &str = "\
10; 2615 100 SCHEMA - s o
11; 3079 101 EXTENSION - citext 
12; 0 0 COMMENT - EXTENSION citext 
;\tdepends on: 11
13; 1255 102 FUNCTION s c(text) o
14; 1417 103 SERVER - fs o
15; 1259 104 FOREIGN TABLE s ft o
;\tdepends on: 10 14
16; 1259 105 VIEW s over_ft o
;\tdepends on: 10 15
17; 1259 106 TABLE s t o
;\tdepends on: 10
18; 0 0 COMMENT s TABLE t o
;\tdepends on: 17
19; 2606 107 CONSTRAINT s t t_pkey o
;\tdepends on: 17
20; 2606 108 FK CONSTRAINT s t fk o
21; 0 109 MATERIALIZED VIEW DATA s m o
22; 2620 110 TRIGGER s t tr o
23; 3256 111 POLICY s t p o
24; 0 0 COMMENT s POLICY t p o
;\tdepends on: 23
25; 2618 112 RULE s v _RETURN o
26; 6104 113 PUBLICATION - p o
";

    fn decided(superuser: bool, present: &[Power], list: &str) -> Result<Contents, Failure> {
        decided_with(superuser, present, list, false)
    }

    fn decided_with(superuser: bool, present: &[Power], list: &str, drop_comments: bool) -> Result<Contents, Failure> {
        let power = Power { kind: "function".to_owned(), identity: "s.c(text)".to_owned() };
        let powers = BTreeMap::from([((1255, 102), power)]);
        let present = present.iter().cloned().collect();
        let view_rules = BTreeSet::from([112]);
        let facts = Facts { powers: &powers, present: &present, view_rules: &view_rules, superuser, drop_comments };
        decide(&parse(list).unwrap(), &facts)
    }

    #[test]
    fn every_entry_has_its_step() {
        let contents = decided(true, &[], LIST).unwrap();
        assert_eq!(contents.structure, [10, 11, 13, 17, 18, 19, 25]);
        assert_eq!(contents.foreign_keys, [20]);
        assert_eq!(contents.refresh, [21]);
        assert_eq!(contents.triggers, [22]);
        assert_eq!(contents.late_comments, [24]);
        let left_out = ["SERVER - fs o", "FOREIGN TABLE s ft o", "VIEW s over_ft o", "PUBLICATION - p o"];
        assert_eq!(contents.left_out, left_out);
    }

    #[test]
    fn keys_come_early_where_they_need_their_table_only() {
        let list = format!(
            "{LIST}27; 1259 114 INDEX s i o\n;\tdepends on: 17\n28; 0 0 INDEX ATTACH s a o\n;\tdepends on: 17 27\n\
             29; 1259 115 INDEX s j o\n;\tdepends on: 17 27\n30; 1259 116 TABLE s u o\n31; 1259 117 INDEX s k o\n;\tdepends on: 30\n"
        );
        let contents = decided(true, &[], &list).unwrap();
        let entries = parse(&list).unwrap();
        assert_eq!(keys_of(&entries, &contents, 106), [19, 27]);
        assert_eq!(keys_of(&entries, &contents, 116), [31]);
        assert!(keys_of(&entries, &contents, 999).is_empty());
    }

    #[test]
    fn comments_stay_behind_where_the_rules_say_so() {
        let contents = decided_with(true, &[], LIST, true).unwrap();
        assert_eq!(contents.structure, [10, 11, 13, 17, 19, 25]);
        assert!(contents.late_comments.is_empty());
    }

    #[test]
    fn what_only_a_superuser_creates_must_be_there() {
        let failure = decided(false, &[], LIST).unwrap_err();
        assert!(failure.message.contains("function s.c(text)"), "{failure}");
        let there = Power { kind: "function".to_owned(), identity: "s.c(text)".to_owned() };
        let contents = decided(false, &[there], LIST).unwrap();
        assert!(!contents.structure.contains(&13));
    }

    #[test]
    fn a_table_that_needs_what_stays_behind_ends_the_run() {
        let list = format!("{LIST}27; 1259 114 TABLE s u o\n;\tdepends on: 14\n");
        assert!(decided(true, &[], &list).is_err());
        assert_eq!(decided(true, &[], "1; 0 0 TABLE DATA s t o\n").unwrap_err().kind, crate::failure::Kind::Bug);
    }
}

//! Constraints on both sides: staging's have to hold exactly where production's do.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::postgres::catalog::get;
use crate::postgres::connect::Session;
use crate::verify::Facts;

const CONSTRAINTS: &str = include_str!("constraints.sql");

/// Indexes that are not usable.
const INVALID: &str = "\
    SELECT i.identity FROM pg_index x CROSS JOIN LATERAL pg_identify_object('pg_class'::regclass, x.indexrelid, 0) AS i \
    WHERE NOT x.indisvalid AND x.indexrelid >= 16384 ORDER BY 1";

/// Name and kind of a constraint, and whether it is valid.
pub(super) type Constraints = BTreeMap<(String, String), bool>;

/// Reads a database's constraints.
pub(super) async fn read(session: &Session) -> Result<Constraints, Failure> {
    let rows = session.query(CONSTRAINTS, &[]).await.map_err(|error| session.failure(&error, "reading constraints"))?;
    rows.iter().map(|row| Ok(((get(row, "identity")?, get(row, "kind")?), get(row, "valid")?))).collect()
}

/// Compares the shadow's constraints with production's.
pub(super) async fn compare(session: &Session, production: &Constraints) -> Result<Facts, Failure> {
    let there = read(session).await?;
    let mut facts = judge(production, &there);
    let invalid = session.query(INVALID, &[]).await.map_err(|error| session.failure(&error, "reading indexes"))?;
    for row in &invalid {
        facts.broken.push(format!("index {} is not valid", get::<String>(row, "identity")?));
    }
    Ok(facts)
}

fn judge(production: &Constraints, there: &Constraints) -> Facts {
    let mut facts = Facts::default();
    for ((name, kind), valid) in production {
        match there.get(&(name.clone(), kind.clone())) {
            Some(there) if there == valid || *there => {}
            Some(_) => facts.broken.push(format!("constraint {name} is valid in production and not on staging")),
            None => facts.broken.push(format!("constraint {name} is missing on staging")),
        }
    }
    let count = |wanted: &[&str]| {
        let valid = there.iter().filter(|((_, kind), valid)| **valid && wanted.contains(&kind.as_str()));
        valid.count()
    };
    facts.checked.push(format!(
        "{} keys, {} foreign keys and {} checks hold, as production's do",
        count(&["p", "u", "x"]),
        count(&["f"]),
        count(&["c"])
    ));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_that_is_missing_or_weaker_is_told() {
        let constraint = |name: &str, valid| ((name.to_owned(), "f".to_owned()), valid);
        let production = Constraints::from([constraint("a", true), constraint("b", true), constraint("c", false)]);
        let there = Constraints::from([constraint("b", false), constraint("c", false)]);
        let facts = judge(&production, &there);
        assert_eq!(facts.broken.len(), 2);
        assert!(judge(&production, &production).broken.is_empty());
    }
}

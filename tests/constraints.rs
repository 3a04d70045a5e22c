//! What a plan says of constraints is so: where it finds nothing, the load breaks none of them
//! (`cases/constraints/held.sql`). What it refuses is in `cases/plan`.

use crate::support::{Case, production, staging};

#[test]
fn constraints_that_a_plan_lets_pass_hold() {
    let case = Case::new(
        "constraints",
        include_str!("cases/constraints/held.sql"),
        include_str!("cases/constraints/held.yaml"),
    );
    let ran = case.refreshed();
    assert!(!ran.stderr.contains("cannot be known"), "{}", ran.stderr);
    for counts in [
        "select count(*), count(boss), count(distinct lower(email)), count(distinct plate), count(distinct iban) from people",
        "select count(*), count(distinct room), count(distinct guest), count(distinct until - start) from bookings",
        "select conname, convalidated from pg_constraint where connamespace = 'public'::regnamespace order by 1",
    ] {
        assert_eq!(staging().sql(&case.staging, counts), production().sql(&case.production, counts), "{counts}");
    }
    let changed = "select count(*) from people where plate = 'AB-0001' or iban = 'DE00000000000000007919'";
    assert_eq!(staging().sql(&case.staging, changed), "0");
}

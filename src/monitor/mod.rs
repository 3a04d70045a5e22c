//! What a run tells to the programs that watch jobs: Prometheus metrics and OpenLineage events, as text. Names, counts and
//! times only; writing files is left to the command line.

pub mod lineage;
pub mod metrics;

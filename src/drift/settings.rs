//! Settings whose difference can make a test pass on staging and fail on production: what a statement gives, whether it is
//! cut off, how it is planned. Where logs go and how much memory is shared is nobody's business here.

/// A statement means something else.
const MEANING: &str = "statements mean or print something else";
/// A statement is cut off.
const LIMITS: &str = "statements or sessions are cut off, or wait, at another point";
/// A statement is planned in another way.
const PLANS: &str = "statements are planned in another way, so their speed says little";
/// Other code runs.
const CODE: &str = "other code runs inside the server";
/// A transaction behaves in another way.
const TRANSACTIONS: &str = "transactions see, keep or lose other things";

/// Settings and why each matters, sorted by name (PostgreSQL 14 to 18; a server knows those of its version).
pub const SETTINGS: &[(&str, &str)] = &[
    ("DateStyle", MEANING),
    ("IntervalStyle", MEANING),
    ("TimeZone", MEANING),
    ("array_nulls", MEANING),
    ("autovacuum", PLANS),
    ("backslash_quote", MEANING),
    ("bytea_output", MEANING),
    ("constraint_exclusion", PLANS),
    ("cpu_index_tuple_cost", PLANS),
    ("cpu_operator_cost", PLANS),
    ("cpu_tuple_cost", PLANS),
    ("cursor_tuple_fraction", PLANS),
    ("default_statistics_target", PLANS),
    ("default_table_access_method", CODE),
    ("default_text_search_config", MEANING),
    ("default_toast_compression", PLANS),
    ("default_transaction_deferrable", TRANSACTIONS),
    ("default_transaction_isolation", TRANSACTIONS),
    ("default_transaction_read_only", TRANSACTIONS),
    ("effective_cache_size", PLANS),
    ("enable_async_append", PLANS),
    ("enable_bitmapscan", PLANS),
    ("enable_gathermerge", PLANS),
    ("enable_hashagg", PLANS),
    ("enable_hashjoin", PLANS),
    ("enable_incremental_sort", PLANS),
    ("enable_indexonlyscan", PLANS),
    ("enable_indexscan", PLANS),
    ("enable_material", PLANS),
    ("enable_memoize", PLANS),
    ("enable_mergejoin", PLANS),
    ("enable_nestloop", PLANS),
    ("enable_parallel_append", PLANS),
    ("enable_parallel_hash", PLANS),
    ("enable_partition_pruning", PLANS),
    ("enable_partitionwise_aggregate", PLANS),
    ("enable_partitionwise_join", PLANS),
    ("enable_seqscan", PLANS),
    ("enable_sort", PLANS),
    ("enable_tidscan", PLANS),
    ("escape_string_warning", MEANING),
    ("extra_float_digits", MEANING),
    ("from_collapse_limit", PLANS),
    ("geqo", PLANS),
    ("gin_fuzzy_search_limit", MEANING),
    ("hash_mem_multiplier", PLANS),
    ("idle_in_transaction_session_timeout", LIMITS),
    ("idle_session_timeout", LIMITS),
    ("jit", PLANS),
    ("join_collapse_limit", PLANS),
    ("lc_monetary", MEANING),
    ("lc_numeric", MEANING),
    ("lc_time", MEANING),
    ("lo_compat_privileges", MEANING),
    ("local_preload_libraries", CODE),
    ("lock_timeout", LIMITS),
    ("maintenance_work_mem", PLANS),
    ("max_connections", LIMITS),
    ("max_locks_per_transaction", LIMITS),
    ("max_parallel_workers_per_gather", PLANS),
    ("max_prepared_transactions", LIMITS),
    ("password_encryption", MEANING),
    ("plan_cache_mode", PLANS),
    ("quote_all_identifiers", MEANING),
    ("random_page_cost", PLANS),
    ("row_security", MEANING),
    ("search_path", MEANING),
    ("seq_page_cost", PLANS),
    ("session_preload_libraries", CODE),
    ("session_replication_role", CODE),
    ("shared_preload_libraries", CODE),
    ("ssl", LIMITS),
    ("standard_conforming_strings", MEANING),
    ("statement_timeout", LIMITS),
    ("synchronous_commit", TRANSACTIONS),
    ("temp_file_limit", LIMITS),
    ("timezone_abbreviations", MEANING),
    ("transaction_timeout", LIMITS),
    ("transform_null_equals", MEANING),
    ("wal_level", TRANSACTIONS),
    ("work_mem", PLANS),
    ("xmlbinary", MEANING),
    ("xmloption", MEANING),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_sorted_and_unique() {
        assert!(SETTINGS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}

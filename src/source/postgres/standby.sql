-- How long a standby waits for our statements before it cancels them: -1 is without end; milliseconds otherwise.
SELECT
    current_setting('hot_standby_feedback')::bool AS feedback,
    (SELECT setting::bigint FROM pg_settings WHERE name = 'max_standby_streaming_delay') AS delay,
    (SELECT coalesce(sum(c.relpages::bigint), 0)::bigint * current_setting('block_size')::bigint FROM pg_class c) AS bytes

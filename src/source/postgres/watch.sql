-- Who waits for a lock that one of our sessions ($1: their processes) holds: the longest wait, in seconds, and for what.
SELECT
    extract(epoch FROM clock_timestamp() - l.waitstart)::float8 AS seconds,
    coalesce(l.relation::regclass::text, l.locktype) AS object
FROM pg_locks l
WHERE NOT l.granted
    AND l.waitstart IS NOT NULL
    AND l.pid <> ALL ($1)
    AND pg_blocking_pids(l.pid) && $1
ORDER BY seconds DESC
LIMIT 1

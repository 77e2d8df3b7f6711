/** PostgreSQL's settings, by name; values as they stand in `postgresql.conf`, without quotes. */
export type PostgresSettings = Readonly<Record<string, string>>

/** The log files of PostgreSQL, in the `log` folder of the database; each at most `log_rotation_size`. */
export const logFilePrefix = 'postgres-'

/**
 * For one Tocsin on a small machine: PostgreSQL and the server together stay under 250 MB, and what was committed is
 * on the disk. Parallel queries, replication and JIT are off because each costs processes or memory and our queries
 * are short. `terse` keeps values of rows out of the log.
 */
const settings: PostgresSettings = {
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: '60',
  // What lies here is in the kernel's cache as well: less of it costs reads, not calls to the disk.
  shared_buffers: '32MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  autovacuum_work_mem: '16MB',
  effective_cache_size: '512MB',
  huge_pages: 'off',
  io_method: 'sync',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_level: 'minimal',
  // These binaries know pglz only. On two cores it made updates after a checkpoint 1.7 times slower (20,000 rows: 140
  // to 230 ms against 85 to 100) and saved 45 % of the log, which is recycled anyway.
  wal_compression: 'off',
  wal_buffers: '4MB',
  max_wal_senders: '0',
  max_replication_slots: '0',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '2',
  autovacuum_naptime: '15s',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  logging_collector: 'on',
  log_destination: 'stderr',
  log_directory: 'log',
  log_filename: `${logFilePrefix}%Y%m%d-%H%M%S.log`,
  log_file_mode: '0600',
  log_rotation_age: '1d',
  log_rotation_size: '10MB',
  log_line_prefix: '%m [%p] %q%a ',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
}

/** A query whose Tocsin was killed ends soon instead of running on with its locks; Windows does not know the setting. */
const cancelForKilledClients: PostgresSettings =
  process.platform === 'win32' ? {} : { client_connection_check_interval: '5s' }

/** The text of `tocsin.conf`, which `postgresql.conf` includes; rewritten at every start. */
export function settingsFile(extra: PostgresSettings): string {
  const all = { ...settings, ...cancelForKilledClients, ...extra }
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  return [
    '# Written by Tocsin at every start. Your own settings belong below the include in postgresql.conf.',
    ...lines,
    '',
  ].join('\n')
}

/** The whole of `pg_hba.conf`: loopback with a password, and nobody else. */
export const accessFile = 'host all all 127.0.0.1/32 scram-sha-256\n'

import { statfsSync } from 'node:fs'
import { totalmem } from 'node:os'

export type Setting = readonly [name: string, value: string, why: string]

export type Machine = { readonly memoryMb: number; readonly sharedMemoryMb: number; readonly cores: number }

/** The memory the kernel really grants (a container may get less than the machine has) and the size of /dev/shm. */
export function thisMachine(cores: number): Machine {
  const granted = process.constrainedMemory()
  const bytes = granted > 0 ? Math.min(granted, totalmem()) : totalmem()
  let sharedMemoryMb = Number.POSITIVE_INFINITY
  try {
    const shm = statfsSync('/dev/shm')
    sharedMemoryMb = (shm.bsize * shm.blocks) / 2 ** 20
  } catch {
    // macOS and Windows have none and need none.
  }
  return { memoryMb: Math.floor(bytes / 2 ** 20), sharedMemoryMb, cores }
}

/**
 * The whole configuration of the embedded server. `volatile` is for tests only: their data may be lost with the machine.
 * Tuned for books of millions of rows that come in by COPY and are joined once, on anything from 4 GB.
 */
export function postgresSettings(machine: Machine, volatile: boolean): Setting[] {
  const mb = (share: number, least: number, most: number) =>
    `${Math.round(Math.min(most, Math.max(least, machine.memoryMb * share)))}MB`
  const settings: Setting[] = [
    ['listen_addresses', '127.0.0.1', 'local only; the port is free at the time and comes on the command line'],
    ['unix_socket_directories', '', 'a socket path may be at most 107 bytes long, a data folder may be longer'],
    ['password_encryption', 'scram-sha-256', 'the server proves itself to us as well'],
    ['max_connections', '100', 'a few pools of the platform, its workers and the tests'],

    ['shared_buffers', mb(0.06, 128, 512), 'the rest is the kernel’s cache, which COPY and big sorts use better'],
    ['work_mem', mb(0.004, 16, 64), 'per sort; times hash_mem_multiplier per hash'],
    ['hash_mem_multiplier', '4', 'the settle join should keep one book in memory'],
    ['maintenance_work_mem', mb(0.03, 64, 512), 'index builds after a bulk load'],
    ['effective_cache_size', mb(0.5, 512, 65536), 'what the planner may hope to find cached'],
    ['jit', 'off', 'compiling costs more than our set-based statements gain'],
    ['max_worker_processes', String(Math.max(8, machine.cores * 2)), 'parallel queries, maintenance, replication'],
    ['max_parallel_workers', String(machine.cores), 'no more than there are cores'],
    [
      'max_parallel_workers_per_gather',
      String(Math.min(4, Math.max(1, machine.cores))),
      'one large join may use the machine',
    ],
    ['random_page_cost', '1.1', 'solid-state disks, mostly cached'],
    ['effective_io_concurrency', '64', 'solid-state disks'],

    ['synchronous_commit', 'on', 'money: what is acknowledged is on disk'],
    ['fsync', 'on', 'money'],
    ['full_page_writes', 'on', 'a torn page must be mendable'],
    ['wal_level', 'replica', 'backup and standby work without a restart'],
    ['max_slot_wal_keep_size', '16GB', 'an archive or a standby that stays away must not fill the disk'],
    ['max_wal_size', '8GB', 'a day of millions is loaded between two checkpoints'],
    ['min_wal_size', '512MB', 'recycled segments are quicker than new ones'],
    ['checkpoint_timeout', '15min', 'fewer full-page images; recovery still takes only a moment'],
    ['checkpoint_completion_target', '0.9', 'spread the writing'],
    ['wal_buffers', '32MB', 'COPY fills the default 16 MB between two flushes'],
    ['wal_compression', 'off', 'this build has only pglz, which costs more time than it saves'],

    ['autovacuum', 'on', 'statistics and visibility stay fresh without anybody thinking of it'],
    ['client_connection_check_interval', '5s', 'the query of a client that was killed ends'],
    ['idle_in_transaction_session_timeout', '10min', 'a forgotten transaction must not hold up vacuum for ever'],
    ['timezone', 'UTC', 'business days are computed by our own function, never by the server'],
    ['log_timezone', 'UTC', 'the same clock everywhere'],
    ['datestyle', 'ISO, YMD', 'one spelling of dates'],
    ['lc_messages', 'C', 'we read messages'],

    ['logging_collector', 'on', 'a file in the data folder that is rotated'],
    ['log_directory', 'log', 'in the data folder'],
    ['log_filename', 'postgresql-%d.log', 'one file for each day of the month'],
    ['log_file_mode', '0600', 'statements may name people'],
    ['log_truncate_on_rotation', 'on', 'so that a month is kept and no more'],
    ['log_rotation_age', '1d', 'one file a day'],
    ['log_rotation_size', '0', 'by day only; a size would truncate the same file'],
    ['log_line_prefix', '%m [%p] %d %a ', 'when, which process, database, application'],
    ['log_checkpoints', 'off', 'noise'],
  ]
  if (machine.sharedMemoryMb < 1024)
    settings.push([
      'dynamic_shared_memory_type',
      'sysv',
      'containers get a tiny /dev/shm, which parallel joins overrun',
    ])
  if (!volatile) return settings
  const forTests: Setting[] = [
    ['fsync', 'off', 'tests: losing the data with the machine is no loss'],
    ['synchronous_commit', 'off', 'tests'],
    ['full_page_writes', 'off', 'tests'],
    ['max_wal_size', '512MB', 'tests: small disks'],
    ['min_wal_size', '64MB', 'tests: small disks'],
    ['autovacuum_naptime', '1h', 'tests: a worker connected to a template would hold up the next clone'],
  ]
  const changed = new Set(forTests.map(([name]) => name))
  return [...settings.filter(([name]) => !changed.has(name)), ...forTests]
}

/** postgresql.conf; an operator's own settings go to the file that is included last. */
export const configText = (settings: readonly Setting[]): string =>
  [
    '# Written at every start. Put your own settings into postgresql.local.conf beside this file; they win.',
    ...settings.map(([name, value, why]) => `${name} = '${value}'  # ${why}`),
    "include_if_exists = 'postgresql.local.conf'",
    '',
  ].join('\n')

/** Whoever streams the log to a standby; there is no such user until somebody makes one. */
export const REPLICATION_USER = 'fzpay_replication'

/** pg_hba.conf: this machine, with the password, and nobody else. `all` does not mean replication. */
export const accessText = [
  '# Written at every start.',
  'host all all 127.0.0.1/32 scram-sha-256',
  `host replication ${REPLICATION_USER} 127.0.0.1/32 scram-sha-256`,
  '',
].join('\n')

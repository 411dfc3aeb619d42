import { chmod, chown, copyFile, mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Place } from '../../system/postgres_place.ts'

/**
 * A standby's beginning: the data folder of a running server, copied by PostgreSQL's low-level functions (documentation, "Making a base backup using the
 * low-level API"), because the embedded package has no pg_basebackup. The log since the beginning of the copy comes by streaming, from a slot that
 * was made before.
 */
export async function copyCluster(source: pg.Client, from: string, to: Place, slot: string): Promise<void> {
  await source.query(
    `select pg_create_physical_replication_slot($1, true)
      where not exists (select from pg_replication_slots where slot_name = $1)`,
    [slot],
  )
  await source.query('select pg_backup_start($1, true)', [`fzpay ${slot}`])
  await copyFolder(from, to.cluster, '', to)
  // What the copy ends with is read last: it says where recovery must begin at the earliest.
  await copyOne(join(from, 'global/pg_control'), join(to.cluster, 'global/pg_control'), to)
  const { rows } = await source.query('select labelfile, spcmapfile from pg_backup_stop(false)')
  await write(join(to.cluster, 'backup_label'), rows[0].labelfile, to)
  if (rows[0].spcmapfile) await write(join(to.cluster, 'tablespace_map'), rows[0].spcmapfile, to)
}

/** Contents that the copy must not have, or need not: of this server's run only. The folders themselves must be there. */
const EMPTY = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_dynshmem',
  'log',
])
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|standby\.signal|recovery\.signal|backup_label|tablespace_map|postgresql\.local\.conf|start-\d+\.log|pgsql_tmp.*)$/

async function copyFolder(from: string, to: string, path: string, place: Place): Promise<void> {
  await mkdir(join(to, path), { recursive: true, mode: 0o700 })
  await own(join(to, path), place)
  if (EMPTY.has(path)) return
  for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
    const inner = join(path, entry.name)
    if (LEFT_OUT.test(entry.name) || inner === 'global/pg_control') continue
    if (entry.isDirectory()) await copyFolder(from, to, inner, place)
    else if (entry.isSymbolicLink()) await symlink(await readlink(join(from, inner)), join(to, inner))
    else await copyOne(join(from, inner), join(to, inner), place)
  }
}

/** A table that is dropped while it is copied is dropped by the log as well. */
async function copyOne(from: string, to: string, place: Place): Promise<void> {
  try {
    await copyFile(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return
  }
  await own(to, place)
}

async function write(path: string, text: string, place: Place): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  await chmod(path, 0o600)
  await own(path, place)
}

const own = async (path: string, { account }: Place): Promise<void> => {
  if (account) await chown(path, account.uid, account.gid)
}

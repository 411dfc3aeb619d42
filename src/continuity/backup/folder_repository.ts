import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { type Repository, repositoryUnreachable, type Stored } from './repository.ts'

const DRAFT = /\.\d+\.tmp$/
/** What a killed process left half written is cleared away after so long. */
const ABANDONED_MS = 86_400_000

/** A folder as a repository: best on another disk or machine than the database. Files are for their owner only. */
export function folderRepository(folder: string): Repository {
  const at = (name: string): string => join(folder, ...name.split('/'))
  const guarded = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw repositoryUnreachable(folder, doing, (error as NodeJS.ErrnoException).code ?? String(error))
    }
  }
  return {
    title: folder,
    put: (name, bytes) => guarded(name, () => writeDurably(at(name), bytes)),
    get: name =>
      guarded(name, () =>
        readFile(at(name)).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return null
          throw error
        }),
      ),
    list: prefix => guarded(prefix, () => filesBelow(folder, at(prefix))),
    remove: names =>
      guarded('remove', async () => {
        for (const name of names) await rm(at(name), { force: true })
        for (const parent of new Set(names.map(name => dirname(at(name))))) await removeIfEmpty(parent)
      }),
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const parent = dirname(path)
  const made = await mkdir(parent, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.tmp`
  try {
    const handle = await open(draft, 'w', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await syncFolder(parent)
  if (made !== undefined) await syncFolder(dirname(made))
}

/** A name is on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function filesBelow(root: string, folder: string): Promise<Stored[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  const found: Stored[] = []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const state = await stat(path).catch(() => null) // removed meanwhile
    if (!state) continue
    if (!DRAFT.test(entry.name)) found.push({ name: relative(root, path).split(sep).join('/'), bytes: state.size })
    else if (Date.now() - state.mtimeMs > ABANDONED_MS) await rm(path, { force: true })
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function removeIfEmpty(folder: string): Promise<void> {
  const left = await readdir(folder).catch(() => ['gone'])
  if (left.length === 0) await rm(folder, { recursive: true, force: true })
}

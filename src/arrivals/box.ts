import { constants, copyFile, mkdir, readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderSource } from './settings.ts'

export type BoxEntry = { readonly name: string; readonly bytes: number; readonly changedAt: Date }

/** Where somebody else puts files for us. */
export type Box = {
  list(): Promise<readonly BoxEntry[]>
  /** Copies a file to `to`, which is a path of ours. */
  fetch(name: string, to: string): Promise<void>
  /** It was read. */
  taken(name: string): Promise<void>
  close(): Promise<void>
}

export function openFolder(folder: string, { done }: FolderSource): Box {
  return {
    async list() {
      const entries: BoxEntry[] = []
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        // A link may lead anywhere.
        if (!entry.isFile()) continue
        const found = await stat(join(folder, entry.name)).catch(gone)
        if (found) entries.push({ name: entry.name, bytes: found.size, changedAt: found.mtime })
      }
      return entries
    },
    fetch: (name, to) => copyFile(join(folder, name), to, constants.COPYFILE_EXCL),
    async taken(name) {
      if (done === undefined) return
      await mkdir(join(folder, done), { recursive: true })
      await rename(join(folder, name), await freeName(join(folder, done), name))
    },
    close: async () => {},
  }
}

/** A second version of a name never lands on the first. */
async function freeName(folder: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${name}.${n}`)
    if ((await stat(path).catch(gone)) === null) return path
  }
}

function gone(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
  throw error
}

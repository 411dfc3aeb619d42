import { realpathSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'

/** A file that appears under its name only when it is complete. */
export type WholeFile = {
  /** Write here. */
  readonly draft: string
  /** It is complete. */
  readonly finish: () => Promise<void>
  /** It will not be: nothing stays, and what stood under the name before is untouched. */
  readonly abandon: () => Promise<void>
}

/**
 * Where to write `path` so that a reader never sees half of it. A link is followed. What is no regular file (/dev/null, a
 * pipe) is written to as it is: renaming over it would replace it, as root even the system's own.
 */
export function wholeFile(path: string): WholeFile {
  const target = resolved(path)
  if (target === null) return { draft: path, finish: async () => {}, abandon: async () => {} }
  const draft = `${target}.${process.pid}.tmp`
  return { draft, finish: () => rename(draft, target), abandon: () => rm(draft, { force: true }) }
}

/** The regular file behind the name, or the name itself where there is none yet; null for anything else. */
function resolved(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return path
  return found.isFile() || found.isDirectory() ? realpathSync(path) : null
}

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StatementOptions } from '../../statements/statement.ts'
import { type MovementsByReference, readMovements } from './movements.ts'

/** Files read lately, by path: many payments ask about the same ones. */
const KEPT_MAX = 64

type Kept = { readonly mark: string; readonly movements: Promise<MovementsByReference> }

/** The bank's files in their folder, each read once for every change of it. */
export class BankFiles {
  readonly #folder: string
  readonly #options: StatementOptions
  readonly #kept = new Map<string, Kept>()

  constructor(folder: string, options: StatementOptions) {
    this.#folder = folder
    this.#options = options
  }

  /** `pattern` with its {day} and {date} filled in. */
  path(pattern: string, day: string): string {
    return join(this.#folder, pattern.replaceAll('{day}', day.replaceAll('-', '')).replaceAll('{date}', day))
  }

  /** null: there is no such file (yet). Throws a Failure when it is no readable statement. */
  async movements(pattern: string, day: string): Promise<MovementsByReference | null> {
    const path = this.path(pattern, day)
    const mark = await markOf(path)
    if (mark === null) return null
    const kept = this.#kept.get(path)
    if (kept?.mark === mark) return await kept.movements
    const movements = readMovements(path, this.#options)
    this.#kept.delete(path)
    this.#kept.set(path, { mark, movements })
    if (this.#kept.size > KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value as string)
    // What could not be read is read again the next time: it may have been under way.
    movements.catch(() => this.#kept.delete(path))
    return await movements
  }
}

async function markOf(path: string): Promise<string | null> {
  try {
    const { mtimeMs, size } = await stat(path)
    return `${mtimeMs}/${size}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

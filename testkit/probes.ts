import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

const lines = (name: string): [string, string][] =>
  readFileSync(join(PACKAGE_ROOT, 'testkit/probes', name), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const at = line.indexOf('\t')
      return [line.slice(0, at), line.slice(at + 1)]
    })

/** Attempts at a system, by family. */
export const readAttacks = (): { family: string; text: string }[] =>
  lines('attacks.tsv').map(([family, text]) => ({ family, text }))

/** What people write into notes, names, titles and addresses, by kind. */
export const readOrdinary = (): { kind: string; text: string }[] =>
  lines('ordinary.tsv').map(([kind, text]) => ({ kind, text }))

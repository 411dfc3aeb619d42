import { realpathSync, statSync } from 'node:fs'
import { basename, resolve, sep } from 'node:path'
import type { Sentence } from '../matching/entry.ts'

export type GivenFile = { readonly path: string; readonly name: string; readonly bytes: number }

/**
 * The files as reports name them: by base name; two files of one base name by the shortest end of their paths that tells
 * them apart. The same file given twice is read once. One that does not exist is left to its reader, who says so.
 */
export function givenFiles(paths: readonly string[], say: (note: Sentence) => void = () => {}): GivenFile[] {
  const files = new Map<string, { path: string; bytes: number }>()
  for (const path of paths) {
    const { real, bytes } = identityOf(path)
    if (files.has(real))
      say({
        zh: `“${path}”给了不止一次，只读一次。`,
        en: `"${path}" was given more than once; it is read once.`,
      })
    else files.set(real, { path, bytes })
  }
  const names = distinctNames([...files.values()].map(file => file.path))
  return [...files.values()].map((file, i) => ({ ...file, name: names[i] as string }))
}

function identityOf(path: string): { real: string; bytes: number } {
  try {
    const real = realpathSync(path)
    return { real, bytes: statSync(real).size }
  } catch {
    return { real: resolve(path), bytes: 0 }
  }
}

export function distinctNames(paths: readonly string[]): string[] {
  const parts = paths.map(path => resolve(path).split(sep))
  const suffix = (i: number, length: number) => (parts[i] as string[]).slice(-length).join('/')
  return paths.map((path, i) => {
    for (let length = 1; length <= (parts[i] as string[]).length; length++) {
      const name = suffix(i, length)
      if (paths.every((_, other) => other === i || suffix(other, length) !== name))
        return length === 1 ? basename(path) : name
    }
    return path
  })
}

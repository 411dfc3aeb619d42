import type { Lang } from '../kernel/failure.ts'

export async function demoCommand(_args: readonly string[], _lang: Lang): Promise<void> {
  throw new Error('not there yet')
}

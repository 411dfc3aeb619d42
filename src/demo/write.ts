import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cityDay } from './city_day.ts'
import { FILES, filesOf } from './files.ts'

export type DemoFiles = { readonly payments: string; readonly statements: readonly string[]; readonly rules: string }

/** Writes the sample day's files into a folder, over those of an earlier run. */
export async function writeDemoFiles(folder: string): Promise<DemoFiles> {
  await mkdir(folder, { recursive: true })
  await Promise.all([...filesOf(cityDay())].map(([name, content]) => writeFile(join(folder, name), content)))
  const path = (name: keyof typeof FILES) => join(folder, FILES[name])
  return {
    payments: path('payments'),
    statements: [path('wechat'), path('alipay'), path('bank')],
    rules: path('rules'),
  }
}

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

export type Check = { readonly name: string; readonly ok: boolean; readonly output: string; readonly seconds: number }

/** Types by TypeScript's native compiler: of the platform, and of the pages, which know a browser instead of Node. */
export const checkTypes = (): Promise<Check> => runTool('types', 'typescript/bin/tsc', ['--noEmit', '--pretty'])
export const checkWebTypes = (): Promise<Check> =>
  runTool('types of the web app', 'typescript/bin/tsc', ['--noEmit', '--pretty', '--project', 'web'])

/** Lint, imports and format by Biome. */
export const checkStyle = (): Promise<Check> =>
  runTool('lint and format', '@biomejs/biome/bin/biome', ['check', '--colors=off'])

/** Rewrites what Biome can put right by itself. */
export const mendStyle = (paths: readonly string[]): Promise<Check> =>
  runTool('format', '@biomejs/biome/bin/biome', ['check', '--write', ...paths])

function runTool(name: string, script: string, words: readonly string[]): Promise<Check> {
  const from = performance.now()
  return new Promise(resolve => {
    const child = spawn(process.execPath, [join(PACKAGE_ROOT, 'node_modules', script), ...words], { cwd: PACKAGE_ROOT })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    child.stderr.on('data', chunk => (output += chunk))
    child.on('close', status => resolve({ name, ok: status === 0, output, seconds: (performance.now() - from) / 1000 }))
  })
}

/** One line when all is well, everything when it is not. */
export function report(check: Check): void {
  console.log(`${check.ok ? '✔' : '✖'} ${check.name} (${check.seconds.toFixed(1)} s)`)
  if (!check.ok) console.log(check.output)
}

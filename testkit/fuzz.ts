import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

/** Damaged statements, the same for the same number: each ends in a result or in a refusal, in time and in memory. */
export type FuzzOptions = { readonly from?: number; readonly cases: number; readonly say?: (done: number) => void }

export type Finding = {
  readonly seed: number
  readonly sample: string
  readonly kind: 'crash' | 'hang' | 'slow' | 'memory' | 'wrong_total'
  readonly detail: string
}

export type FuzzResult = {
  readonly cases: number
  readonly samples: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly slowestMs: number
  readonly peakMb: number
  readonly seconds: number
  readonly findings: readonly Finding[]
}

export type FuzzReport =
  | { readonly started: number; readonly sample: string }
  | {
      readonly ended: number
      readonly sample: string
      readonly outcome: string
      readonly ms: number
      readonly mb: number
      readonly findings: readonly Finding[]
    }

/** A file of these sizes takes milliseconds, an old spreadsheet on a busy machine seconds; more is a loop without end. */
export const CASE_MS = 15_000
/** After so many findings the rest would say the same. */
const FINDINGS_MAX = 50
/** Nothing is heard of a case for so long: it hangs. */
const HANG_MS = 20_000
export const CASE_MB = 200
const HEAP_MB = 400

/** Our samples by quirk, and the real files beside the repository where they are. */
export function fuzzSamples(): { name: string; path: string }[] {
  const own = globSync('testkit/samples/*', { cwd: PACKAGE_ROOT }).filter(path => !path.endsWith('.ts'))
  const shared = globSync('../shared/samples/*/*', { cwd: PACKAGE_ROOT }).filter(path => !path.endsWith('.md'))
  return [...own, ...shared]
    .sort()
    .map(name => ({ name, path: join(PACKAGE_ROOT, name) }))
    .filter(({ path }) => readFileSync(path).length <= 256 << 10)
}

export async function fuzz({ from = 0, cases, say }: FuzzOptions): Promise<FuzzResult> {
  const began = performance.now()
  const outcomes: Record<string, number> = {}
  const findings: Finding[] = []
  let [slowestMs, peakMb, next] = [0, 0, from]
  while (next < from + cases && findings.length < FINDINGS_MAX) {
    let current = { seed: next, sample: '' }
    const worker = new Worker(new URL('./fuzz_worker.ts', import.meta.url), {
      workerData: { from: next, to: from + cases },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    let heard = performance.now()
    const ended = new Promise<{ kind: 'done' | 'crash' | 'memory' | 'hang'; detail: string }>(resolve => {
      const watch = setInterval(() => {
        if (performance.now() - heard > HANG_MS) finish('hang', `nothing for ${HANG_MS / 1_000} s`)
      }, 500)
      const finish = (kind: 'done' | 'crash' | 'memory' | 'hang', detail: string) => {
        clearInterval(watch)
        resolve({ kind, detail })
      }
      worker.on('message', (report: FuzzReport) => {
        heard = performance.now()
        if ('started' in report) {
          current = { seed: report.started, sample: report.sample }
          return
        }
        outcomes[report.outcome] = (outcomes[report.outcome] ?? 0) + 1
        slowestMs = Math.max(slowestMs, report.ms)
        peakMb = Math.max(peakMb, report.mb)
        findings.push(...report.findings)
        next = report.ended + 1
        say?.(next - from)
      })
      worker.on('error', error =>
        finish((error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crash', String(error)),
      )
      worker.on('exit', () => finish('done', ''))
    })
    const { kind, detail } = await ended
    await worker.terminate()
    if (kind === 'done') break
    findings.push({ ...current, kind, detail })
    next = current.seed + 1
  }
  return {
    cases,
    samples: fuzzSamples().length,
    outcomes,
    slowestMs,
    peakMb,
    seconds: (performance.now() - began) / 1_000,
    findings,
  }
}

import { readFile, writeFile } from 'node:fs/promises'
import { Failure } from '../kernel/failure.ts'
import { wholeFile } from '../system/whole_file.ts'

/** The demo's time: the real one, or ahead of it. It goes on where it was when the demo is started again, and never back. */
export type DemoClock = {
  readonly now: () => Date
  /** Forward to this moment; a moment that is over changes nothing. */
  readonly moveTo: (at: Date) => Promise<void>
}

/** `path` keeps how far ahead it is. Throws a Failure demo_clock_damaged. */
export async function openDemoClock(path: string, real: () => Date = () => new Date()): Promise<DemoClock> {
  let aheadMs = readAhead(path, await readFile(path, 'utf8').catch(absent))
  const now = (): Date => new Date(real().getTime() + aheadMs)
  return {
    now,
    async moveTo(at) {
      const further = at.getTime() - now().getTime()
      if (further <= 0) return
      // First on the disk: what the platform wrote down at the later time must not lie in the future of the next start.
      const file = wholeFile(path)
      await writeFile(file.draft, `${JSON.stringify({ ahead_ms: aheadMs + further })}\n`)
      await file.finish()
      aheadMs += further
    },
  }
}

function readAhead(path: string, text: string | null): number {
  if (text === null) return 0
  const ahead: unknown = /^\{"ahead_ms":(\d{1,15})\}\s*$/.exec(text)?.[1]
  if (typeof ahead === 'string') return Number(ahead)
  throw new Failure(
    'demo_clock_damaged',
    {
      zh: `演示时钟文件 ${path} 无法读取：删除数据目录后重新开始演示，或恢复该文件`,
      en: `the demo's clock ${path} cannot be read: restore it, or delete the data folder and begin the demo anew`,
    },
    { file: path },
  )
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

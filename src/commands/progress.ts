import type { WriteStream } from 'node:tty'
import type { Lang } from '../kernel/failure.ts'

export type Progress = {
  /** A share between 0 and 1. */
  readonly to: (done: number) => void
  /** Writes something else without leaving half a bar behind. */
  readonly above: (write: () => void) => void
  readonly end: () => void
}

const WIDTH = 30
const INTERVAL = 100

/** A bar on a terminal; nothing at all elsewhere. */
export function progressBar(to: WriteStream, lang: Lang): Progress {
  if (!to.isTTY) return { to: () => {}, above: write => write(), end: () => {} }
  let drawnAt = 0
  let drawn = false
  const clear = () => {
    if (drawn) to.write('\r\x1b[K')
    drawn = false
  }
  return {
    to(done) {
      const now = performance.now()
      if (now - drawnAt < INTERVAL && done < 1) return
      drawnAt = now
      const full = Math.round(Math.min(1, done) * WIDTH)
      to.write(
        `\r${lang === 'zh' ? '对账' : 'Reconciling'} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.floor(done * 100)}%\x1b[K`,
      )
      drawn = true
    },
    above(write) {
      clear()
      write()
    },
    end: clear,
  }
}

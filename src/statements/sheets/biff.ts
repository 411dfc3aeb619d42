import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../kernel/failure.ts'
import type { BookRow } from './book.ts'
import { chainsEnd } from './compound_file.ts'

export type BiffSheet = { readonly name: string; readonly hidden: boolean; readonly rows: readonly BookRow[] }

/** What the process answers. */
export type BiffAnswer =
  | { readonly sheets: readonly BiffSheet[] }
  | { readonly refused: 'password' | 'broken' | 'empty' }

/** The largest real sheets (65,536 rows) take a few seconds. */
const TIME_MAX_MS = 60_000
/** A sheet of 65,536 rows (8 MB) takes 472 MB; a small file that takes much more is damaged, and should not use up a machine to show it. */
const heapMb = (bytes: number): number => Math.min(1_024, 96 + Math.ceil((bytes / 1e6) * 64))

/**
 * Old Excel files (BIFF) are read by a library that was not written for hostile input, so it works in a process of its own that is ended when it takes
 * too long or too much memory. A thread would not do: where one runs out of memory inside the engine, the engine ends the whole process.
 */
export async function readBiff(bytes: Buffer, name: string): Promise<readonly BiffSheet[]> {
  if (!chainsEnd(bytes)) throw refused(name, 'broken')
  const child = fork(fileURLToPath(new URL('./biff_worker.ts', import.meta.url)), [], {
    execArgv: [`--max-old-space-size=${heapMb(bytes.length)}`, '--stack-size=3900'],
    serialization: 'advanced',
    // What the library has to say of a file is no business of the product's output.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  let timer: NodeJS.Timeout | undefined
  try {
    const answer = await new Promise<BiffAnswer>((resolve, reject) => {
      timer = setTimeout(() => reject(refused(name, 'time')), TIME_MAX_MS)
      child.once('message', message => resolve(message as BiffAnswer))
      child.once('error', () => reject(refused(name, 'broken')))
      // The engine aborts when its memory is used up.
      child.once('exit', (_, signal) =>
        reject(refused(name, signal === 'SIGABRT' || signal === 'SIGTRAP' ? 'memory' : 'broken')),
      )
      child.send(new Uint8Array(bytes), error => {
        if (error) reject(refused(name, 'broken'))
      })
    })
    if ('refused' in answer) throw refused(name, answer.refused)
    return answer.sheets
  } finally {
    clearTimeout(timer)
    child.removeAllListeners()
    child.on('error', () => {})
    child.kill('SIGKILL')
  }
}

const REASONS = {
  password: [
    'spreadsheet_password',
    '有密码：请在 Excel 中去掉密码后另存，再提交',
    'has a password: save it without one and give that file',
  ],
  broken: [
    'spreadsheet_broken',
    '不是完整的 xls 工作簿（已损坏、被截断，或是别的 Office 文件）：请重新下载，或另存为 xlsx',
    'is no whole xls workbook (damaged, cut off, or another Office file): fetch it again or save it as xlsx',
  ],
  empty: ['spreadsheet_empty', '里没有工作表：请确认提交的是对账单', 'holds no sheet: check that it is a statement'],
  time: [
    'spreadsheet_too_large',
    '读取超过 60 秒，已停止：请另存为 xlsx 或 CSV 后再提交',
    'took more than 60 seconds and was given up: save it as xlsx or CSV',
  ],
  memory: [
    'spreadsheet_too_large',
    '读取所需内存远超文件大小所需，已停止：文件可能已损坏，请重新下载，或另存为 xlsx 或 CSV 后再提交',
    'needed far more memory than a file of its size should and was given up: it may be damaged; fetch it again, or save it as xlsx or CSV',
  ],
} as const

function refused(name: string, reason: keyof typeof REASONS): Failure {
  const [code, zh, en] = REASONS[reason]
  return new Failure(code, { zh: `文件“${name}”${zh}`, en: `file "${name}" ${en}` }, { file: name })
}

import { parseWords } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { PARTS } from '../parts.ts'
import { startWorker } from '../server.ts'
import { stopInTime, stopSignal } from '../system/stop_signals.ts'
import { toTerminal } from './command_app.ts'

/** `fzpay worker`: background tasks without HTTP, beside a platform that runs on the same database. */
export async function workerCommand(args: readonly string[], lang: Lang): Promise<void> {
  parseWords(args, { flags: [], single: ['lang'], many: [] })
  const stopped = stopSignal()
  const worker = await startWorker({ parts: PARTS, say: toTerminal(lang) })
  const say = (zh: string, en: string): void => void process.stdout.write(`${lang === 'en' ? en : zh}\n`)
  const names = worker.tasks.join(' ')
  say(`后台任务已启动：${names || '（无）'}`, `Working on background tasks: ${names || '(none)'}`)
  await stopped
  say('正在停止：等待进行中的任务结束……', 'Stopping: what is under way is finished …')
  await stopInTime(worker)
}

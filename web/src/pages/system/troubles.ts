import type { ChannelsView, JobsView, SystemView } from '../../../../src/state/api.ts'
import { CHANNEL_NAMES } from '../../pieces/channel_names.ts'
import type { Both } from '../../shell/both.ts'
import { KINDS, TASKS } from './words.ts'

/** `wrong`: somebody must act; `look`: it may mend itself, and should be looked at. */
export type Trouble = Both & { readonly weight: 'wrong' | 'look' }

/** Above this share of its connections the database soon refuses. */
const CROWDED = 0.85
/** A payment that waits longer than this waits for a person. */
const LONG_WAIT_MS = 2 * 3_600_000

/** All that is not as it should be, in sentences for a manager. Pure. `now`: epoch milliseconds. */
export function troublesOf(
  system: SystemView | undefined,
  jobs: JobsView | undefined,
  channels: ChannelsView | undefined,
  now: number,
): Trouble[] {
  const found: Trouble[] = []
  const wrong = (zh: string, en: string): void => void found.push({ weight: 'wrong', zh, en })
  const look = (zh: string, en: string): void => void found.push({ weight: 'look', zh, en })
  if (system) {
    const { connections, connections_max } = system.database
    if (system.migrations.waiting > 0)
      wrong(
        `数据库缺少 ${system.migrations.waiting} 项结构更新，请重新启动平台`,
        `The database lacks ${system.migrations.waiting} migrations: start the platform again`,
      )
    if (connections > connections_max * CROWDED)
      look(
        `数据库连接 ${connections} 个，接近上限 ${connections_max}`,
        `${connections} connections to the database, of ${connections_max} at most`,
      )
  }
  if (jobs) {
    if (jobs.workers === 0) wrong('没有任何进程在执行后台任务', 'No process works on background tasks')
    for (const { task, failed, retrying } of jobs.tasks) {
      const name = TASKS[task] ?? { zh: task, en: task }
      if (failed > 0)
        wrong(`后台任务“${name.zh}”有 ${failed} 项失败，不再重试`, `Task "${name.en}": ${failed} failed for good`)
      if (retrying > 0)
        look(
          `后台任务“${name.zh}”有 ${retrying} 项失败，将重试`,
          `Task "${name.en}": ${retrying} failed, to be tried again`,
        )
    }
  }
  for (const { channel, account, statements, notices_refused } of channels?.accounts ?? []) {
    const name = CHANNEL_NAMES[channel] ?? { zh: channel, en: channel }
    for (const { kind, missing } of statements)
      if (missing > 0)
        wrong(
          `${name.zh}（${account}）有 ${missing} 份${KINDS[kind]?.zh ?? kind}到期未到`,
          `${name.en} (${account}): ${missing} × ${KINDS[kind]?.en ?? kind} expected and not there`,
        )
    if (notices_refused > 0)
      look(
        `${name.zh}（${account}）近 24 小时有 ${notices_refused} 条通知被拒`,
        `${name.en} (${account}): ${notices_refused} notices refused within 24 hours`,
      )
  }
  const old = (channels?.waiting ?? []).filter(({ oldest }) => now - Date.parse(oldest) > LONG_WAIT_MS)
  if (old.length > 0) {
    const count = old.reduce((sum, line) => sum + line.count, 0)
    look(
      `补偿队列里 ${count} 笔支付所在的组已等待超过两小时`,
      `${count} payments are in groups that wait for over two hours`,
    )
  }
  return found.sort((a, b) => Number(a.weight === 'look') - Number(b.weight === 'look'))
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const
/** "1.5 GB" */
export function sizeText(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024
    unit++
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`
}

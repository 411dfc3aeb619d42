import { parseWords, refusal } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { PARTS } from '../parts.ts'
import { startPlatform } from '../server.ts'
import { stopSignal } from '../system/stop_signals.ts'
import { toTerminal } from './command_app.ts'

/** `fzpay serve [--port N]`: the platform, until it is told to stop. */
export async function serveCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, { flags: [], single: ['port', 'lang'], many: [] })
  const stopped = stopSignal()
  const platform = await startPlatform({
    parts: PARTS,
    say: toTerminal(lang),
    port: portOf(words.values.get('port')?.[0] ?? process.env.FZPAY_PORT),
  })
  const say = (zh: string, en: string): void => void process.stdout.write(`${lang === 'en' ? en : zh}\n`)
  say(
    `平台已启动：${platform.url}（接口说明 ${platform.url}/api/docs）`,
    `The platform is running: ${platform.url} (API reference: ${platform.url}/api/docs)`,
  )
  await stopped
  say('正在停止：等待进行中的请求结束……', 'Stopping: what is under way is finished …')
  await platform.stop()
}

export function portOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (port < 0 || port > 65535)
    throw refusal(
      'option_value',
      `端口 ${text} 无效：应为 0–65535`,
      `port ${text} is not valid: 0 to 65535 is expected`,
    )
  return port
}

import { join } from 'node:path'
import { startSandbox } from '../channels/sandbox/sandbox.ts'
import { parseWords, refusal } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { stopSignal } from '../system/stop_signals.ts'

/** `fzpay sandbox [--port N] [--data FOLDER] [--speed N] [--seed N]`: the simulated channels, until told to stop. */
export async function sandboxCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, { flags: [], single: ['port', 'data', 'speed', 'seed', 'lang'], many: [] })
  if (words.operands.length > 0)
    throw refusal('operand', 'sandbox 不带参数；数据目录用 --data', 'sandbox takes no operands; the folder is --data')
  const number = (name: string, min: number, max: number): number | undefined => {
    const text = words.values.get(name)?.[0]
    if (text === undefined) return undefined
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw refusal(
      'option_value',
      `--${name} ${text} 无效：应为 ${min}–${max} 的整数`,
      `--${name} ${text} is not valid: a whole number from ${min} to ${max} is expected`,
    )
  }
  const stopped = stopSignal()
  const sandbox = await startSandbox({
    folder: words.values.get('data')?.[0] ?? join(PACKAGE_ROOT, 'data', 'sandbox'),
    port: number('port', 0, 65535) ?? 8180,
    speed: number('speed', 1, 1_000_000),
    seed: number('seed', 0, 999_999_999),
  })
  const say = (zh: string, en: string): void => void process.stdout.write(`${lang === 'en' ? en : zh}\n`)
  say(
    `渠道沙箱已启动：${sandbox.url}（微信、支付宝、银联、银行；测试密钥，不动真钱）\n平台配置：${sandbox.configFile}`,
    `The channel sandbox is running: ${sandbox.url} (WeChat, Alipay, UnionPay, a bank; test keys, no real money)\nConfiguration for the platform: ${sandbox.configFile}`,
  )
  await stopped
  await sandbox.stop()
}

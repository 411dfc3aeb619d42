import { parseWords, portOf } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { PARTS } from '../parts.ts'
import { startPlatform } from '../server.ts'
import { stopInTime, stopSignal } from '../system/stop_signals.ts'
import { toTerminal } from './command_app.ts'

/** `fzpay serve [--port N] [--tls]`: the platform, until it is told to stop. */
export async function serveCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, { flags: ['tls'], single: ['port', 'lang'], many: [] })
  const stopped = stopSignal()
  const platform = await startPlatform({
    parts: PARTS,
    say: toTerminal(lang),
    port: portOf(words.values.get('port')?.[0] ?? process.env.FZPAY_PORT),
    tls: words.flags.has('tls'),
  })
  const say = (zh: string, en: string): void => void process.stdout.write(`${lang === 'en' ? en : zh}\n`)
  say(
    `平台已启动：${platform.url}（接口说明 ${platform.url}/api/docs）`,
    `The platform is running: ${platform.url} (API reference: ${platform.url}/api/docs)`,
  )
  const { certificate } = platform
  if (certificate?.selfSigned)
    say(
      `自签名证书，SHA-256 指纹 ${certificate.fingerprint}，有效期至 ${certificate.expires.toISOString().slice(0, 10)}：首次访问请与浏览器显示的核对`,
      `The certificate is signed by the platform itself; SHA-256 ${certificate.fingerprint}, valid until ${certificate.expires.toISOString().slice(0, 10)}: compare it with what your browser shows at first`,
    )
  await stopped
  say('正在停止：等待进行中的请求结束……', 'Stopping: what is under way is finished …')
  await stopInTime(platform)
}

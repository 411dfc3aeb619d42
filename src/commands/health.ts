import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { request as plain } from 'node:http'
import { type RequestOptions, request as secure } from 'node:https'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { parseWords, portOf, refusal } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { findConfig, readSection } from '../system/config.ts'
import { dataFolder } from '../system/paths.ts'

/** As much of the section `server` as is asked for here: the whole platform need not be loaded every fifteen seconds. */
const Listening = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1' }),
    port: Type.Optional(Type.Integer()),
    tls: Type.Optional(Type.Object({ cert: Type.Optional(Type.String()) })),
  },
  { default: {} },
)

const PATIENCE_MS = 5_000
const FIRST_PORT = 8080

/**
 * `fzpay health [--live] [--port N] [--tls]`: asks the platform on this machine whether it is ready (`--live`: whether it answers at all), by the
 * configuration it was started with. For containers and supervisors: exit status 0 or 2.
 */
export async function healthCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, { flags: ['live', 'tls'], single: ['port', 'lang'], many: [] })
  const settings = readSection(findConfig(), { name: 'server', schema: Listening })
  const port = portOf(words.values.get('port')?.[0] ?? process.env.FZPAY_PORT) ?? settings.port ?? FIRST_PORT
  const tls = words.flags.has('tls') || settings.tls !== undefined
  const host = ['0.0.0.0', '::'].includes(settings.host) ? '127.0.0.1' : settings.host
  const name = host.includes(':') ? `[${host}]` : host
  const url = `${tls ? 'https' : 'http'}://${name}:${port}/health/${words.flags.has('live') ? 'live' : 'ready'}`
  const status = await statusOf(url, tls ? trustOf(settings) : {})
  if (status !== 200)
    throw refusal(
      'platform_not_ready',
      `${url} 应答 ${status}：请查看平台日志`,
      `${url} answers ${status}: see the platform's log`,
    )
  process.stdout.write(lang === 'en' ? `${url}: ready\n` : `${url}：正常\n`)
}

/** The certificate that is configured is the one that must be shown, for whatever name it was made. */
function trustOf({ tls }: Static<typeof Listening>): RequestOptions {
  const own = join(dataFolder(), 'tls', 'server.crt')
  const pem = tls?.cert !== undefined ? tls.cert : existsSync(own) ? readFileSync(own, 'utf8') : ''
  if (pem === '') return {}
  const [, servername] = /DNS:([^,\s*]+)/.exec(new X509Certificate(pem).subjectAltName ?? '') ?? []
  return { ca: pem, allowPartialTrustChain: true, ...(servername ? { servername } : {}) }
}

/** The status, or why there is none. */
function statusOf(url: string, trust: RequestOptions): Promise<number | string> {
  return new Promise(resolve => {
    const options = { ...trust, timeout: PATIENCE_MS }
    const asked = url.startsWith('https:') ? secure(url, options) : plain(url, options)
    asked.on('response', answer => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.on('timeout', () => asked.destroy(new Error('timeout')))
    asked.on('error', error => resolve((error as NodeJS.ErrnoException).code ?? error.message))
    asked.end()
  })
}

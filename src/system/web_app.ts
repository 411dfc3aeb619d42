import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Failure } from '../kernel/failure.ts'
import { PUBLIC } from './http.ts'
import { PACKAGE_ROOT } from './paths.ts'
import { contentPolicy } from './security_headers.ts'

/** Where the built pages lie, and beneath which address they are shown. */
const BUILT = join(PACKAGE_ROOT, 'web/dist')
const BASE = '/app/'
/** Stands in the built page where each answer has its own word. */
const NONCE = '__NONCE__'

/**
 * Files of the web app beneath `/app/`: what bears its digest in its name is kept by browsers for ever, the page itself is asked for each time. Every address beneath it
 * that is no file is the page, which shows what belongs there; `/` leads to it.
 */
export async function webRoutes(server: FastifyInstance): Promise<void> {
  const { default: files } = await import('@fastify/static')
  const page = await readFile(join(BUILT, 'index.html'), 'utf8').catch(() => null)
  const own = { config: { permission: PUBLIC }, schema: { hide: true } }
  server.get('/', own, (_request, reply) => reply.redirect(BASE, 302))
  server.get('/app', own, (_request, reply) => reply.redirect(BASE, 302))
  if (page === null) {
    server.get(`${BASE}*`, own, () => {
      throw notBuilt()
    })
    return
  }
  const show = (reply: FastifyReply) => {
    const nonce = randomBytes(18).toString('base64')
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', policyWith(nonce))
      .send(page.replaceAll(NONCE, nonce))
  }
  await server.register(async part => {
    part.permissionOfAll = PUBLIC
    part.addHook('onRoute', route => {
      route.schema = { ...route.schema, hide: true }
    })
    await part.register(files, {
      root: BUILT,
      prefix: BASE,
      wildcard: false,
      index: false,
      preCompressed: true,
      cacheControl: false,
      globIgnore: ['index.html', '**/*.br', '**/*.gz', '.built'],
      setHeaders(reply, path) {
        reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  })
  server.get(BASE, own, (_request, reply) => show(reply))
  server.get(`${BASE}*`, own, (request, reply) => {
    // A file of an older build is not a page: whoever asks for it loads the new one.
    if (request.url.startsWith(`${BASE}assets/`)) return reply.code(404).type('text/plain').send('gone')
    return show(reply)
  })
}

/** Styles are made while the page runs and carry its nonce; forms go to the payment gateways of channels. */
const policyWith = (nonce: string): string =>
  contentPolicy({
    script: "'self'",
    style: `'self' 'nonce-${nonce}'`,
    img: "'self' data: blob:",
    font: "'self' data:",
    connect: "'self'",
    manifest: "'self'",
    worker: "'self'",
    form: "'self' https: http://127.0.0.1:* http://localhost:*",
  })

const notBuilt = (): Failure =>
  new Failure('web_not_built', {
    zh: '网页还没有构建：在安装目录运行 npm run build 后重新启动（接口照常可用）',
    en: 'the web pages were not built: run npm run build in the installation and start again (the interface works all the same)',
  })

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Failure } from '../kernel/failure.ts'
import type { Database } from './database.ts'
import { PUBLIC } from './http.ts'
import { metrics, watchProcess } from './metrics.ts'
import { outstanding, readApplied, readMigrations } from './migrate.ts'

/** Is the process alive, is it ready for work, what does it measure: for load balancers, supervisors and Prometheus. */
export function healthRoutes(http: FastifyInstance, db: Database, stopping: () => boolean): void {
  const open = { permission: PUBLIC }
  http.get(
    '/health/live',
    {
      config: open,
      schema: {
        tags: ['health'],
        summary: '进程存活 The process is alive',
        response: { 200: Type.Object({ status: Type.Literal('alive') }) },
      },
    },
    async () => ({ status: 'alive' as const }),
  )

  const files = readMigrations()
  http.get(
    '/health/ready',
    {
      config: open,
      schema: {
        tags: ['health'],
        summary: '可以接受请求 Ready: the database answers and has every migration, and nothing is being stopped',
        response: { 200: Type.Object({ status: Type.Literal('ready') }) },
      },
    },
    async () => {
      if (stopping()) throw notReady('stopping', '正在停止', 'it is being stopped')
      const client = await db.pool.connect()
      try {
        const waiting = outstanding(files, await readApplied(client))
        if (waiting.length > 0)
          throw notReady('database_not_ready', '数据库结构尚未更新', 'the database lacks migrations')
      } finally {
        client.release()
      }
      return { status: 'ready' as const }
    },
  )

  watchProcess()
  http.get(
    '/metrics',
    {
      config: { permission: 'system.metrics' },
      schema: {
        tags: ['health'],
        summary: '运行指标 Figures in the text format of Prometheus',
        response: { 200: { description: 'Prometheus', content: { 'text/plain': { schema: Type.String() } } } },
      },
    },
    async (_request, reply) => reply.header('content-type', metrics.contentType).send(await metrics.metrics()),
  )
}

const notReady = (code: string, zh: string, en: string): Failure =>
  new Failure(code, { zh: `尚不能接受请求：${zh}，请稍后再试`, en: `Not ready: ${en}; try again shortly` })

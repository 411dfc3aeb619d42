import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '../system/app.ts'
import type { Who } from './act.ts'
import * as api from './api.ts'
import * as log from './operations.ts'

/** The log names objects of all merchants. */
const READ = { permission: 'log.read', everywhere: true }
const TAGS = { tags: ['operation log'] }

/** The operation log and its proofs. `whoOf` says who asks: that is known in a later folder. */
export function logRoutes(server: FastifyInstance, app: App, whoOf: (request: FastifyRequest) => Who): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/operation-log',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '操作日志：按人、时间、对象、地址查询 Search by person, time, object, address',
        querystring: api.LogQuery,
        response: { 200: api.LogList },
      },
    },
    request => log.readLog(app, request.query),
  )
  http.get(
    '/operation-log/state',
    {
      config: READ,
      schema: { ...TAGS, summary: '封存状态 What is sealed', response: { 200: api.LogState } },
    },
    () => log.readState(app),
  )
  http.get(
    '/operation-log/:entry_id/proof',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '单条证明，可脱机核验 Proof of one entry, checked offline',
        params: api.EntryKey,
        response: { 200: api.ProofView },
      },
    },
    async request => {
      const { path, headers, ...proof } = await log.prove(app, request.params.entry_id)
      return { ...proof, path: [...path], headers: [...headers] }
    },
  )
  http.post(
    '/operation-log/roots',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '导出当前根，交由机构之外保管 Export the present root, to be kept outside',
        response: { 200: api.RootView },
      },
    },
    request => log.exportRoot(app, whoOf(request)),
  )
}

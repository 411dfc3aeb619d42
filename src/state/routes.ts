import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { App } from '../system/app.ts'
import { ChannelsView, JobsView, StatusView, SystemView } from './api.ts'
import { readChannels, readJobs, readStatus, readSystem } from './operations.ts'

/** Figures of the whole house, none of a customer: for whoever runs it. */
const READ = { permission: 'system.jobs', everywhere: true }
const TAGS = { tags: ['system'] }

export function stateRoutes(server: FastifyInstance, app: App, about: { version: string; startedAt: Date }): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()
  http.get(
    '/system',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '系统状态：版本、数据库、结构 Version, database and migrations',
        response: { 200: SystemView },
      },
    },
    () => readSystem(app, about),
  )
  http.get(
    '/system/status',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '总体状况：一个词和几句话 How the house stands: one word and some sentences',
        response: { 200: StatusView },
      },
    },
    () => readStatus(app),
  )
  http.get(
    '/system/channels',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '渠道状态与补偿队列 How the channels answer, and what is asked about again',
        response: { 200: ChannelsView },
      },
    },
    () => readChannels(app),
  )
  http.get(
    '/jobs',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '后台任务 Background tasks: queue, failures, next runs',
        response: { 200: JobsView },
      },
    },
    () => readJobs(app),
  )
}

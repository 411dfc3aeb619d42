import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { actorOf } from '../access/asking.ts'
import type { App } from '../system/app.ts'
import * as api from './api.ts'
import * as causes from './operations.ts'

const READ = { permission: 'discrepancy.read' }
const MANAGE = { permission: 'cause.manage' }
const TAGS = { tags: ['causes'] }

/** 异常场景库. */
export function causeRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/causes',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '异常场景库及各场景统计 The library of causes, with figures',
        querystring: api.CauseQuery,
        response: { 200: api.CauseList },
      },
    },
    request => causes.readCauses(app, actorOf(request), periodOf(app, request.query)),
  )

  http.get(
    '/causes/:cause',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '一个场景及其版本 One cause and its versions',
        params: api.CauseKey,
        querystring: api.CauseQuery,
        response: { 200: api.CauseDetail },
      },
    },
    request => causes.readCause(app, actorOf(request), request.params.cause, periodOf(app, request.query)),
  )

  http.post(
    '/causes',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '新增场景 Add a cause',
        body: api.CauseAsk,
        response: { 200: api.CauseDetail },
      },
    },
    request => {
      const { id, code, ...told } = request.body
      return causes.addCause(app, actorOf(request), { id, code, ...askOf(told) })
    },
  )

  http.post(
    '/causes/:cause/versions',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '场景的新版本 A new version of a cause',
        params: api.CauseKey,
        body: api.VersionAsk,
        response: { 200: api.CauseDetail },
      },
    },
    request => {
      const { id, ...told } = request.body
      return causes.changeCause(app, actorOf(request), { id, code: request.params.cause, ...askOf(told) })
    },
  )

  http.post(
    '/causes/:cause/retire',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '停用场景 Retire a cause',
        params: api.CauseKey,
        body: api.RetireAsk,
        response: { 200: api.CauseDetail },
      },
    },
    request => causes.retireCause(app, actorOf(request), { ...request.body, code: request.params.cause }),
  )

  http.post(
    '/causes/trial',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '保存前试算：会归入多少差错 What a cause would take, before it is saved',
        body: api.TrialAsk,
        response: { 200: api.TrialView },
      },
    },
    request => causes.tryCause(app, actorOf(request), request.body),
  )

  http.post(
    '/causes/apply',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '对未结差错重新判断原因 Look at open discrepancies again',
        body: api.ApplyAsk,
        response: { 200: api.Applied },
      },
    },
    request => causes.applyCauses(app, actorOf(request), request.body),
  )
}

type Told = Omit<Static<typeof api.VersionAsk>, 'id'>

const askOf = (told: Told): causes.CauseAsk => ({
  nameZh: told.name_zh,
  nameEn: told.name_en,
  recognised: told.recognised,
  whatToDo: told.what_to_do,
  whomToAsk: told.whom_to_ask ?? '',
  usualAction: told.usual_action ?? '',
  conditions: told.conditions,
  priority: told.priority,
  reason: told.reason,
})

function periodOf(app: Pick<App, 'now'>, query: { from?: string; to?: string }): causes.Period {
  const to = query.to === undefined ? app.now() : new Date(query.to)
  return { from: query.from === undefined ? causes.lastDays(to).from : new Date(query.from), to }
}

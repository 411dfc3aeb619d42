import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { businessDayOf } from '../kernel/business_day.ts'
import type { App } from '../system/app.ts'
import * as api from './api.ts'
import * as rules from './operations.ts'
import { DEFAULT_CHANNEL_RULES } from './rules.ts'

const READ = { permission: 'rule.read' } as const

/** Versions of the rules: writing and reading them. What activates one stands with its gate (`reconciliation/gate`). */
export function ruleRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()
  const tags = ['rules']
  const today = () => businessDayOf(DEFAULT_CHANNEL_RULES.calendar)(app.now().getTime())

  http.get(
    '/rules/versions',
    {
      config: READ,
      schema: {
        tags,
        summary: '规则版本 Versions of the rules, newest first',
        querystring: api.VersionQuery,
        response: { 200: api.VersionList },
      },
    },
    request => rules.readVersions(app, request.query),
  )
  http.post(
    '/rules/versions',
    {
      config: { permission: 'rule.edit' },
      schema: {
        tags,
        summary: '编写规则版本 Write a version',
        body: api.VersionAsk,
        response: { 200: api.VersionView },
      },
    },
    request => rules.createVersion(app, actorOf(request), request.body),
  )
  http.get(
    '/rules/versions/:version',
    {
      config: READ,
      schema: {
        tags,
        summary: '一个规则版本 One version',
        params: api.VersionKey,
        response: { 200: api.VersionView },
      },
    },
    request => rules.readVersion(app, request.params.version),
  )
  http.get(
    '/rules/versions/:version/diff',
    {
      config: READ,
      schema: {
        tags,
        summary: '与另一版本逐项比较 What it has otherwise than another version',
        params: api.VersionKey,
        querystring: api.DiffQuery,
        response: { 200: api.DiffView },
      },
    },
    request => rules.diffVersions(app, request.query.against, request.params.version),
  )
  http.get(
    '/rules/form',
    {
      config: READ,
      schema: {
        tags,
        summary: '规则表单 What a form for rules is made of',
        querystring: api.FormQuery,
        response: { 200: api.FormView },
      },
    },
    request => rules.readForm(app, request.query.day ?? today()),
  )
  http.get(
    '/rules/activations',
    {
      config: READ,
      schema: {
        tags,
        summary: '启用记录 From which days on which versions hold',
        response: { 200: api.ActivationList },
      },
    },
    () => rules.readActivations(app),
  )
}

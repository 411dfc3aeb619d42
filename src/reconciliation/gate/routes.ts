import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../../access/asking.ts'
import { VersionKey } from '../../rules/api.ts'
import type { App } from '../../system/app.ts'
import * as api from './api.ts'
import * as gates from './operations.ts'

/** The regression gate of a version of the rules, and asking for its activation; the second person decides through `/reviews`. */
export function gateRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()
  const tags = ['rules']

  http.post(
    '/rules/versions/:version/gates',
    {
      config: { permission: 'rule.edit' },
      schema: {
        tags,
        summary: '发起回归检查 Replay closed days with this version',
        params: VersionKey,
        body: api.GateAsk,
        response: { 200: api.GateView },
      },
    },
    request => gates.startGate(app, actorOf(request), request.params.version, request.body),
  )
  http.get(
    '/rules/versions/:version/gates',
    {
      config: { permission: 'rule.read' },
      schema: {
        tags,
        summary: '该版本的回归检查 Gates of this version, without their results',
        params: VersionKey,
        response: { 200: api.GateList },
      },
    },
    request => gates.readGates(app, actorOf(request), request.params.version),
  )
  http.get(
    '/rules/gates/:gate_id',
    {
      config: { permission: 'rule.read' },
      schema: {
        tags,
        summary: '回归检查的进度与结果 Progress and result of a gate',
        params: api.GateKey,
        response: { 200: api.GateView },
      },
    },
    request => gates.readGate(app, actorOf(request), request.params.gate_id),
  )
  http.post(
    '/rules/versions/:version/activation',
    {
      config: { permission: 'rule.edit' },
      schema: {
        tags,
        summary: '申请启用（含回退）Ask for the activation of a version, older ones too',
        params: VersionKey,
        body: api.ActivationAskBody,
        response: { 200: api.ActivationAsked },
      },
    },
    request => gates.askActivation(app, actorOf(request), request.params.version, request.body),
  )
}

import { RULE_ACTIVATION } from './reconciliation/gate/activation.ts'
import { GATE_TASK, runGate } from './reconciliation/gate/operations.ts'
import { gateRoutes } from './reconciliation/gate/routes.ts'
import { ruleRoutes } from './rules/routes.ts'
import type { PartOf } from './server.ts'

/** 对账规则: versions, the gate that each passes before it holds, and their activation by two people. */
export const rulesPart = (): PartOf => ({
  start: ({ app }) => ({
    routes: [
      { prefix: '/api', register: server => ruleRoutes(server, app) },
      { prefix: '/api', register: server => gateRoutes(server, app) },
    ],
    reviewKinds: [RULE_ACTIVATION],
    tasks: [
      {
        name: GATE_TASK,
        attempts: 3,
        run: (payload, signal) => runGate(app, (payload as { gate: string }).gate, signal),
      },
    ],
  }),
})

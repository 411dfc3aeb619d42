import statements from './hot_statements.json' with { type: 'json' }

/** A statement of the hot path, word for word as the platform sends it. */
export type HotStatement = {
  /** As it is prepared under, or its beginning. */
  readonly name: string
  /** What the platform does with it: issue, pay, notice, ask, confirm, refund. */
  readonly doing: string
  readonly text: string
}

/**
 * All statements of issuing a bill, beginning a payment, booking what channels say, asking them, 快速确认 and refunding, as they are sent
 * to a cluster: another PostgreSQL has the orders of a batch locked by one statement. The file is written by `npm run hot-statements` from what these operations
 * really send, and a test holds the two together.
 */
export const HOT_STATEMENTS: readonly HotStatement[] = Object.entries(statements).map(([name, statement]) => ({
  name,
  ...statement,
}))

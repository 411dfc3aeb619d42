import { RateLimiterMemory, RateLimiterPostgres, type RateLimiterRes } from 'rate-limiter-flexible'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { counter } from '../system/metrics.ts'
import type { IntrusionSettings } from './api.ts'

const limited = counter('fzpay_rate_limited_total', 'Requests answered 429', ['limit'])

export const LIMITS = ['address', 'account', 'service', 'unknown', 'login', 'code'] as const
export type Limit = (typeof LIMITS)[number]

export type Limits = {
  /** Counts one; rejects with a Failure rate_limited. */
  readonly take: (limit: Limit, key: string) => Promise<void>
  /** Counts one that is over already: the next ones are refused by `spent`. */
  readonly penalise: (limit: 'unknown', key: string) => void
  /** Throws a Failure rate_limited where the address has nothing left. */
  readonly spent: (key: string, at: number) => void
  /** A sign that counts when it comes again: true at the third within ten minutes. */
  readonly doubted: (key: string) => Promise<boolean>
}

const DOUBTS = 2
const DOUBT_S = 600

/**
 * Counts by address and by account. What comes often is counted in this process, as a query for each request would cost more than the
 * request; log-ins and codes are counted in the database, so that many servers are one.
 */
export function createLimits(app: App, { limits }: IntrusionSettings): Limits {
  const memory = (points: number, duration: number) => new RateLimiterMemory({ points, duration })
  const shared = (name: string, points: number, duration: number) =>
    new RateLimiterPostgres({
      storeClient: app.db.pool,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: name,
      points,
      duration,
      // The database is away: better counted here than not at all.
      insuranceLimiter: memory(points, duration),
    })
  const by = {
    address: memory(limits.address_per_minute, 60),
    account: memory(limits.account_per_minute, 60),
    service: memory(limits.service_per_minute, 60),
    unknown: memory(limits.unknown_per_minute, 60),
    login: shared('login', limits.login_per_5_minutes, 300),
    code: shared('code', limits.code_per_10_minutes, 600),
  }
  const doubts = memory(DOUBTS, DOUBT_S)
  const tired = new Map<string, number>()
  const refused = (limit: Limit, ms: number): Failure => {
    limited.inc({ limit })
    return rateLimited(Math.max(1, Math.ceil(ms / 1000)))
  }
  return {
    take: (limit, key) =>
      by[limit].consume(key).then(nothing, (over: RateLimiterRes | Error) => {
        throw over instanceof Error ? over : refused(limit, over.msBeforeNext)
      }),
    penalise(limit, key) {
      by[limit].consume(key).catch((over: RateLimiterRes | Error) => {
        if (!(over instanceof Error)) tired.set(key, app.now().getTime() + over.msBeforeNext)
      })
    },
    spent(key, at) {
      if (tired.size === 0) return
      const until = tired.get(key)
      if (until === undefined) return
      if (until > at) throw refused('unknown', until - at)
      tired.delete(key)
    },
    doubted: key =>
      doubts.consume(key).then(
        () => false,
        () => true,
      ),
  }
}

const nothing = (): void => {}

const rateLimited = (seconds: number): Failure =>
  new Failure(
    'rate_limited',
    {
      zh: `请求过于频繁：请在 ${seconds} 秒后再试`,
      en: `Too many requests: try again in ${seconds} seconds`,
    },
    { retry_after_seconds: seconds },
  )

import type { FastifyRequest } from 'fastify'
import type { Failure } from '../kernel/failure.ts'

/**
 * Who looks at requests before their routes do. What it finds it leaves on the request as `suspect`; the frame refuses such a request as
 * soon as it is known who sent it, whatever else is wrong with it.
 */
export type Watch = {
  /** A request line and headers came in. Throws a Failure for an address that is not let in. */
  readonly arrived: (request: FastifyRequest, route: WatchedRoute) => void
  /** It is known who asks. Throws (or rejects with) a Failure rate_limited. */
  readonly known: (request: FastifyRequest, route: WatchedRoute) => void | Promise<void>
  /** The body was read, and not yet held against its schema. */
  readonly read: (request: FastifyRequest, route: WatchedRoute) => void
  /** A suspect is refused: what he is told. */
  readonly caught: (request: FastifyRequest, suspect: object) => Failure
  /** The request was answered 401. */
  readonly unknown: (request: FastifyRequest) => void
}

/** What the frame knows of a route beforehand: asking the request each time costs more than looking at it. */
export type WatchedRoute = {
  /** null: there is no such route. */
  readonly limit: 'usual' | 'login' | 'code' | 'signed' | null
  /** Schemas. */
  readonly body: unknown
  readonly query: unknown
}

export const NO_ROUTE: WatchedRoute = { limit: null, body: null, query: null }

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `Watch`: the request is refused. */
    suspect: object | undefined
  }
  interface FastifyContextConfig {
    /** How often a route may be called: see docs/security.md. Default 'usual'; 'signed' is for callers that prove themselves in the body. */
    limit?: NonNullable<WatchedRoute['limit']>
  }
}

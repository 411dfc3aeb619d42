import type { FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the frame of HTTP before a route runs. */
    actor?: { readonly id: string }
  }
  interface FastifyContextConfig {
    /** What a caller must be allowed to; each route names one. */
    permission?: string
    /** It concerns the house as a whole: whoever may do it for some merchants or channels only is refused. */
    everywhere?: boolean
  }
}

/** Who asks, as the operation log names them. */
export const callerOf = (request: FastifyRequest): string => request.actor?.id ?? 'anonymous'

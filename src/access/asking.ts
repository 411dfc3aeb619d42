import type { FastifyRequest } from 'fastify'
import type { Who } from '../audit/act.ts'
import { type Actor, anonymous } from './actor.ts'

const DEVICE_LETTERS = 200

/** From where a request comes, as the operation log keeps it. */
export const whereOf = (request: FastifyRequest): Pick<Who, 'address' | 'device' | 'requestId'> => ({
  address: request.ip,
  device: (request.headers['user-agent'] ?? '').slice(0, DEVICE_LETTERS),
  requestId: request.id,
})

/** Who asks: the guard's actor, or on a public route whoever it may be. */
export function actorOf(request: FastifyRequest): Actor {
  const { actor } = request
  return actor !== undefined && 'scopeOf' in actor ? (actor as Actor) : anonymous(whereOf(request))
}

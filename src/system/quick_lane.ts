import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A lane beside the frame for the few POST routes that thousands call each second: what goes well is answered by `node:http` itself, with
 * the same headers and figures. Whatever does not is handed on, with what was found out, to the route of the same address in the frame, so
 * that refusals, errors and oddities have one place.
 */
export type QuickRoute = {
  /** As the frame's route is named, for the figures: /notify/:channel/:account */
  readonly route: string
  /** How its addresses begin; those with a query or an escape are left to the frame. */
  readonly prefix: string
  /** Longer bodies, and those that do not say how long they are, are left to the frame. */
  readonly bytesMax: number
  /** null: not one of ours, before anything was done. `rest`: the address behind the prefix. */
  readonly open: (rest: string) => ((request: QuickRequest) => Promise<QuickAnswer>) | null
}

export type QuickRequest = { readonly headers: IncomingMessage['headers']; readonly body: Buffer }
export type QuickAnswer = { readonly status: number; readonly contentType: string; readonly body: string }

/** What the lane did with a request before it handed it on. */
export type Tried = { readonly body: Buffer; readonly error: unknown }

const tried = new WeakMap<IncomingMessage, Tried>()

/** For the frame's route: what the lane found out about this request; undefined when it never saw it. */
export const triedBefore = (request: IncomingMessage): Tried | undefined => tried.get(request)

export type QuickLane = {
  add(route: QuickRoute): void
  /** From now on everything is left to the frame, which knows how to stop. */
  close(): void
  /** false: untouched. */
  take(request: IncomingMessage, response: ServerResponse): boolean
}

type Seams = {
  readonly requestId: (request: IncomingMessage) => string
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly observe: (route: string, status: number) => (seconds: number) => void
  /** The frame. */
  readonly handOn: (request: IncomingMessage, response: ServerResponse) => void
}

export function quickLane({ requestId, headers, observe, handOn }: Seams): QuickLane {
  const ofAll = Object.entries(headers).flat()
  let routes: readonly QuickRoute[] = []
  const observers = new Map<string, (seconds: number) => void>()

  const observed = (route: string, status: number, from: number): void => {
    const key = `${route} ${status}`
    let add = observers.get(key)
    if (!add) observers.set(key, (add = observe(route, status)))
    add((performance.now() - from) / 1000)
  }

  const answer = (request: IncomingMessage, response: ServerResponse, { status, contentType, body }: QuickAnswer) => {
    response.writeHead(status, [
      ...ofAll,
      'x-request-id',
      requestId(request),
      'cache-control',
      'no-store',
      'content-type',
      contentType,
      'content-length',
      String(Buffer.byteLength(body)),
    ])
    response.end(body)
  }

  return {
    add(route) {
      routes = [...routes, route]
    },
    close() {
      routes = []
    },
    take(request, response) {
      const { url = '', method } = request
      const route = method === 'POST' ? routes.find(({ prefix }) => url.startsWith(prefix)) : undefined
      if (!route || /[?%]/.test(url)) return false
      const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
      if (length === undefined || encoding !== undefined || Number(length) > route.bytesMax) return false
      const act = route.open(url.slice(route.prefix.length))
      if (!act) return false
      const from = performance.now()
      const chunks: Buffer[] = []
      request.on('data', chunk => chunks.push(chunk))
      request.on('end', () => {
        const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
        act({ headers: request.headers, body }).then(
          found => {
            answer(request, response, found)
            observed(route.route, found.status, from)
          },
          error => {
            tried.set(request, { body, error })
            handOn(request, response)
          },
        )
      })
      return true
    },
  }
}

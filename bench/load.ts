import { connect, type Socket } from 'node:net'

/** A request, complete as it goes over the wire; its answer must have a content-length. */
export type LoadRequest = Buffer

export type LoadOptions = {
  readonly port: number
  readonly connections: number
  /** Requests a second, begun on schedule whether or not earlier ones are answered. 0: each connection as fast as it is answered. */
  readonly rate: number
  /** When the first one is due, in epoch milliseconds; default now. */
  readonly startAt?: number
  /** The first so many are sent at half the rate and not counted, while the server compiles its code: a queue that is left from then would count for long. */
  readonly warmUp?: number
}

export type LoadResult = {
  /** Without those of warming up, as all that follows but `statuses`; from when the first one was due to the last answer. */
  readonly seconds: number
  readonly perSecond: number
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Milliseconds from the moment a request was due (not sent: a queue in front of a slow server counts) to its whole answer. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  /** Seconds of the schedule in which a request waited longer than 100 ms: few are a stall, many a server that cannot keep up. 0 without a rate. */
  readonly lateSeconds: number
}

const LATE_MS = 100

/**
 * Open-loop load over keep-alive connections, one request under way on each. Answers are read just far enough to know
 * their status and their end, so that the generator leaves the cores to what is measured.
 */
export async function load(requests: readonly LoadRequest[], options: LoadOptions): Promise<LoadResult> {
  const { port, connections, rate, startAt = Date.now(), warmUp = 0 } = options
  const latencies = new Float64Array(requests.length)
  const statuses: Record<string, number> = {}
  const origin = performance.now() + (startAt - Date.now())
  const dueAt = (index: number): number =>
    rate === 0 ? performance.now() : origin + ((index + Math.min(index, warmUp)) * 1000) / rate
  const idle: Lane[] = []
  let next = 0
  let done = 0
  const finished = Promise.withResolvers<void>()

  const give = (lane: Lane): void => {
    const index = next++
    const due = dueAt(index)
    if (index === warmUp) from = due
    lane.send(requests[index] as Buffer, status => {
      latencies[index] = performance.now() - due
      statuses[status] = (statuses[status] ?? 0) + 1
      if (++done === requests.length) finished.resolve()
      else if (next < requests.length && (rate === 0 || dueAt(next) <= performance.now())) give(lane)
      else idle.push(lane)
    })
  }
  // Connected only now: a server closes connections on which nothing is asked.
  const wait = startAt - Date.now() - 500
  if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
  const lanes = await Promise.all(Array.from({ length: connections }, () => openLane(port, finished.reject)))
  idle.push(...lanes)
  const tick = (): void => {
    while (idle.length > 0 && next < requests.length && (rate === 0 || dueAt(next) <= performance.now()))
      give(idle.pop() as Lane)
  }
  let from = performance.now()
  const timer = setInterval(tick, 1)
  tick()
  try {
    await finished.promise
  } finally {
    clearInterval(timer)
    for (const lane of lanes) lane.close()
  }
  const seconds = (performance.now() - from) / 1000
  const late = new Set<number>()
  if (rate > 0)
    for (let i = warmUp; i < latencies.length; i++)
      if ((latencies[i] as number) > LATE_MS) late.add(Math.floor((i - warmUp) / rate))
  const counted = latencies.subarray(warmUp).sort()
  const at = (share: number): number =>
    Math.round((counted[Math.min(counted.length - 1, Math.floor(counted.length * share))] ?? 0) * 10) / 10
  return {
    seconds: Math.round(seconds * 10) / 10,
    perSecond: Math.round(counted.length / seconds),
    statuses,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
    lateSeconds: late.size,
  }
}

type Lane = { send(request: Buffer, answered: (status: string) => void): void; close(): void }

/** Room for the head of an answer and its body; longer answers come in several pieces. */
const PIECE = 4 << 10

/** A connection. Its reads go into one buffer of its own: the generator shares the cores with what it measures, and makes no garbage. */
async function openLane(port: number, failed: (error: Error) => void): Promise<Lane> {
  let answered: ((status: string) => void) | undefined
  let head = ''
  let missing = -1
  let status = ''
  const take = (size: number, piece: Uint8Array): boolean => {
    let body = size
    if (missing < 0) {
      head += (piece as Buffer).toString('latin1', 0, size)
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return true
      status = head.slice(9, 12)
      missing = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      body = head.length - end - 4
    }
    missing -= body
    if (missing > 0) return true
    missing = -1
    head = ''
    const tell = answered
    answered = undefined
    tell?.(status)
    return true
  }
  const onread = { buffer: Buffer.alloc(PIECE), callback: take }
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  socket.on('error', failed)
  socket.on('close', () => {
    if (answered) failed(new Error('the server closed a connection with a request under way'))
  })
  return {
    send(request, tell) {
      answered = tell
      socket.write(request)
    },
    close: () => socket.destroy(),
  }
}

/** An HTTP/1.1 request as bytes. */
export function httpRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): LoadRequest {
  const lines = Object.entries({ host: '127.0.0.1', ...headers, 'content-length': String(Buffer.byteLength(body)) })
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n${body}`)
}

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What stands in front of several servers: each connection goes to the next one that takes it, and nobody is told of one that does not. */
export type Balancer = {
  readonly url: string
  /** From now on connections go to these ports. */
  to(ports: readonly number[]): void
  /** Connections that each port has taken. */
  readonly taken: ReadonlyMap<number, number>
  close(): Promise<void>
}

export async function openBalancer(): Promise<Balancer> {
  const taken = new Map<number, number>()
  const sockets = new Set<Socket>()
  let ports: readonly number[] = []
  let turn = 0
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer(client => {
    keep(client)
    const order = ports.map((_, i) => ports[(turn + i) % ports.length] as number)
    turn++
    const next = (): void => {
      const port = order.shift()
      if (port === undefined) return void client.destroy()
      const upstream = connect(port, '127.0.0.1')
      keep(upstream)
      upstream.once('error', next)
      upstream.once('connect', () => {
        upstream.off('error', next)
        taken.set(port, (taken.get(port) ?? 0) + 1)
        upstream.on('error', () => client.destroy())
        client.on('close', () => upstream.destroy())
        client.pipe(upstream).pipe(client)
      })
    }
    next()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to: given => void (ports = given),
    taken,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

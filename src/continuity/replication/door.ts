import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The network in front of one server, on loopback, which can be cut as a cable is: nothing passes, and nobody is told. */
export type Door = {
  readonly port: number
  readonly isCut: () => boolean
  cut(): void
  /** What hung in the cut is closed; new connections pass. */
  mend(): void
  close(): Promise<void>
}

export async function openDoor(behind: number): Promise<Door> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let isCut = false
  const server = createServer(outer => {
    const inner = connect({ port: behind, host: '127.0.0.1' })
    const pair = [outer, inner] as const
    pairs.add(pair)
    const over = (): void => {
      // In a cut no end is heard of either.
      if (isCut) return
      outer.destroy()
      inner.destroy()
      pairs.delete(pair)
    }
    for (const [from, to] of [pair, [inner, outer] as const]) {
      from.setNoDelay(true)
      from.on('data', chunk => {
        if (isCut) return
        if (!to.write(chunk)) from.pause()
      })
      from.on('drain', () => to.resume())
      from.on('error', over)
      from.on('close', over)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const drop = (): void => {
    for (const [outer, inner] of pairs) {
      outer.destroy()
      inner.destroy()
    }
    pairs.clear()
  }
  return {
    port: (server.address() as AddressInfo).port,
    isCut: () => isCut,
    cut() {
      isCut = true
    },
    mend() {
      isCut = false
      drop()
    },
    async close() {
      isCut = false
      drop()
      server.close()
      await once(server, 'close')
    },
  }
}

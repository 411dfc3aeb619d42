import { hash } from 'node:crypto'

/**
 * A Merkle tree of SM3 in the shape of RFC 6962: a leaf is SM3(0x00 ‖ bytes), a node SM3(0x01 ‖ left ‖ right), so that neither can pass for the
 * other; n leaves split at the greatest power of two below n.
 */
export const SIZE = 32
const NODE = Buffer.alloc(1 + 2 * SIZE)
NODE[0] = 1

export function leafOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(1 + Buffer.byteLength(text))
  bytes[0] = 0
  bytes.write(text, 1)
  return hash('sm3', bytes, 'buffer')
}

export function nodeOf(left: Uint8Array, right: Uint8Array): Buffer {
  NODE.set(left, 1)
  NODE.set(right, 1 + SIZE)
  return hash('sm3', NODE, 'buffer')
}

const splitOf = (count: number): number => 2 ** (Math.ceil(Math.log2(count)) - 1)

/** The root over leaves that lie one after the other, 32 bytes each; at least one. */
export function rootOf(leaves: Buffer): Buffer {
  const count = leaves.length / SIZE
  if (count === 1) return leaves
  const split = splitOf(count) * SIZE
  return nodeOf(rootOf(leaves.subarray(0, split)), rootOf(leaves.subarray(split)))
}

export type Step = { readonly side: 'left' | 'right'; readonly digest: Buffer }

/** What is needed beside leaf `at` to reach the root, from the leaf upwards. `side`: where the given digest stands. */
export function pathOf(leaves: Buffer, at: number): Step[] {
  const count = leaves.length / SIZE
  if (count === 1) return []
  const split = splitOf(count)
  const [left, right] = [leaves.subarray(0, split * SIZE), leaves.subarray(split * SIZE)]
  return at < split
    ? [...pathOf(left, at), { side: 'right', digest: rootOf(right) }]
    : [...pathOf(right, at - split), { side: 'left', digest: rootOf(left) }]
}

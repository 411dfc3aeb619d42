import { type BlockHeader, blockText, entryText, type SealedFields } from './entry.ts'
import { pathOf, SIZE } from './merkle.ts'

export const PROOF_FORMAT = 'fzpay-log-proof-1'

/** All that is needed beside an exported root to show that an entry stood in the log, as `scripts/verify-log-proof.mjs` checks it. */
export type Proof = {
  readonly format: typeof PROOF_FORMAT
  /** The bytes of the entry. */
  readonly entry: string
  readonly path: readonly { readonly side: 'left' | 'right'; readonly digest: string }[]
  /** The bytes of the headers of its block and of all after it up to the root's. */
  readonly headers: readonly string[]
  readonly root: { readonly block: number; readonly digest: string }
}

/** `headers`: of the entry's block and of those after it, up to the exported one. `at`: the entry's place in its block. */
export const makeProof = (
  fields: SealedFields,
  leaves: Buffer,
  at: number,
  headers: readonly (BlockHeader & { readonly digest: string })[],
): Proof => {
  const last = headers.at(-1) as BlockHeader & { readonly digest: string }
  return {
    format: PROOF_FORMAT,
    entry: entryText(fields),
    path: pathOf(leaves, at).map(({ side, digest }) => ({ side, digest: digest.toString('hex') })),
    headers: headers.map(blockText),
    root: { block: last.no, digest: last.digest },
  }
}

export const placeOf = (leaves: Buffer, digest: Buffer): number => {
  for (let at = 0; at < leaves.length; at += SIZE) if (digest.equals(leaves.subarray(at, at + SIZE))) return at / SIZE
  return -1
}

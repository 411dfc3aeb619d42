import { createCipheriv, createHmac, type KeyObject } from 'node:crypto'
import { blindPayer, isOpenPayer } from '../../kernel/payer_index.ts'
import { normalised } from './purposes.ts'

const BLOCK = 16
/** Kept of each MAC: 120 bits are exactly 20 letters of base64, so that all are turned into text by one call. */
const KEPT = 15
const LETTERS = 20

/** Payers in, indexes out, in order: see `kernel/payer_index.ts`. */
export type PayerIndexes = (payers: readonly string[]) => string[]

/**
 * Indexes of many payers at once by SM4-CMAC (GB/T 15852.1, algorithm 5) under a key that is derived for it. HMAC-SM3 takes a call into the library
 * for each payer; here one cipher call takes a block of each of them, which is what a statement of a million lines can bear
 * (`bench/vault.ts`).
 */
export function payerIndexes(key: KeyObject): PayerIndexes {
  const mac = cmacOfMany(createHmac('sm3', key).update('sm4-cmac of payers').digest().subarray(0, BLOCK))
  return payers => {
    const plain: string[] = []
    for (const payer of payers) if (!isOpenPayer(payer)) plain.push(normalised('payer', payer))
    if (plain.length === 0) return [...payers]
    const letters = lettersOf(mac(plain), plain.length)
    let at = 0
    return payers.map(payer => {
      if (isOpenPayer(payer)) return payer
      const index = letters.slice(at * LETTERS, (at + 1) * LETTERS)
      return blindPayer(plain[at++] as string, index)
    })
  }
}

function lettersOf(macs: Buffer, count: number): string {
  const kept = Buffer.allocUnsafe(count * KEPT)
  for (let i = 0; i < count; i++) macs.copy(kept, i * KEPT, i * BLOCK, i * BLOCK + KEPT)
  return kept.toString('base64url')
}

/** The CMACs of texts, 16 bytes each, one after the other. Blocks of all texts go through the cipher together, layer by layer. */
export function cmacOfMany(key: Buffer): (texts: readonly string[]) => Buffer {
  // Whole blocks in, whole blocks out: one cipher serves for all calls.
  const cipher = createCipheriv('sm4-ecb', key, null).setAutoPadding(false)
  const encrypt = (blocks: Uint8Array): Buffer => cipher.update(blocks)
  const whole = doubled(encrypt(Buffer.alloc(BLOCK)))
  const subkeys = [wordsOf(doubled(whole)), wordsOf(whole)] as const

  return texts => {
    const { words, starts, blocks, full, most } = laidOut(texts)
    const state = new Uint32Array(texts.length * 4)
    const input = new Uint32Array(texts.length * 4)
    // Those that have a block in this layer, in order.
    let active = Uint32Array.from(texts.keys())
    for (let layer = 0; layer < most; layer++) {
      active = active.filter(i => layer < (blocks[i] as number))
      for (let at = 0; at < active.length; at++) {
        const i = active[at] as number
        const from = (starts[i] as number) + layer * 4
        for (let word = 0; word < 4; word++)
          input[at * 4 + word] = (words[from + word] as number) ^ (state[i * 4 + word] as number)
        if (layer !== (blocks[i] as number) - 1) continue
        const subkey = subkeys[full[i] as 0 | 1]
        for (let word = 0; word < 4; word++)
          input[at * 4 + word] = (input[at * 4 + word] as number) ^ (subkey[word] as number)
      }
      const output = wordsOf(encrypt(new Uint8Array(input.buffer, 0, active.length * BLOCK)))
      for (let at = 0; at < active.length; at++) {
        const i = active[at] as number
        for (let word = 0; word < 4; word++) state[i * 4 + word] = output[at * 4 + word] as number
      }
    }
    return Buffer.from(state.buffer)
  }
}

/** The texts in UTF-8, each from the beginning of a block, padded as CMAC pads. Positions are in words of four bytes. */
function laidOut(texts: readonly string[]) {
  let room = 0
  for (const text of texts) room += 3 * text.length + 2 * BLOCK
  const bytes = Buffer.alloc(room)
  const starts = new Uint32Array(texts.length)
  const blocks = new Uint32Array(texts.length)
  const full = new Uint8Array(texts.length)
  let at = 0
  let most = 0
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string
    const length = bytes.write(text, at)
    const count = Math.max(1, Math.ceil(length / BLOCK))
    starts[i] = at / 4
    blocks[i] = count
    full[i] = length === count * BLOCK ? 1 : 0
    if (full[i] === 0) bytes[at + length] = 0x80
    at += count * BLOCK
    if (count > most) most = count
  }
  return { words: wordsOf(bytes), starts, blocks, full, most }
}

/** The same bytes as numbers in the machine's order, which XOR does not mind. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes)
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2)
}

/** Times x in the field of 2^128, as CMAC makes its subkeys. */
function doubled(block: Uint8Array): Buffer {
  const twice = Buffer.alloc(BLOCK)
  for (let i = 0; i < BLOCK; i++) twice[i] = (((block[i] as number) << 1) | ((block[i + 1] ?? 0) >> 7)) & 0xff
  if ((block[0] as number) & 0x80) twice[BLOCK - 1] = (twice[BLOCK - 1] as number) ^ 0x87
  return twice
}

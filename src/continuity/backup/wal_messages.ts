import type { Lsn } from './names.ts'

/** Messages of a WAL stream ("Streaming Replication Protocol" in PostgreSQL's manual). Pure. */
export type WalMessage =
  | { readonly kind: 'data'; readonly at: Lsn; readonly bytes: Buffer; readonly end: Lsn; readonly clock: Date }
  | { readonly kind: 'alive'; readonly end: Lsn; readonly clock: Date; readonly answer: boolean }

/** Microseconds from 1970 to 2000, where PostgreSQL's clock begins. */
const EPOCH = 946_684_800_000_000n

const clockOf = (micros: bigint): Date => new Date(Number((micros + EPOCH) / 1000n))

export function parseWalMessage(message: Buffer): WalMessage {
  const kind = String.fromCharCode(message[0] ?? 0)
  if (kind === 'w')
    return {
      kind: 'data',
      at: message.readBigUInt64BE(1),
      end: message.readBigUInt64BE(9),
      clock: clockOf(message.readBigInt64BE(17)),
      bytes: message.subarray(25),
    }
  if (kind === 'k')
    return {
      kind: 'alive',
      end: message.readBigUInt64BE(1),
      clock: clockOf(message.readBigInt64BE(9)),
      answer: message[17] === 1,
    }
  throw new Error(`a message of kind ${kind} in the stream of WAL`)
}

/** Tells the server up to where everything is kept, and asks it for a sign of life. It keeps what comes after that. */
export function statusMessage(durable: Lsn, at: Date): Buffer {
  const message = Buffer.alloc(34)
  message.write('r')
  message.writeBigUInt64BE(durable, 1)
  message.writeBigUInt64BE(durable, 9)
  message.writeBigUInt64BE(durable, 17)
  message.writeBigInt64BE(BigInt(at.getTime()) * 1000n - EPOCH, 25)
  message[33] = 1
  return message
}

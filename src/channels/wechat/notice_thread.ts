import type { KeyObject } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { Failure } from '../../kernel/failure.ts'
import type { Notice } from '../channel.ts'
import { readNotice } from './notices.ts'
import type { Seal } from './signature.ts'

/** With what the notices of one account, signed by one key of WeChat's, are read. */
export type KeyRing = {
  readonly account: string
  readonly mchid: string
  readonly apiKey: KeyObject
  readonly key: KeyObject
}

/** A crowd of notices, field by field, in the order in which they are answered. */
export type Asked = {
  readonly rings: readonly KeyRing[]
  readonly ringOf: readonly number[]
  readonly seals: readonly Seal[]
  readonly at: readonly Date[]
  /** One after the other; where each ends. */
  readonly bodies: Uint8Array<ArrayBuffer>
  readonly ends: readonly number[]
}

/** `bug`: its stack, when it is no refusal. */
export type Told =
  | { readonly notice: Notice }
  | { readonly refused: Pick<Failure, 'code' | 'zh' | 'en'> & { readonly detail: Record<string, unknown> } }
  | { readonly bug: string }

parentPort?.on('message', (asked: Asked) => {
  parentPort?.postMessage(asked.seals.map((seal, i) => toldOf(asked, seal, i)))
})

function toldOf(asked: Asked, seal: Seal, i: number): Told {
  const ring = asked.rings[asked.ringOf[i] as number] as KeyRing
  const from = i === 0 ? 0 : (asked.ends[i - 1] as number)
  const body = Buffer.from(asked.bodies.buffer, from, (asked.ends[i] as number) - from)
  try {
    return {
      notice: readNotice(
        { ...ring, keyOf: () => ring.key },
        { headers: headersOf(seal), body, at: asked.at[i] as Date },
      ),
    }
  } catch (error) {
    if (!(error instanceof Failure)) return { bug: (error as Error).stack ?? String(error) }
    const { code, zh, en, detail } = error
    return { refused: { code, zh, en, detail } }
  }
}

const headersOf = (seal: Seal) => ({
  'wechatpay-timestamp': seal.timestamp,
  'wechatpay-nonce': seal.nonce,
  'wechatpay-serial': seal.serial,
  'wechatpay-signature': seal.signature,
})

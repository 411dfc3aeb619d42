import { Worker } from 'node:worker_threads'
import { Failure } from '../kernel/failure.ts'
import type { Receipt } from './receipt.ts'
import type { Printed, PrintJob } from './receipt_worker.ts'

/**
 * Prints receipts on a thread of its own: one takes 50 ms and more of a processor, in which no payment could be booked. The
 * thread starts with the first receipt.
 */
export type Press = {
  print(receipt: Receipt, code: string, url: string): Promise<Buffer>
  close(): Promise<void>
}

/** Receipts that may wait for the press. */
const QUEUE = 200

type Waiting = { readonly resolve: (pdf: Buffer) => void; readonly reject: (error: Error) => void }

export function openPress(): Press {
  let worker: Worker | undefined
  let ids = 0
  const waiting = new Map<number, Waiting>()

  const fail = (error: Error) => {
    worker = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const started = (): Worker => {
    if (worker) return worker
    const fresh = new Worker(new URL('./receipt_worker.ts', import.meta.url))
    // An idle press does not keep the process.
    fresh.unref()
    fresh.on('message', ({ id, pdf, error }: Printed) => {
      const job = waiting.get(id)
      waiting.delete(id)
      if (waiting.size === 0) fresh.unref()
      if (pdf) job?.resolve(Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength))
      else job?.reject(new Error(error))
    })
    fresh.on('error', fail)
    fresh.on('exit', () => fail(new Error('the thread that prints receipts ended')))
    return (worker = fresh)
  }

  return {
    print(receipt, code, url) {
      if (waiting.size >= QUEUE) return Promise.reject(overloaded())
      return new Promise((resolve, reject) => {
        const press = started()
        const id = ++ids
        waiting.set(id, { resolve, reject })
        press.ref()
        press.postMessage({ id, receipt, code, url } satisfies PrintJob)
      })
    },
    async close() {
      const press = worker
      press?.removeAllListeners('exit')
      await press?.terminate()
      fail(new Error('receipts are no longer printed: the platform stops'))
    },
  }
}

const overloaded = (): Failure =>
  new Failure('overloaded', {
    zh: '凭证打印繁忙，请稍后再试',
    en: 'Too many receipts are being printed; try again in a moment',
  })

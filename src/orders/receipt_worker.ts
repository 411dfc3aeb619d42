import { parentPort } from 'node:worker_threads'
import type { Receipt } from './receipt.ts'
import { receiptPdf } from './receipt_pdf.ts'

export type PrintJob = { readonly id: number; readonly receipt: Receipt; readonly code: string; readonly url: string }
export type Printed = { readonly id: number; readonly pdf?: Uint8Array; readonly error?: string }

parentPort?.on('message', async ({ id, receipt, code, url }: PrintJob) => {
  try {
    parentPort?.postMessage({ id, pdf: await receiptPdf(receipt, code, url) } satisfies Printed)
  } catch (error) {
    parentPort?.postMessage({ id, error: (error as Error).stack ?? String(error) } satisfies Printed)
  }
})

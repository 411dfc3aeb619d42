import { createHmac } from 'node:crypto'
import { requireEncrypted } from '../system/outgoing.ts'
import type { IntrusionSettings } from './api.ts'

const PATIENCE_MS = 10_000

/** HMAC-SHA256 over "TIME.BODY" in hex: whoever has the secret knows that it is ours, unaltered and recent. */
export const signatureOf = (secret: string, time: number, body: string): string =>
  `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`

/** Posts an alert; throws when it was not taken, so that its job comes again. Throws outgoing_unencrypted. */
export function webhookSender(
  { url, secret }: NonNullable<IntrusionSettings['webhook']>,
  now: () => Date,
): (alert: unknown, signal: AbortSignal) => Promise<void> {
  requireEncrypted(url, 'intrusion.webhook.url')
  return async (alert, signal) => {
    const body = JSON.stringify(alert)
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        'x-fzpay-signature': signatureOf(secret, Math.floor(now().getTime() / 1000), body),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    })
    await answer.body?.cancel()
    if (!answer.ok) throw new Error(`the webhook for alerts answered ${answer.status}`)
  }
}

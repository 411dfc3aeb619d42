import { randomUUID } from 'node:crypto'
import { requireEncrypted } from '../system/outgoing.ts'
import { type AccessKey, acs3Headers, canonicalQuery } from './acs3.ts'
import type { Claimed, Inquiry, Outcome } from './message.ts'
import { outId, type Sender } from './sender.ts'
import type { SmsSettings } from './settings.ts'
import { smsVariables } from './templates.ts'

/**
 * SMS by Alibaba Cloud's Dysmsapi (2017-05-25): SendSms, and QuerySendDetails to ask what became of one. SendSms has no
 * idempotency key, so a message whose answer was lost is looked for by our OutId among what was sent to that number.
 */
const VERSION = '2017-05-25'
const PAGE_SIZE = 50
/** Nobody gets more messages of ours in two days. */
const PAGES_MAX = 20

/** Codes that say for certain: not sent, and it would not help to try again. */
const HOPELESS =
  /^(?:isv\.(?:MOBILE_NUMBER_ILLEGAL|MOBILE_COUNT_OVER_LIMIT|INVALID_PARAMETERS|INVALID_JSON_PARAM|PARAM_LENGTH_LIMIT|PARAM_NOT_SUPPORT_URL|BLACK_KEY_CONTROL_LIMIT|SMS_CONTENT_ILLEGAL|SMS_SIGNATURE_ILLEGAL|SMS_SIGNATURE_SCENE_ILLEGAL|SMS_SIGN_ILLEGAL|SMS_TEMPLATE_ILLEGAL|SMS_TEST_NUMBER_LIMIT|SMS_TEST_SIGN_TEMPLATE_LIMIT|TEMPLATE_MISSING_PARAMETERS|TEMPLATE_PARAMS_ILLEGAL|SIGN_.*|TEMPLATE_.*|DENY_IP_RANGE)|MissingParameter|InvalidParameter.*)$/

type Answer =
  | { readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  | { readonly lost: string; readonly sent: boolean }

/** Throws Failure outgoing_unencrypted. */
export function smsSender(settings: SmsSettings): Sender {
  requireEncrypted(settings.endpoint, 'sms.endpoint')
  const key: AccessKey = { id: settings.access_key_id, secret: settings.access_key_secret }
  const endpoint = new URL(settings.endpoint)
  const timeoutMs = settings.timeout_seconds * 1000

  const call = async (action: string, query: Record<string, string>, at: Date): Promise<Answer> => {
    const headers = acs3Headers({ host: endpoint.host, action, version: VERSION, query, at, nonce: randomUUID() }, key)
    try {
      const response = await fetch(`${endpoint.origin}/?${canonicalQuery(query)}`, {
        method: 'POST',
        headers: { ...headers, accept: 'application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      const body = objectOf(await response.text())
      return body ? { status: response.status, body } : { lost: `HTTP ${response.status} without JSON`, sent: true }
    } catch (error) {
      return lost(error)
    }
  }

  return {
    lanes: settings.lanes,
    timeoutMs,
    async send(message, at) {
      const template = settings.templates[message.template]
      if (!template) return { state: 'refused', reason: `no SMS template for ${message.template}`, again: false }
      const answer = await call(
        'SendSms',
        {
          PhoneNumbers: providerNumber(message.recipient),
          SignName: settings.sign_name,
          TemplateCode: template,
          TemplateParam: JSON.stringify(smsVariables(message)),
          OutId: outId(message),
        },
        at,
      )
      return sendOutcome(answer)
    },
    async ask(message, at) {
      for (const day of daysOf(message.handedAt, at)) {
        for (let page = 1; page <= PAGES_MAX; page++) {
          const answer = await call(
            'QuerySendDetails',
            {
              PhoneNumber: providerNumber(message.recipient),
              SendDate: day,
              PageSize: String(PAGE_SIZE),
              CurrentPage: String(page),
            },
            at,
          )
          if ('lost' in answer) return { state: 'unknown', reason: answer.lost }
          if (answer.body.Code !== 'OK')
            return { state: 'unknown', reason: `QuerySendDetails: ${String(answer.body.Code)}` }
          const details = detailsOf(answer.body)
          const found = foundIn(details, message)
          if (found) return found
          if (details.length < PAGE_SIZE) break
          if (page === PAGES_MAX)
            return { state: 'unknown', reason: 'too many messages to this number to look through' }
        }
      }
      return { state: 'absent' }
    },
    async close() {},
  }
}

function sendOutcome(answer: Answer): Outcome {
  if ('lost' in answer)
    return answer.sent
      ? { state: 'unknown', reason: answer.lost }
      : { state: 'refused', reason: answer.lost, again: true }
  const { status, body } = answer
  const code = String(body.Code ?? '')
  if (code === 'OK') return { state: 'sent', ref: String(body.BizId ?? '') }
  const reason = `${code || `HTTP ${status}`}: ${String(body.Message ?? '')}`
  // A fault on their side says nothing about the message; their isp.* codes mean such faults.
  if (
    code === '' ||
    status >= 500 ||
    code.startsWith('isp.') ||
    code === 'InternalError' ||
    code === 'ServiceUnavailable'
  )
    return { state: 'unknown', reason }
  return { state: 'refused', reason, again: !HOPELESS.test(code) }
}

type Detail = { readonly OutId?: string; readonly SendStatus?: number; readonly ErrCode?: string }

function detailsOf(body: Readonly<Record<string, unknown>>): readonly Detail[] {
  const list = (body.SmsSendDetailDTOs as { SmsSendDetailDTO?: unknown } | undefined)?.SmsSendDetailDTO
  return Array.isArray(list) ? list : []
}

/** By any attempt of this message: 1 waits for the operator's receipt, 2 was not delivered, 3 was. */
function foundIn(details: readonly Detail[], { key }: Claimed): Inquiry | null {
  const own = details.filter(
    detail => detail.OutId?.startsWith(`${key}.`) && /^\d+$/.test(detail.OutId.slice(key.length + 1)),
  )
  const reached = own.find(detail => detail.SendStatus === 1 || detail.SendStatus === 3)
  if (reached) return { state: 'sent', ref: reached.OutId ?? '' }
  const [undelivered] = own
  return undelivered
    ? { state: 'refused', reason: `not delivered: ${undelivered.ErrCode ?? 'no code'}`, again: false }
    : null
}

/** What never left: no address, no connection. All else may have arrived. */
function lost(error: unknown): Answer {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } }
  const code = cause?.code ?? ''
  const before = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']
  const tls = /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/.test(code)
  return {
    lost: name === 'TimeoutError' ? 'time-out' : code || cause?.message || message,
    sent: !before.includes(code) && !tls,
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** Numbers of the mainland without prefix, others as country code and number. */
const providerNumber = (phone: string): string => phone.replace(/^\+(?:86(?=1\d{10}$))?/, '')

/** The provider's days, in China, from the handing over until now: two at most, it is asked soon. */
function daysOf(from: Date, to: Date): string[] {
  const day = (at: Date) => new Date(at.getTime() + 8 * 3600_000).toISOString().slice(0, 10).replaceAll('-', '')
  const next = new Date(Math.min(from.getTime() + 86_400_000, to.getTime()))
  return [...new Set([day(from), day(next)])]
}

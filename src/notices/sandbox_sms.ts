import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AccessKey, ALGORITHM, acs3Signature, canonicalQuery } from './acs3.ts'

/**
 * A stand-in for the SMS provider: speaks the same protocol, checks signature, time and nonce, keeps what it took, and can
 * be told to misbehave. For tests, the demo and the storm; nothing leaves it.
 */
export type SandboxSms = {
  readonly url: string
  readonly key: AccessKey
  /** Everything it took, in order. */
  readonly taken: readonly TakenSms[]
  /** Calls of either action that carried a good signature. */
  readonly calls: () => number
  /** Calls that were refused for their signature, time or nonce. */
  readonly forged: () => number
  close(): Promise<void>
}

export type TakenSms = {
  readonly phone: string
  readonly template: string
  readonly variables: Readonly<Record<string, string>>
  readonly outId: string
  readonly bizId: string
  readonly at: Date
}

export type SmsMood =
  | 'ok'
  | 'take_and_hang' // takes it and never answers
  | 'hang' // does not take it and never answers
  | 'take_and_500'
  | '500'
  | 'throttle'
  | 'bad_number'
  | 'take_and_cut' // takes it and cuts the connection

export type SandboxSmsOptions = {
  readonly now: () => Date
  readonly key?: AccessKey
  /** How the n-th SendSms (from 0) is treated; default: well. */
  readonly mood?: (n: number, phone: string) => SmsMood
  /** How the n-th QuerySendDetails is answered. */
  readonly queryMood?: (n: number) => 'ok' | '500'
  readonly port?: number
  /** Told of each message it takes. */
  readonly taken?: (sms: TakenSms) => void
}

const CLOCK_SKEW_MS = 15 * 60_000
const KEY: AccessKey = { id: 'sandbox-key', secret: 'sandbox-secret' }

export async function openSandboxSms(options: SandboxSmsOptions): Promise<SandboxSms> {
  const { now, key = KEY, mood = () => 'ok', queryMood = () => 'ok' } = options
  const taken: TakenSms[] = []
  const nonces = new Set<string>()
  let sends = 0
  let queries = 0
  let forged = 0

  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://sandbox')
      const query = Object.fromEntries(url.searchParams)
      const refusal = refusalOf(request, query, key, nonces, now())
      if (refusal) {
        forged++
        return reply(response, 400, { Code: refusal, Message: 'the call is refused' })
      }
      const action = request.headers['x-acs-action']
      if (action === 'SendSms') return send(response, query, mood(sends++, query.PhoneNumbers ?? ''))
      if (action === 'QuerySendDetails') return details(response, query, queryMood(queries++))
      reply(response, 404, { Code: 'InvalidAction.NotFound', Message: 'no such action' })
    })
  })

  const send = (response: ServerResponse, query: Readonly<Record<string, string>>, how: SmsMood): void => {
    if (how === 'hang') return
    if (how === '500') return reply(response, 500, { Code: 'InternalError', Message: 'try again later' })
    if (how === 'throttle') return reply(response, 400, { Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: 'too many' })
    if (how === 'bad_number')
      return reply(response, 400, { Code: 'isv.MOBILE_NUMBER_ILLEGAL', Message: 'no such number' })
    const { PhoneNumbers: phone, TemplateCode: template, TemplateParam, OutId: outId = '' } = query
    if (!phone || !template || !query.SignName) return reply(response, 400, { Code: 'MissingParameter', Message: '' })
    const bizId = `${900_000_000 + taken.length}^0`
    const sms = { phone, template, variables: JSON.parse(TemplateParam ?? '{}'), outId, bizId, at: now() }
    taken.push(sms)
    options.taken?.(sms)
    if (how === 'take_and_hang') return
    if (how === 'take_and_cut') return void response.socket?.destroy()
    if (how === 'take_and_500') return reply(response, 500, { Code: 'InternalError', Message: 'try again later' })
    reply(response, 200, { Code: 'OK', Message: 'OK', BizId: bizId, RequestId: bizId })
  }

  const details = (response: ServerResponse, query: Readonly<Record<string, string>>, how: 'ok' | '500'): void => {
    if (how === '500') return reply(response, 500, { Code: 'InternalError', Message: 'try again later' })
    const size = Number(query.PageSize)
    const from = (Number(query.CurrentPage) - 1) * size
    const found = taken.filter(sms => sms.phone === query.PhoneNumber && dayOf(sms.at) === query.SendDate)
    reply(response, 200, {
      Code: 'OK',
      Message: 'OK',
      TotalCount: String(found.length),
      SmsSendDetailDTOs: {
        SmsSendDetailDTO: found.slice(from, from + size).map(sms => ({
          PhoneNum: sms.phone,
          TemplateCode: sms.template,
          OutId: sms.outId,
          SendStatus: 3,
          ErrCode: 'DELIVERED',
          SendDate: sms.at.toISOString(),
        })),
      },
    })
  }

  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    taken,
    calls: () => sends + queries,
    forged: () => forged,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The provider's code for what is wrong with a call; null: it is the key holder's. */
function refusalOf(
  request: IncomingMessage,
  query: Readonly<Record<string, string>>,
  key: AccessKey,
  nonces: Set<string>,
  now: Date,
): string | null {
  const { headers } = request
  const given = new RegExp(`^${ALGORITHM} Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$`).exec(
    headers.authorization ?? '',
  )
  if (!given) return 'MissingAuthorization'
  const [, id, signed = '', signature = ''] = given
  if (id !== key.id) return 'InvalidAccessKeyId.NotFound'
  const names = signed.split(';')
  for (const needed of ['host', 'x-acs-action', 'x-acs-content-sha256', 'x-acs-date', 'x-acs-signature-nonce'])
    if (!names.includes(needed)) return 'SignatureDoesNotMatch'
  if (headers['x-acs-content-sha256'] !== createHash('sha256').update('').digest('hex')) return 'SignatureDoesNotMatch'
  const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? '')]))
  const expected = acs3Signature(request.method ?? '', '/', canonicalQuery(query), flat, names, key.secret)
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return 'SignatureDoesNotMatch'
  const at = Date.parse(String(headers['x-acs-date']))
  if (!(Math.abs(now.getTime() - at) <= CLOCK_SKEW_MS)) return 'InvalidTimeStamp.Expired'
  const nonce = String(headers['x-acs-signature-nonce'])
  if (nonces.has(nonce)) return 'SignatureNonceUsed'
  nonces.add(nonce)
  return null
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const dayOf = (at: Date): string => new Date(at.getTime() + 8 * 3600_000).toISOString().slice(0, 10).replaceAll('-', '')

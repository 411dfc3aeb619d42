import type { FastifyError } from 'fastify'
import { type Static, Type } from 'typebox'
import { Failure } from '../kernel/failure.ts'
import type { Mistake } from './shape.ts'

/** The one shape of every refusal and of every bug. */
export const ErrorBody = Type.Object(
  {
    error: Type.Object({
      code: Type.String({ description: 'Stable and English. 固定的英文代码' }),
      message_zh: Type.String(),
      message_en: Type.String(),
      detail: Type.Record(Type.String(), Type.Unknown(), {
        description: 'What is needed to mend it: field, found, expected … 更正所需的信息',
      }),
      request_id: Type.String({ description: 'Quote it when asking for help. 报修时请提供' }),
    }),
  },
  { $id: 'Error', title: 'Error' },
)
export type ErrorBody = Static<typeof ErrorBody>

/** Code of a Failure → HTTP status. What is not here is 422: understood, and refused for what it says. */
const STATUS: Readonly<Record<string, number>> = {
  request_invalid: 400,
  json_unreadable: 400,
  body_missing: 400,
  address_unreadable: 400,
  id_invalid: 400,
  phone_invalid: 400,
  notice_unreadable: 400,
  text_unstorable: 400,
  item_unknown: 404,
  day_unknown: 404,
  item_final: 409,
  item_not_confirmed: 409,
  confirmation_reason_required: 409,
  day_not_over: 409,
  day_closed: 409,
  statement_there: 409,
  not_authenticated: 401,
  key_invalid: 401,
  key_expired: 401,
  session_over: 401,
  log_in_refused: 401,
  code_refused: 401,
  totp_needed: 401,
  passkey_refused: 401,
  notice_forged: 401,
  notice_replayed: 401,
  not_permitted: 403,
  csrf_refused: 403,
  password_change_due: 403,
  grant_to_oneself: 403,
  recovery_not_agreed: 403,
  maker_is_checker: 403,
  request_refused: 403,
  address_blocked: 403,
  scope_too_narrow: 403,
  checker_not_person: 403,
  notice_foreign: 403,
  raw_not_permitted: 403,
  route_unknown: 404,
  order_unknown: 404,
  rule_version_unknown: 404,
  gate_unknown: 404,
  payment_unknown: 404,
  refund_unknown: 404,
  merchant_unknown: 404,
  fee_item_unknown: 404,
  department_unknown: 404,
  receipt_unknown: 404,
  batch_unknown: 404,
  notice_unknown: 404,
  entry_unknown: 404,
  account_unknown: 404,
  session_unknown: 404,
  passkey_unknown: 404,
  key_unknown: 404,
  binding_unknown: 404,
  grant_unknown: 404,
  review_unknown: 404,
  voucher_unknown: 404,
  appeal_unknown: 404,
  discrepancy_unknown: 404,
  match_unknown: 404,
  cause_unknown: 404,
  alert_unknown: 404,
  arrival_unknown: 404,
  settlement_unknown: 404,
  statement_unknown: 404,
  address_block_unknown: 404,
  channel_account_unknown: 404,
  export_unknown: 404,
  report_template_unknown: 404,
  template_unknown: 404,
  report_schedule_unknown: 404,
  method_not_allowed: 405,
  id_reused: 409,
  already_exists: 409,
  rules_unchanged: 409,
  version_in_force: 409,
  gate_unfinished: 409,
  gate_outdated: 409,
  day_closed_already: 409,
  challenge_over: 409,
  last_supervisor: 409,
  account_closed: 409,
  totp_in_use: 409,
  batch_differs: 409,
  batch_expired: 409,
  batch_refused: 409,
  batch_stale: 409,
  notice_not_open: 409,
  entry_unsealed: 409,
  root_not_exported: 409,
  log_empty: 409,
  alert_acknowledged: 409,
  arrival_not_fetched: 409,
  statement_known_elsewhere: 409,
  receipt_not_due: 409,
  order_paid: 409,
  order_partly_paid: 409,
  order_closed: 409,
  payment_under_way: 409,
  payment_outcome_unknown: 409,
  review_decided_already: 409,
  review_expired: 409,
  review_open_already: 409,
  review_stale: 409,
  appeal_closed_already: 409,
  action_not_allowed: 409,
  discrepancy_over: 409,
  discrepancy_under_review: 409,
  refund_under_way: 409,
  channel_denies: 409,
  row_not_open: 409,
  match_final: 409,
  match_confirmed: 409,
  no_open_day: 409,
  cause_built_in: 409,
  appeal_open_already: 409,
  export_not_ready: 409,
  export_stale: 409,
  report_template_archived: 409,
  body_too_large: 413,
  address_too_long: 414,
  file_too_large: 413,
  media_type_unknown: 415,
  voucher_type_unknown: 415,
  upload_type_wrong: 415,
  rate_limited: 429,
  log_in_locked: 429,
  appeals_too_many: 429,
  vouchers_too_many: 429,
  exports_too_many: 429,
  channel_unavailable: 502,
  overloaded: 503,
  receipts_not_configured: 503,
  web_not_built: 503,
  stopping: 503,
  vault_stale: 503,
  sealed_unreadable: 500,
  vault_key_damaged: 500,
  key_exhausted: 503,
  master_key_wrong: 503,
  database_not_ready: 503,
  migration_unknown: 503,
  database_unreachable: 503,
  database_moved: 503,
  database_no_primary: 503,
  database_outdated: 503,
  database_two_primaries: 503,
}

export const statusOf = (code: string): number => (Object.hasOwn(STATUS, code) ? (STATUS[code] as number) : 422)

export const bodyOf = (failure: Failure, requestId: string): ErrorBody => ({
  error: {
    code: failure.code,
    message_zh: failure.zh,
    message_en: failure.en,
    detail: failure.detail,
    request_id: requestId,
  },
})

const PARTS: Readonly<Record<string, { zh: string; en: string }>> = {
  body: { zh: '请求正文', en: 'the body' },
  querystring: { zh: '查询参数', en: 'the query' },
  params: { zh: '地址', en: 'the address' },
  headers: { zh: '请求头', en: 'the headers' },
}

/** All mistakes of one part of a request; the first one is in the sentence, all are in the detail. */
export function requestInvalid(part: string, mistakes: readonly Mistake[]): Failure {
  const where = PARTS[part] ?? { zh: part, en: part }
  const first = mistakes[0]
  const field = first?.path.slice(1).replaceAll('/', '.') || part
  const more = mistakes.length - 1
  return new Failure(
    'request_invalid',
    {
      zh: `${where.zh}的 ${field} 不正确：收到 ${foundZh(first)}，应为 ${first?.expected.zh}${more > 0 ? `；另有 ${more} 处，见 detail` : ''}`,
      en: `${field} in ${where.en} is not valid: ${first?.found} was given, ${first?.expected.en} is expected${more > 0 ? `; ${more} more in detail` : ''}`,
    },
    {
      part,
      mistakes: mistakes.map(({ path, found, expected }) => ({
        field: path.slice(1).replaceAll('/', '.'),
        found,
        expected_zh: expected.zh,
        expected_en: expected.en,
      })),
    },
  )
}

const foundZh = (mistake: Mistake | undefined): string => (mistake?.found === 'nothing' ? '空' : (mistake?.found ?? ''))

/** What the server itself refuses before a route is reached, by Fastify's own codes. */
export function frameFailure(error: FastifyError): Failure | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Failure('body_too_large', {
        zh: '请求正文超过此接口的大小限制：请分批提交',
        en: 'The body is larger than this route takes: send it in parts',
      })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Failure('media_type_unknown', {
        zh: '此接口不接受这种 content-type：请使用 application/json',
        en: 'This route does not take that content type: application/json is expected',
      })
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Failure('body_missing', {
        zh: '缺少请求正文：应为一个 JSON 对象',
        en: 'There is no body: a JSON object is expected',
      })
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Failure(
        'json_unreadable',
        {
          zh: `请求正文不是完整的 JSON：请检查括号、引号和编码（UTF-8）`,
          en: 'The body is no complete JSON: check brackets, quotes and encoding (UTF-8)',
        },
        { reason: error.message },
      )
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Failure('address_too_long', {
        zh: '地址中的编号过长：请核对编号',
        en: 'A number in the address is too long: check it',
      })
    case 'FST_ERR_BAD_URL':
      return new Failure('address_unreadable', {
        zh: '地址中有无法解码的字符：请按 UTF-8 百分号编码',
        en: 'The address cannot be decoded: use percent-encoding of UTF-8',
      })
    default:
      return undefined
  }
}

/** The server closed or refused the connection, or became a standby (25006): trouble of the moment, said as such instead of as a bug. */
const GONE = new Set([
  '25006',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '08006',
  '08001',
  '53300',
])

export function databaseFailure(error: unknown): Failure | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  // The one character that a text of PostgreSQL cannot hold; whoever sends it is looking for holes.
  if (code === '22021' || code === '22P05')
    return new Failure('text_unstorable', {
      zh: '请求中含有不能保存的字符（U+0000）：请去掉后重试',
      en: 'The request has a character that cannot be kept (U+0000): leave it out',
    })
  if (
    !GONE.has(code) &&
    !/^Connection terminated|^Client has encountered a connection error|^Client was closed|^timeout expired|timeout exceeded when trying to connect/.test(
      message,
    )
  )
    return undefined
  return new Failure('database_not_ready', {
    zh: '数据库暂时无法连接，请稍后用同一编号重试',
    en: 'The database cannot be reached at this moment: try again shortly, with the same id',
  })
}

/** There is nothing by this method. `allowed`: the methods that the address has; none when it is the address that is wrong. */
export const notFound = (method: string, path: string, allowed: readonly string[]): Failure =>
  allowed.length === 0
    ? new Failure(
        'route_unknown',
        {
          zh: `没有这个接口：${method} ${path}；接口目录见 /api/docs`,
          en: `No such route: ${method} ${path}; see /api/docs`,
        },
        { method, path },
      )
    : new Failure(
        'method_not_allowed',
        {
          zh: `${path} 不支持 ${method}：请使用 ${allowed.join('、')}；接口目录见 /api/docs`,
          en: `${path} does not take ${method}: use ${allowed.join(', ')}; see /api/docs`,
        },
        { method, path, allowed: allowed.join(', ') },
      )

/** A bug: nothing of it goes out but the request's id, by which the log has it. */
export const bugBody = (requestId: string): ErrorBody => ({
  error: {
    code: 'internal_error',
    message_zh: `系统内部错误，已记录；报修时请提供请求编号 ${requestId}`,
    message_en: `Internal error, recorded; quote the request id ${requestId} when asking for help`,
    detail: {},
    request_id: requestId,
  },
})

import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Failure } from '../kernel/failure.ts'
import { FIELDS, type Field } from '../statements/statement.ts'
import { accountWrong } from './account_wrong.ts'

/** PEM (or base64 of DER), or the path of a file that holds it; relative paths begin at the configuration's folder. */
const Pem = Type.String({ minLength: 1 })

const CUTOFF = '^([01][0-9]|2[0-3]):[0-5][0-9]$'

const common = {
  /** Part of the notice's address: /notify/CHANNEL/ACCOUNT. */
  account: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$' }),
  /** The channel's day, for statements and balance proofs. */
  zone: Type.String({ default: 'Asia/Shanghai' }),
  cutoff: Type.String({ pattern: CUTOFF, default: '00:00' }),
  timeout_ms: Type.Integer({ minimum: 100, maximum: 120_000, default: 10_000 }),
}

export const WechatAccount = Type.Object(
  {
    channel: Type.Literal('wechat'),
    ...common,
    mchid: Type.String({ pattern: '^[0-9]{6,32}$' }),
    appid: Type.String({ pattern: '^[A-Za-z0-9]{6,32}$' }),
    /** Of the merchant's API certificate, as hexadecimal digits. */
    certificate_serial: Type.String({ pattern: '^[0-9A-Fa-f]{8,64}$' }),
    private_key: Pem,
    /** 32 bytes, or the path of a file that holds them. */
    api_v3_key: Type.String({ minLength: 1 }),
    /** 微信支付公钥, with its id, or 平台证书. The first one is what we ask to be answered with. */
    platform_keys: Type.Array(
      Type.Union([
        Type.Object(
          { id: Type.String({ pattern: '^PUB_KEY_ID_[0-9A-Za-z]+$' }), public_key: Pem },
          { additionalProperties: false },
        ),
        Type.Object({ certificate: Pem }, { additionalProperties: false }),
      ]),
    ),
    methods: Type.Array(Type.Union([Type.Literal('jsapi'), Type.Literal('native'), Type.Literal('h5')]), {
      minItems: 1,
      default: ['jsapi', 'native', 'h5'],
    }),
    base_url: Type.String({ default: 'https://api.mch.weixin.qq.com' }),
  },
  { additionalProperties: false },
)

export const AlipayAccount = Type.Object(
  {
    channel: Type.Literal('alipay'),
    ...common,
    app_id: Type.String({ pattern: '^[0-9]{8,32}$' }),
    /** 2088…: 收款支付宝账号. */
    seller_id: Type.String({ pattern: '^2088[0-9]{12}$' }),
    private_key: Pem,
    /** Public key mode: this one. Certificate mode: the three certificates. */
    alipay_public_key: Type.Optional(Pem),
    app_certificate: Type.Optional(Pem),
    alipay_certificate: Type.Optional(Pem),
    alipay_root_certificate: Type.Optional(Pem),
    methods: Type.Array(Type.Union([Type.Literal('page'), Type.Literal('wap'), Type.Literal('precreate')]), {
      minItems: 1,
      default: ['page', 'wap', 'precreate'],
    }),
    /** The gateway. */
    base_url: Type.String({ default: 'https://openapi.alipay.com/gateway.do' }),
  },
  { additionalProperties: false },
)

export const UnionpayAccount = Type.Object(
  {
    channel: Type.Literal('unionpay'),
    ...common,
    cutoff: Type.String({ pattern: CUTOFF, default: '23:00' }),
    mer_id: Type.String({ pattern: '^[0-9A-Za-z]{15}$' }),
    /** Both out of the .pfx of the CFCA certificate. */
    private_key: Pem,
    certificate: Pem,
    /** acp_prod_root.cer and acp_prod_middle.cer: what signPubKeyCert must be issued by. */
    root_certificate: Pem,
    middle_certificate: Pem,
    /** Third part of the signer's common name. UnionPay's test system signs as "00040000:SIGN". */
    signer: Type.String({ minLength: 1, default: '中国银联股份有限公司' }),
    methods: Type.Array(Type.Union([Type.Literal('gateway'), Type.Literal('wap')]), {
      minItems: 1,
      default: ['gateway', 'wap'],
    }),
    base_url: Type.String({ default: 'https://gateway.95516.com' }),
    file_url: Type.String({ default: 'https://filedownload.95516.com/' }),
  },
  { additionalProperties: false },
)

export const BankAccount = Type.Object(
  {
    channel: Type.Literal('bank'),
    ...common,
    bank_name: Type.String({ minLength: 1 }),
    account_name: Type.String({ minLength: 1 }),
    account_no: Type.String({ pattern: '^[0-9A-Za-z -]{4,40}$' }),
    currency: Type.String({ pattern: '^[A-Z]{3}$', default: 'CNY' }),
    /** Where the bank's files arrive (银企直联 or SFTP). Names may hold {day} 20261125 and {date} 2026-11-25. */
    statements: Type.Object(
      {
        folder: Type.String({ minLength: 1 }),
        intraday: Type.String({ minLength: 1 }),
        daily: Type.String({ minLength: 1 }),
        /** Columns by header, as for `fzpay inspect --column`; the remittance text belongs to order_no. */
        mapping: Type.Optional(
          Type.Record(Type.String(), Type.Unsafe<Field>(Type.Union(FIELDS.map(field => Type.Literal(field))))),
        ),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)

export const ChannelAccount = Type.Union([WechatAccount, AlipayAccount, UnionpayAccount, BankAccount])
export const ChannelAccounts = Type.Array(ChannelAccount)

export type WechatAccount = Static<typeof WechatAccount>
export type AlipayAccount = Static<typeof AlipayAccount>
export type UnionpayAccount = Static<typeof UnionpayAccount>
export type BankAccount = Static<typeof BankAccount>
export type ChannelAccount = Static<typeof ChannelAccount>

const SCHEMAS: Readonly<Record<string, TSchema>> = {
  wechat: WechatAccount,
  alipay: AlipayAccount,
  unionpay: UnionpayAccount,
  bank: BankAccount,
}

/**
 * The accounts of a configuration, with defaults filled in. Throws a Failure `channel_account_invalid` that names the account
 * and the field and says how to mend it, and never shows a value.
 */
export function readAccounts(value: unknown): ChannelAccount[] {
  if (!Array.isArray(value)) throw accountWrong('?', 'channels', '应为数组', 'must be a list of accounts')
  const accounts = value.map(readAccount)
  const twice = accounts.find(({ account }, i) => accounts.findIndex(other => other.account === account) !== i)
  if (twice)
    throw accountWrong(
      twice.account,
      'account',
      '重名：每个账户需要不同的名称',
      'is used twice: give each account a name of its own',
    )
  return accounts
}

function readAccount(value: unknown, index: number): ChannelAccount {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const name = typeof given.account === 'string' && given.account.length <= 32 ? given.account : `#${index + 1}`
  const schema =
    typeof given.channel === 'string' && Object.hasOwn(SCHEMAS, given.channel) ? SCHEMAS[given.channel] : null
  if (!schema)
    throw accountWrong(
      name,
      'channel',
      '应为 wechat、alipay、unionpay 或 bank',
      'must be wechat, alipay, unionpay or bank',
    )
  const filled = Value.Default(schema, structuredClone(given))
  const [error] = Value.Errors(schema, filled).filter(({ keyword }) => keyword !== 'boolean')
  if (error) throw wrongField(name, schema, error as SchemaError)
  const account = filled as ChannelAccount
  for (const field of ['base_url', 'file_url'] as const)
    if (field in account) checkUrl(name, field, (account as Record<string, unknown>)[field] as string)
  checkZone(name, account.zone)
  return account
}

type SchemaError = {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

function wrongField(name: string, schema: TSchema, { keyword, instancePath, params, message }: SchemaError): Failure {
  const path = instancePath.slice(1).replaceAll('/', '.')
  const listed = (key: string): string[] => ((params as Record<string, unknown>)[key] as string[] | undefined) ?? []
  const join = (field: string): string => (path === '' ? field : `${path}.${field}`)
  if (keyword === 'required')
    return accountWrong(name, join(listed('requiredProperties')[0] ?? ''), '缺失：请补上', 'is missing')
  if (keyword === 'additionalProperties') {
    const field = listed('additionalProperties')[0] ?? ''
    const known = Object.keys((schema as unknown as { properties: object }).properties).join(', ')
    return accountWrong(name, join(field), `不认识；可用的有 ${known}`, `is not known; there are ${known}`)
  }
  return accountWrong(name, path, `不符合要求：${message}`, message)
}

/** Plain HTTP only to this machine: keys sign what is sent, but personal data would travel openly. */
function checkUrl(name: string, field: string, value: string): void {
  const url = URL.parse(value)
  if (!url)
    throw accountWrong(
      name,
      field,
      '不是网址：应形如 https://api.example.com',
      'is no address: write it like https://api.example.com',
    )
  if (url.username !== '' || url.password !== '')
    throw accountWrong(name, field, '不得包含用户名或密码', 'must not hold a user name or password')
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return
  throw accountWrong(name, field, '必须是 https（http 只允许本机地址）', 'must be https; http is for this machine only')
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

function checkZone(name: string, zone: string): void {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
  } catch {
    throw accountWrong(name, 'zone', '不是时区：应形如 Asia/Shanghai', 'is no time zone: write it like Asia/Shanghai')
  }
}

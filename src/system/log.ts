import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'

/**
 * What never enters the log, wherever it stands in a logged object up to three levels deep: who the payer is and how to reach him, account
 * and card numbers, and whatever opens a door. Operations log numbers of orders and payments, by which the rest is found.
 */
export const SENSITIVE = [
  ...['payer_name', 'payer_phone', 'payer_mail', 'payer_account', 'payer_address', 'payer', 'openid', 'id_number'],
  ...['payerName', 'payerPhone', 'payerMail', 'payerAccount', 'payerAddress', 'accountNo', 'accountName'],
  ...['phone', 'mail', 'email', 'recipient', 'account_no', 'account_name', 'card_no'],
  ...[
    'password',
    'secret',
    'token',
    'key',
    'api_key',
    'apiKey',
    'private_key',
    'privateKey',
    'authorization',
    'cookie',
  ],
] as const

const paths = SENSITIVE.flatMap(name => [name, `*.${name}`, `*.*.${name}`])

export type LogOptions = {
  readonly level?: string | undefined
  /** Default: standard error, so that standard output stays the command's own. */
  readonly to?: DestinationStream | undefined
}

/** One JSON line for each event, time in RFC 3339, level by its name. */
export function createLog({ level = 'info', to }: LogOptions = {}): Logger {
  const options: LoggerOptions = {
    level,
    redact: { paths, censor: '***' },
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: label => ({ level: label }) },
  }
  return pino(options, to ?? pino.destination({ fd: 2, sync: true }))
}

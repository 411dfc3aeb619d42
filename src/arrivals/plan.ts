import type { Channel, Channels, StatementKind } from '../channels/channel.ts'
import { Failure } from '../kernel/failure.ts'
import type { StatementOptions } from '../statements/statement.ts'
import { namePattern } from './pattern.ts'
import type { Schedule } from './schedule.ts'
import type { Source, StatementsSettings } from './settings.ts'

/** What is expected of one account, and how it comes. */
export type AccountPlan = {
  readonly channel: Channel
  readonly kinds: readonly StatementKind[]
  readonly source: Source
  /** Numbers by which its statements may name it. */
  readonly merchants: readonly string[]
  readonly schedule: Schedule
  /** How its files are read. */
  readonly reading: StatementOptions
}

export type Plans = ReadonlyMap<string, AccountPlan>

const RETRY_MINUTES = [5, 10, 20, 30, 60]

/**
 * The plans of all accounts, by account. `reading`: how an account's files are read, where its configuration says.
 * Throws a Failure statements_account_unknown, or sftp_login_missing.
 */
export function plansOf(
  settings: StatementsSettings,
  channels: Channels,
  reading: (account: string) => StatementOptions = () => ({}),
): Plans {
  const plans = new Map<string, AccountPlan>()
  for (const channel of channels.all) {
    const own = settings.accounts[channel.account]
    const source: Source = own?.source ?? { type: 'api' }
    if (source.type === 'sftp' && (source.password === undefined) === (source.private_key === undefined))
      throw loginMissing(channel.account)
    if (source.type === 'sftp' || source.type === 'folder') namePattern(source.pattern)
    plans.set(channel.account, {
      channel,
      source,
      kinds: own?.kinds ?? (channel.name === 'wechat' && source.type === 'api' ? ['trade', 'funds'] : ['trade']),
      merchants: [channel.merchant, ...(own?.merchants ?? [])],
      reading: { zone: channel.calendar.zone, ...reading(channel.account) },
      schedule: {
        zone: channel.calendar.zone,
        firstTry: own?.first_try ?? settings.first_try ?? '09:00',
        retryMinutes: own?.retry_minutes ?? settings.retry_minutes ?? RETRY_MINUTES,
        alertMinutesBefore: own?.alert_minutes_before ?? settings.alert_minutes_before ?? 60,
        publishes: own?.publishes ?? settings.publishes ?? 'daily',
        recheckDays: own?.recheck_days ?? settings.recheck_days ?? 1,
      },
    })
  }
  const stray = Object.keys(settings.accounts).find(account => !plans.has(account))
  if (stray !== undefined) throw accountUnknown(stray, [...plans.keys()])
  return plans
}

const accountUnknown = (account: string, known: readonly string[]): Failure =>
  new Failure(
    'statements_account_unknown',
    {
      zh: `配置 statements.accounts 中的“${account}”不是已配置的渠道账户（现有：${known.join('、') || '无'}）：请更正名称，或先在 channels 中配置`,
      en: `statements.accounts names "${account}", which is no configured channel account (there are: ${known.join(', ') || 'none'}): correct the name, or configure it in channels first`,
    },
    { account, known },
  )

const loginMissing = (account: string): Failure =>
  new Failure(
    'sftp_login_missing',
    {
      zh: `配置 statements.accounts.${account}.source：SFTP 需要 password 或 private_key 之一（可用 password_file、private_key_file 从文件读取）`,
      en: `statements.accounts.${account}.source: SFTP needs either password or private_key (or password_file, private_key_file)`,
    },
    { account },
  )

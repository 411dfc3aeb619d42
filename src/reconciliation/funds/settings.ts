import { type Static, Type } from 'typebox'
import { Failure } from '../../kernel/failure.ts'
import type { Pays } from './settlement.ts'

const strict = { additionalProperties: false }
const Name = Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$', description: 'The bank account that is paid into' })

const Account = Type.Object(
  {
    settles_into: Name,
    counterparties: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
        description: 'What the bank’s statement has in its column of the other side’s account: exactly',
      }),
    ),
    remittance: Type.Optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 128 }), {
        description:
          'Parts of the remittance text, batch or flow number; * stands for anything. Any one of them is enough',
        examples: [['财付通*1900000109']],
      }),
    ),
    days_after: Type.Optional(Type.Integer({ minimum: 0, maximum: 30, description: 'Default 1' })),
    working_days_only: Type.Optional(Type.Boolean({ description: 'Default false' })),
    pays: Type.Optional(
      Type.Unsafe<Pays>({
        type: 'string',
        enum: ['net', 'gross', 'withdrawals'],
        description: 'net of fees (default), gross, or what the funds bill says was withdrawn',
      }),
    ),
  },
  strict,
)

/** The section `settlements` of the configuration: which bank account a channel pays into, when, and how its payouts are known. */
export const SettlementsSection = Type.Object(
  {
    late_days: Type.Integer({
      minimum: 0,
      maximum: 30,
      default: 1,
      description: 'A payout that has not come so many days after it was due is overdue',
    }),
    look_back_days: Type.Integer({
      minimum: 14,
      maximum: 120,
      default: 60,
      description: 'Days whose payouts are looked for',
    }),
    accounts: Type.Record(Type.String(), Account, { default: {} }),
  },
  { ...strict, default: {} },
)
export type SettlementsSettings = Static<typeof SettlementsSection>

/** How one account of a channel is paid out. */
export type SettlePlan = {
  readonly channel: string
  readonly account: string
  readonly bank: string
  readonly counterparties: readonly string[]
  readonly remittance: readonly string[]
  readonly daysAfter: number
  readonly workingDaysOnly: boolean
  readonly pays: Pays
}

/** By account; `accounts`: all that are configured, with their channels. Throws a Failure settlement_account_unknown, settlement_bank_unknown, settlement_pattern_missing. */
export function settlePlans(
  settings: SettlementsSettings,
  accounts: () => readonly { readonly account: string; readonly name: string }[],
): ReadonlyMap<string, SettlePlan> {
  if (Object.keys(settings.accounts).length === 0) return new Map()
  const known = new Map(accounts().map(({ account, name }) => [account, name]))
  return new Map(
    Object.entries(settings.accounts).map(([account, own]) => {
      const channel = known.get(account)
      if (channel === undefined || channel === 'bank') throw accountUnknown(account, known)
      if (known.get(own.settles_into) !== 'bank') throw bankUnknown(account, own.settles_into)
      const { counterparties = [], remittance = [] } = own
      if (counterparties.length + remittance.length === 0) throw patternMissing(account)
      return [
        account,
        {
          channel,
          account,
          bank: own.settles_into,
          counterparties,
          remittance,
          daysAfter: own.days_after ?? 1,
          workingDaysOnly: own.working_days_only ?? false,
          pays: own.pays ?? 'net',
        },
      ]
    }),
  )
}

const accountUnknown = (account: string, known: ReadonlyMap<string, string>): Failure => {
  const there = [...known].flatMap(([name, channel]) => (channel === 'bank' ? [] : [name])).join(', ')
  return new Failure(
    'settlement_account_unknown',
    {
      zh: `配置 settlements.accounts 中的 ${account} 不是渠道账户：可用的有 ${there || '（无）'}`,
      en: `settlements.accounts names ${account}, which is no account with a channel; there are ${there || '(none)'}`,
    },
    { account },
  )
}

const bankUnknown = (account: string, bank: string): Failure =>
  new Failure(
    'settlement_bank_unknown',
    {
      zh: `配置 settlements.accounts.${account}.settles_into 的 ${bank} 不是银行账户：请填 channels 中一个 channel 为 bank 的账户`,
      en: `settlements.accounts.${account}.settles_into is ${bank}, which is no bank account: name an account of \`channels\` whose channel is bank`,
    },
    { account, bank },
  )

const patternMissing = (account: string): Failure =>
  new Failure(
    'settlement_pattern_missing',
    {
      zh: `配置 settlements.accounts.${account} 没有写怎样认出到账：请填写 counterparties 或 remittance`,
      en: `settlements.accounts.${account} does not say how its payouts are known: give counterparties or remittance`,
    },
    { account },
  )

import { userInfo } from 'node:os'
import { createAccount, resetPassword, setAccountState } from '../access/accounts.ts'
import { shellActor } from '../access/actor.ts'
import { grantRole } from '../access/grants.ts'
import { provideService } from '../access/provision.ts'
import { accountUnknown } from '../access/refusals.ts'
import { findByLogin, grantsOf, listAccounts } from '../access/store.ts'
import { parseWords, refusal, type Words } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { withCommandApp } from './command_app.ts'

const OPTIONS = {
  flags: [],
  single: ['name', 'role', 'expires', 'lang'],
  repeated: ['department', 'merchant', 'channel'],
  many: [],
}

/**
 * `fzpay account list | create LOGIN --name N --role R [scope] | service LOGIN --role R [--expires DATE] | grant LOGIN --role R [scope] | suspend LOGIN
 * | resume LOGIN | password LOGIN`: the first supervisor, and what must go when nobody can log in. All of it is in the operation log.
 */
export async function accountCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const [action, login, ...more] = words.operands
  if (more.length > 0 || (login === undefined) !== (action === 'list')) throw usage()
  const say = (zh: string, en: string): void => void process.stdout.write(`${lang === 'en' ? en : zh}\n`)
  await withCommandApp(lang, async app => await act(app, action ?? '', login ?? '', words, say))
}

type Say = (zh: string, en: string) => void

async function act(app: App, action: string, login: string, words: Words, say: Say): Promise<void> {
  const actor = shellActor(userInfo().username)
  const one = (name: string): string | undefined => words.values.get(name)?.[0]
  const place = {
    departments: words.values.get('department') ?? null,
    merchants: words.values.get('merchant') ?? null,
    channels: words.values.get('channel') ?? null,
  }
  const role = (): string => one('role') ?? missing('role')
  switch (action) {
    case 'list': {
      for (const account of await listAccounts(app.db.pool, { kind: null, search: '', after: '', limit: 10_000 })) {
        const roles = (await grantsOf(app.db.pool, account.id)).map(grant => grant.role).join(',')
        say(
          `${account.login}\t${account.kind}\t${account.state}\t${account.name}\t${roles}`,
          `${account.login}\t${account.kind}\t${account.state}\t${account.name}\t${roles}`,
        )
      }
      return
    }
    case 'create': {
      const given = role()
      const account = await createAccount(app, actor, { login, name: one('name') ?? missing('name'), password: null })
      await grantRole(app, actor, { accountId: account.id, role: given, ...place })
      const password = await resetPassword(app, actor, account.id)
      return say(
        `账户 ${account.login} 已开立，角色 ${given}\n初始密码（只显示这一次，首次登录须修改）：${password}`,
        `account ${account.login} is open, role ${given}\nfirst password (shown only now, changed at the first log-in): ${password}`,
      )
    }
    case 'service': {
      const key = await provideService(
        app,
        { login, name: one('name') ?? login, role: role(), place, expiresAt: expiryOf(one('expires')) },
        actor,
      )
      return say(
        `服务账户 ${login} 的密钥（只显示这一次，交给调用方）：${key}`,
        `key of the service account ${login} (shown only now, for the caller): ${key}`,
      )
    }
    case 'grant': {
      const account = await known(app, login)
      await grantRole(app, actor, { accountId: account.id, role: role(), ...place })
      return say(`已授予 ${login} 角色 ${role()}`, `${login} now holds the role ${role()}`)
    }
    case 'suspend':
    case 'resume': {
      const state = action === 'suspend' ? 'suspended' : 'active'
      await setAccountState(app, actor, (await known(app, login)).id, state)
      return say(
        `账户 ${login}：${state === 'active' ? '已恢复' : '已停用，会话已结束'}`,
        `account ${login} is ${state}`,
      )
    }
    case 'password': {
      const password = await resetPassword(app, actor, (await known(app, login)).id)
      return say(
        `${login} 的新密码（只显示这一次，首次登录须修改）：${password}`,
        `new password of ${login} (shown only now, changed at the first log-in): ${password}`,
      )
    }
    default:
      throw usage()
  }
}

async function known(app: App, login: string) {
  const account = await findByLogin(app.db.pool, login)
  if (!account) throw accountUnknown(login)
  return account
}

function expiryOf(text: string | undefined): Date | null {
  if (text === undefined) return null
  const at = /^\d{4}-\d{2}-\d{2}(T\S+)?$/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (!Number.isNaN(at.getTime())) return at
  throw refusal(
    'option_value',
    `--expires ${text} 不是日期，应为 2027-06-30`,
    `--expires ${text} is no date; 2027-06-30 is expected`,
  )
}

const missing = (name: string): never => {
  throw refusal('option_missing', `缺少 --${name}`, `--${name} is missing`)
}

const usage = () =>
  refusal(
    'usage',
    '用法：fzpay account list | create 登录名 --name 姓名 --role 角色 [--department D] [--merchant M] [--channel C] | service 名 --role 角色 [--expires 日期] | grant 登录名 --role 角色 | suspend | resume | password 登录名',
    'usage: fzpay account list | create LOGIN --name NAME --role ROLE [--department D] [--merchant M] [--channel C] | service NAME --role ROLE [--expires DATE] | grant LOGIN --role ROLE | suspend | resume | password LOGIN',
  )

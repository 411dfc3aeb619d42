import { Failure } from '../kernel/failure.ts'
import { PERMISSIONS, type Permission } from './permissions.ts'

/** What access refuses, in words. */

export const notAuthenticated = (): Failure =>
  new Failure('not_authenticated', {
    zh: '请先登录；程序请在请求头 Authorization 中以 Bearer 方式提供服务账户密钥',
    en: 'Log in first; programs give the key of a service account in the header Authorization: Bearer …',
  })

export const sessionOver = (why: string): Failure =>
  new Failure('session_over', { zh: '登录已失效，请重新登录', en: 'This session is over: log in again' }, { why })

/** One answer for all: it says neither whether the login exists nor what was wrong. */
export const logInRefused = (): Failure =>
  new Failure('log_in_refused', {
    zh: '登录名、密码或验证码不正确；连续多次错误会暂时锁定账户',
    en: 'Login, password or code is not right; several wrong answers in a row lock an account for a while',
  })

export function triesLocked(until: Date, at: Date): Failure {
  const seconds = Math.ceil((until.getTime() - at.getTime()) / 1000)
  const minutes = Math.ceil(seconds / 60)
  return new Failure(
    'log_in_locked',
    {
      zh: `连续错误次数过多，请 ${minutes} 分钟后再试；已登记的指纹或面容不受影响`,
      en: `Too many wrong answers: try again in ${minutes} minute${minutes === 1 ? '' : 's'}; a registered passkey opens the account meanwhile`,
    },
    { retry_after_seconds: seconds },
  )
}

export const keyInvalid = (): Failure =>
  new Failure('key_invalid', {
    zh: '密钥无效或已吊销：请核对是否完整，或请主管重新签发',
    en: 'The key is not valid or was revoked: check that it is complete, or have a new one issued',
  })

export const keyExpired = (at: Date): Failure =>
  new Failure(
    'key_expired',
    {
      zh: `密钥已于 ${at.toISOString()} 到期：请主管签发新的`,
      en: `The key expired at ${at.toISOString()}: have a new one issued`,
    },
    { expired_at: at.toISOString() },
  )

export const csrfRefused = (): Failure =>
  new Failure('csrf_refused', {
    zh: '缺少或不符的 x-csrf-token：请刷新页面后重试（GET /api/session 返回它）',
    en: 'The header x-csrf-token is missing or not right: reload the page (GET /api/session gives it)',
  })

export const passwordStale = (): Failure =>
  new Failure('password_change_due', {
    zh: '密码由他人设置，请先修改密码',
    en: 'Your password was set by somebody else: change it first',
  })

export function notPermitted(id: string, permission: string): Failure {
  const meaning = PERMISSIONS[permission as Permission]
  return new Failure(
    'not_permitted',
    {
      zh: `${id} 没有权限 ${permission}（${meaning.zh}）：请由主管授予`,
      en: `${id} lacks the permission ${permission} (${meaning.en}): it must be granted first`,
    },
    { permission },
  )
}

export const scopeTooNarrow = (permission: string): Failure =>
  new Failure(
    'scope_too_narrow',
    {
      zh: '此事涉及全部收费单位，而您的授权只限其中一部分：请由不限范围的人员办理',
      en: 'This concerns all merchants, and your role holds for some of them only: it is for whoever may do it everywhere',
    },
    { permission },
  )

export const accountUnknown = (id: string): Failure =>
  new Failure('account_unknown', { zh: `没有账户 ${id}`, en: `There is no account ${id}` }, { account_id: id })

export const loginTaken = (login: string): Failure =>
  new Failure(
    'already_exists',
    { zh: `登录名 ${login} 已被使用：请换一个`, en: `The login ${login} is taken: choose another` },
    { login },
  )

export const roleUnknown = (role: string): Failure =>
  new Failure(
    'role_unknown',
    { zh: `没有角色 ${role}：GET /api/roles 列出全部角色`, en: `There is no role ${role}: GET /api/roles lists them` },
    { role },
  )

export const oneself = (): Failure =>
  new Failure('grant_to_oneself', {
    zh: '不能给自己授予或收回角色：请由另一位主管办理',
    en: 'Nobody grants or revokes his own roles: another supervisor must do it',
  })

export const lastSupervisor = (): Failure =>
  new Failure('last_supervisor', {
    zh: '这是最后一个能授予角色的账户，不能停用或收回：请先授权另一人',
    en: 'This is the last account that can grant roles; grant them to somebody else first',
  })

export const sessionUnknown = (): Failure =>
  new Failure('session_unknown', { zh: '没有这个会话', en: 'There is no such session' })

export const passkeyUnknown = (): Failure =>
  new Failure('passkey_unknown', { zh: '没有这个通行密钥', en: 'There is no such passkey' })

export const passkeyRefused = (reason: string): Failure =>
  new Failure(
    'passkey_refused',
    { zh: '指纹或面容验证未通过，请重试', en: 'The passkey was not accepted: try again' },
    { reason },
  )

export const challengeOver = (): Failure =>
  new Failure('challenge_over', {
    zh: '验证已过期或已使用，请重新开始',
    en: 'The challenge is over or was used: begin again',
  })

export const codeRefused = (): Failure =>
  new Failure('code_refused', { zh: '验证码不正确', en: 'The code is not right' })

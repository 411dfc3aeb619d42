import type { StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'

export const STATES: Readonly<Record<string, StateLook>> = {
  active: { zh: '正常', en: 'Active', colour: 'success' },
  suspended: { zh: '已停用', en: 'Suspended', colour: 'warning' },
  closed: { zh: '已注销', en: 'Closed', colour: 'default' },
}

export const KINDS: Readonly<Record<string, Both>> = {
  staff: { zh: '员工', en: 'Staff' },
  service: { zh: '系统接入', en: 'Service' },
  payer: { zh: '缴费人', en: 'Payer' },
}

export const METHODS: Readonly<Record<string, Both>> = {
  password: { zh: '密码', en: 'Password' },
  password_totp: { zh: '密码与动态验证码', en: 'Password and code' },
  passkey: { zh: '通行密钥', en: 'Passkey' },
  code: { zh: '短信验证码', en: 'SMS code' },
}

/** The short name of a browser and its system: a whole user agent is nobody's reading. */
export function deviceName(agent: string): string {
  const browser = /(Edg|MicroMessenger|Firefox|Chrome|HeadlessChrome|Safari)\/[\d.]+/.exec(agent)?.[1]
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1]
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', MicroMessenger: 'WeChat', HeadlessChrome: 'Chrome' }
  if (browser === undefined) return agent.slice(0, 40)
  return [names[browser] ?? browser, system?.replace('Mac OS X', 'macOS')].filter(Boolean).join(' · ')
}

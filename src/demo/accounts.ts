import { randomBytes } from 'node:crypto'
import { hashPassword } from '../access/password.ts'
import type { Meaning } from '../access/permissions.ts'
import { EVERY_PLACE, type Place, provideKey, providePerson } from '../access/provision.ts'
import { BUILT_IN_ROLES, type BuiltInRole } from '../access/roles.ts'
import { findByLogin, setPassword } from '../access/store.ts'
import type { App } from '../system/app.ts'

export type DemoPerson = {
  readonly role: Meaning
  readonly login: string
  readonly password: string
  readonly scope: Meaning
}

const ALL: Meaning = { zh: '全部', en: 'everything' }
const PEOPLE: readonly {
  readonly login: string
  readonly name: string
  readonly role: BuiltInRole
  readonly scope: Meaning
  readonly place: Place
}[] = [
  { login: 'chuna', name: '陈出纳', role: 'cashier', scope: ALL, place: EVERY_PLACE },
  {
    login: 'chuna2',
    name: '朱出纳',
    role: 'cashier',
    scope: { zh: '仅自来水公司的微信收款', en: 'the water company’s WeChat payments only' },
    place: { departments: null, merchants: ['FZWATER'], channels: ['wechat'] },
  },
  { login: 'caiwu', name: '蔡财务', role: 'finance', scope: ALL, place: EVERY_PLACE },
  { login: 'caiwu2', name: '吴财务', role: 'finance', scope: ALL, place: EVERY_PLACE },
  { login: 'shenji', name: '沈审计', role: 'auditor', scope: ALL, place: EVERY_PLACE },
  { login: 'zhuguan', name: '祝主管', role: 'supervisor', scope: ALL, place: EVERY_PLACE },
  { login: 'zhuguan2', name: '关主管', role: 'supervisor', scope: ALL, place: EVERY_PLACE },
  { login: 'yunwei', name: '韦运维', role: 'operator', scope: ALL, place: EVERY_PLACE },
  { login: 'kefu', name: '柯客服', role: 'support', scope: ALL, place: EVERY_PLACE },
]

/** What the story does over the programs' interface. */
const CLERK = [
  'merchant.read',
  'merchant.manage',
  'order.read',
  'order.issue',
  'payment.read',
  'payment.query',
  'refund.ask',
  'refund.read',
  'review.read',
  'review.ask',
  'notice.read',
  'field.account_no',
]

/** A key for the story's clerk. */
export const demoKey = (app: App): Promise<string> => provideKey(app, 'demo-clerk', CLERK)

/**
 * One person for each role. Whoever starts the demo again gets new passwords: they stand on his screen only, and open nothing after the next start.
 */
export async function demoPeople(app: App): Promise<readonly DemoPerson[]> {
  const people: DemoPerson[] = []
  for (const { login, name, role, scope, place } of PEOPLE) {
    const password = randomBytes(12).toString('base64url')
    const known = await findByLogin(app.db.pool, login)
    const { id } = known ?? (await providePerson(app, { login, name, role, password, place }))
    await setPassword(app.db.pool, id, await hashPassword(password), false, app.now())
    people.push({ role: BUILT_IN_ROLES[role].name, login, password, scope })
  }
  return people
}

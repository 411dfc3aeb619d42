import type { FastifyRequest } from 'fastify'
import { Failure } from '../kernel/failure.ts'
import type { Guard } from '../system/http.ts'
import type { Actor } from './actor.ts'
import { whereOf } from './asking.ts'
import { PERMISSIONS, type Permission } from './permissions.ts'
import { keyChecker, type ServiceAccounts } from './service_keys.ts'

/** Lets a request pass whose key has the permission of the route. Throws not_authenticated, key_invalid, key_expired (401), not_permitted (403). */
export function serviceGuard(accounts: ServiceAccounts, now: () => Date): Guard {
  const check = keyChecker(accounts)
  return (request, permission) => {
    const found = check(keyOf(request), now())
    if (found.state === 'unknown') throw keyInvalid()
    if (found.state === 'expired') throw keyExpired(found.name, found.at)
    if (!found.actor.permissions.has(permission)) throw notPermitted(found.actor, permission)
    return { ...found.actor, ...whereOf(request) }
  }
}

function keyOf(request: FastifyRequest): string {
  const given = request.headers.authorization
  if (given === undefined) throw notAuthenticated()
  const [, key] = /^Bearer +(\S+)$/i.exec(given) ?? []
  if (key === undefined) throw notAuthenticated()
  return key
}

const notAuthenticated = (): Failure =>
  new Failure('not_authenticated', {
    zh: '此接口需要身份：请在请求头 Authorization 中以 Bearer 方式提供服务账户密钥',
    en: 'This route needs to know who asks: give the key of a service account in the header Authorization: Bearer …',
  })

const keyInvalid = (): Failure =>
  new Failure('key_invalid', {
    zh: '密钥无效：请核对是否完整，或请管理员在配置 service_accounts 中重新登记',
    en: 'The key is not valid: check that it is complete, or have it entered anew in service_accounts of the configuration',
  })

const keyExpired = (name: string, at: Date): Failure =>
  new Failure(
    'key_expired',
    {
      zh: `密钥已于 ${at.toISOString()} 到期：请管理员更换`,
      en: `The key expired at ${at.toISOString()}: have it replaced`,
    },
    { account: name, expired_at: at.toISOString() },
  )

function notPermitted(actor: Actor, permission: string): Failure {
  const meaning = PERMISSIONS[permission as Permission]
  return new Failure(
    'not_permitted',
    {
      zh: `${actor.id} 没有权限 ${permission}（${meaning.zh}）：请由管理员授予`,
      en: `${actor.id} lacks the permission ${permission} (${meaning.en}): it must be granted first`,
    },
    { permission },
  )
}

import { Secret, TOTP } from 'otpauth'

const PERIOD = 30
const of = (secret: Uint8Array, login: string): TOTP =>
  new TOTP({
    issuer: '抚州支付平台',
    label: login,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
    digits: 6,
    period: PERIOD,
    algorithm: 'SHA1',
  })

/** What an authenticator app is told, by QR code. */
export const totpUri = (secret: Uint8Array, login: string): string => of(secret, login).toString()

/**
 * The time step that the code is of: this one, the one before or the one after (RFC 6238, 5.2), and later than `lastStep`, as a code opens once. null:
 * it is not right.
 */
export function totpStep(secret: Uint8Array, code: string, lastStep: number, at: Date): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const delta = of(secret, '').validate({ token: code, timestamp: at.getTime(), window: 1 })
  if (delta === null) return null
  const step = Math.floor(at.getTime() / 1000 / PERIOD) + delta
  return step > lastStep ? step : null
}

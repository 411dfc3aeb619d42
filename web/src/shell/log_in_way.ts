import { remembered } from './memory.ts'

/** How somebody entered here last: that way is offered first. Whoever has registered no passkey is not sent to look for one, and a payer finds his own door. */
export const logInWay = remembered<'password' | 'passkey' | 'code'>(
  'way',
  ['password', 'passkey', 'code'],
  () => 'password',
)

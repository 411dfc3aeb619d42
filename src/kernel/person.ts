/** Whom a bill is for; '' is not given. Sealed in one piece: who may see one of them has opened all. */
export type Person = {
  readonly accountNo: string
  readonly payerName: string
  readonly phone: string
  readonly email: string
}

/** The piece that is sealed. */
export const personText = ({ accountNo, payerName, phone, email }: Person): string =>
  JSON.stringify([accountNo, payerName, phone, email])

export function personOf(text: string): Person {
  const [accountNo = '', payerName = '', phone = '', email = ''] = JSON.parse(text) as string[]
  return { accountNo, payerName, phone, email }
}

import { type Static, Type } from 'typebox'
import * as api from './api.ts'

/** The shapes of a payer's own account numbers, bills and payments over HTTP. */

const AccountNumber = {
  merchant_no: Type.String({ pattern: '^[A-Za-z0-9_-]{1,40}$' }),
  account_no: Type.String({ minLength: 1, maxLength: 60 }),
}
export const AccountKey = Type.Object(AccountNumber)
export const BindAsk = Type.Object(
  {
    ...AccountNumber,
    payer_name: Type.Optional(Type.String({ minLength: 1, maxLength: 80, description: '账单上的户名' })),
    phone_end: Type.Optional(Type.String({ pattern: '^[0-9]{4}$', description: '账单所留手机号后四位' })),
  },
  { additionalProperties: false },
)
export const BindingList = Type.Object({
  accounts: Type.Array(
    Type.Object({
      merchant_no: Type.String(),
      merchant_name: Type.String(),
      account_no: Type.String(),
      created_at: Type.String({ format: 'date-time' }),
    }),
  ),
})
/** One’s own number is shown whole. */
const whole = { account_no: Type.String() }
export const OwnBills = Type.Object({
  orders: Type.Array(Type.Object({ ...api.OrderView.properties, ...api.UnderWay, ...whole })),
})
export const OwnRecords = Type.Object({
  records: Type.Array(Type.Object({ ...api.RecordList.properties.records.items.properties, ...whole })),
})
export type BindingList = Static<typeof BindingList>
export type OwnBills = Static<typeof OwnBills>
export type OwnRecords = Static<typeof OwnRecords>

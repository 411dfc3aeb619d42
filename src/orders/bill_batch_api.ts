import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'

/** The shapes of bill batches over HTTP. */

const Id = Type.String({ pattern: REQUEST_ID })

export const BillProblemView = Type.Object({
  row: Type.Integer({ description: 'Line of a CSV file, row of a sheet. 行号' }),
  column: Type.Union([Type.String(), Type.Null()]),
  severity: Type.Unsafe<'error' | 'warning'>({ type: 'string', enum: ['error', 'warning'] }),
  code: Type.String(),
  found: Type.String(),
  expected: Type.String(),
  zh: Type.String(),
  en: Type.String(),
})
export type BillProblemView = Static<typeof BillProblemView>

const Total = { count: Type.Integer(), amount: Type.String({ examples: ['1234.50'] }) }

const Head = {
  batch_id: Type.String(),
  file: Type.String(),
  bytes: Type.Integer(),
  sm3: Type.String(),
  merchant_no: Type.Union([Type.String(), Type.Null()]),
  state: Type.Unsafe<'checked' | 'refused' | 'issued' | 'expired'>({
    type: 'string',
    enum: ['checked', 'refused', 'issued', 'expired'],
  }),
  records: Type.Integer({ description: 'Rows of the file without header and empty ones. 行数' }),
  bills: Type.Integer({ description: 'Of them without errors: what would be issued, or was. 可开单数' }),
  totals: Type.Array(Type.Object({ currency: Type.String(), ...Total })),
  by_fee_item: Type.Array(
    Type.Object({ fee_item_id: Type.String(), name: Type.String(), currency: Type.String(), ...Total }),
  ),
  errors: Type.Integer(),
  warnings: Type.Integer(),
  checked_by: Type.String(),
  checked_at: Type.String(),
  issued_by: Type.Union([Type.String(), Type.Null()]),
  issued_at: Type.Union([Type.String(), Type.Null()]),
}

export const BillBatchHead = Type.Object(Head)
export type BillBatchHead = Static<typeof BillBatchHead>

export const BillBatchView = Type.Object({
  ...Head,
  problems: Type.Array(BillProblemView, { description: 'The first 200; all of them in problems.csv. 前 200 个问题' }),
})
export type BillBatchView = Static<typeof BillBatchView>

export const BillBatchList = Type.Object({ batches: Type.Array(BillBatchHead) })
export type BillBatchList = Static<typeof BillBatchList>

export const BillBatchUpload = Type.Object(
  {
    id: Id,
    name: Type.String({ minLength: 1, maxLength: 200, description: 'The name of the file. 文件名' }),
    merchant_no: Type.Optional(
      Type.String({ description: 'All bills must be of this merchant. 本批次的收费单位', maxLength: 40 }),
    ),
  },
  { additionalProperties: false },
)
export type BillBatchUpload = Static<typeof BillBatchUpload>

export const BillBatchIssue = Type.Object(
  {
    id: Id,
    sm3: Type.String({
      description: 'Of the checked file, from its report. 预检报告中的 SM3',
      pattern: '^[0-9a-f]{64}$',
    }),
    bills: Type.Integer({ description: 'How many bills the report said. 预检报告中的账单数' }),
    notify: Type.Optional(Type.Boolean({ description: 'Tell the payers by SMS and mail. 通知缴费人', default: false })),
  },
  { additionalProperties: false },
)
export type BillBatchIssue = Static<typeof BillBatchIssue>

export const BillBatchQuery = Type.Object(
  {
    before: Type.Optional(Type.String({ format: 'date-time', description: 'Checked before this time.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  { additionalProperties: false },
)
export type BillBatchQuery = Static<typeof BillBatchQuery>

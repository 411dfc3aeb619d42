import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'
import { oneOf } from '../system/schema_words.ts'
import { FEE_CATEGORIES, FEE_ITEM_STATES, MERCHANT_STATES } from './merchant.ts'

/** The shapes of departments, merchants and fee items over HTTP. Amounts are decimal strings, times RFC 3339. */

export const RequestId = Type.String({
  pattern: REQUEST_ID,
  description: 'Made by the caller: the same id and content give the same answer. 调用方生成的请求编号',
})
export const ObjectId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,40}$' })
const Name = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' })

export const DepartmentView = Type.Object({
  department_id: Type.String(),
  name: Type.String(),
  parent_id: Type.Union([Type.String(), Type.Null()]),
})
export type DepartmentView = Static<typeof DepartmentView>

export const DepartmentTree = Type.Object({
  departments: Type.Array(
    Type.Cyclic(
      {
        Department: Type.Object({
          department_id: Type.String(),
          name: Type.String(),
          children: Type.Array(Type.Ref('Department')),
        }),
      },
      'Department',
    ),
  ),
})
export type DepartmentTreeNode = {
  department_id: string
  name: string
  children: DepartmentTreeNode[]
}

const ParentId = Type.Union([ObjectId, Type.Null()], { description: 'null: a root. 上级部门，null 为顶级' })

export const DepartmentAsk = Type.Object(
  { id: RequestId, department_id: ObjectId, name: Name, parent_id: ParentId },
  { additionalProperties: false },
)
export type DepartmentAsk = Static<typeof DepartmentAsk>

export const DepartmentChange = Type.Object(
  { id: RequestId, name: Type.Optional(Name), parent_id: Type.Optional(ParentId) },
  { additionalProperties: false },
)
export type DepartmentChange = Static<typeof DepartmentChange>

export const MerchantView = Type.Object({
  merchant_no: Type.String(),
  name: Type.String(),
  department_id: Type.String(),
  state: oneOf(...MERCHANT_STATES),
  created_at: Type.String(),
})
export type MerchantView = Static<typeof MerchantView>

export const MerchantAsk = Type.Object(
  { id: RequestId, merchant_no: ObjectId, name: Name, department_id: ObjectId },
  { additionalProperties: false },
)
export type MerchantAsk = Static<typeof MerchantAsk>

export const MerchantChange = Type.Object(
  {
    id: RequestId,
    name: Type.Optional(Name),
    department_id: Type.Optional(ObjectId),
    state: Type.Optional(oneOf(...MERCHANT_STATES)),
  },
  { additionalProperties: false },
)
export type MerchantChange = Static<typeof MerchantChange>

export const MerchantQuery = Type.Object(
  {
    department_id: Type.Optional(
      Type.String({ description: 'Of this department and all below it. 该部门及其全部下级' }),
    ),
    search: Type.Optional(Type.String({ maxLength: 80, description: 'Part of number or name. 编号或名称的一部分' })),
    after: Type.Optional(Type.String({ description: 'The last merchant_no of the page before. 上一页最后一个编号' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  { additionalProperties: false },
)
export type MerchantQuery = Static<typeof MerchantQuery>

export const MerchantList = Type.Object({ merchants: Type.Array(MerchantView) })

export const FeeItemView = Type.Object({
  fee_item_id: Type.String(),
  merchant_no: Type.String(),
  name: Type.String(),
  category: oneOf(...FEE_CATEGORIES),
  account_label: Type.String(),
  currency: Type.String(),
  part_payment: Type.Boolean(),
  part_min: Type.String(),
  state: oneOf(...FEE_ITEM_STATES),
  created_at: Type.String(),
})
export type FeeItemView = Static<typeof FeeItemView>

const AccountLabel = Type.String({ minLength: 1, maxLength: 20, pattern: '\\S' })
const PartMin = Type.String({ description: 'The least a part may be. 单次最低金额', examples: ['10.00'] })

export const FeeItemAsk = Type.Object(
  {
    id: RequestId,
    fee_item_id: ObjectId,
    merchant_no: ObjectId,
    name: Name,
    category: oneOf(...FEE_CATEGORIES),
    account_label: Type.Optional(AccountLabel),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
    part_payment: Type.Optional(Type.Boolean()),
    part_min: Type.Optional(PartMin),
  },
  { additionalProperties: false },
)
export type FeeItemAsk = Static<typeof FeeItemAsk>

export const FeeItemChange = Type.Object(
  {
    id: RequestId,
    name: Type.Optional(Name),
    category: Type.Optional(oneOf(...FEE_CATEGORIES)),
    account_label: Type.Optional(AccountLabel),
    part_payment: Type.Optional(Type.Boolean()),
    part_min: Type.Optional(PartMin),
    state: Type.Optional(oneOf(...FEE_ITEM_STATES)),
  },
  { additionalProperties: false },
)
export type FeeItemChange = Static<typeof FeeItemChange>

export const FeeItemQuery = Type.Object(
  { merchant_no: Type.Optional(Type.String()), state: Type.Optional(oneOf(...FEE_ITEM_STATES)) },
  { additionalProperties: false },
)
export type FeeItemQuery = Static<typeof FeeItemQuery>

export const FeeItemList = Type.Object({ fee_items: Type.Array(FeeItemView) })
export type MerchantList = Static<typeof MerchantList>
export type FeeItemList = Static<typeof FeeItemList>

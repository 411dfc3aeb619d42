import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { scopeTooNarrow } from '../access/refusals.ts'
import { covers, isEverywhere, type Scope } from '../access/scope.ts'
import type { Act } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import { exponentOf, formatMinor, parseDecimal } from '../kernel/money.ts'
import type { App } from '../system/app.ts'
import { type Json, once } from '../system/requests.ts'
import type {
  DepartmentAsk,
  DepartmentChange,
  DepartmentTreeNode,
  DepartmentView,
  FeeItemAsk,
  FeeItemChange,
  FeeItemQuery,
  FeeItemView,
  MerchantAsk,
  MerchantChange,
  MerchantQuery,
  MerchantView,
  PayeeList,
} from './api.ts'
import {
  branchesOf,
  type Department,
  type DepartmentNode,
  decideBirth,
  decideFeeItemState,
  decideMove,
  departmentUnknown,
  type FeeItem,
  feeItemUnknown,
  type Merchant,
  merchantUnknown,
  taken,
  treeOf,
} from './merchant.ts'
import * as store from './store.ts'

/** What a person can do with departments, merchants and fee items. `actor` is who asks, as the operation log names them. */

// --- departments -----------------------------------------------------------------------------------------------------

/** Throws department_unknown (the parent), department_too_deep, already_exists, id_reused. */
export const createDepartment = (app: App, actor: Actor, ask: DepartmentAsk): Promise<DepartmentView> =>
  change(
    app,
    actor,
    {
      operation: 'create_department',
      what: 'department.create',
      object: { kind: 'department', id: ask.department_id },
    },
    ask,
    async (tx, at) => {
      everywhere(actor)
      const department = { id: ask.department_id, name: ask.name.trim(), parentId: ask.parent_id }
      const departments = await store.lockDepartments(tx)
      if (departments.some(({ id }) => id === department.id))
        throw taken({ zh: '部门', en: 'Department' }, department.id)
      decideBirth(departments, department.id, department.parentId)
      await store.insertDepartment(tx, department, at)
      return departmentView(department)
    },
  )

/** Renames, moves, or both. Throws department_unknown, department_cycle, department_too_deep, id_reused. */
export const changeDepartment = (
  app: App,
  actor: Actor,
  departmentId: string,
  ask: DepartmentChange,
): Promise<DepartmentView> =>
  change(
    app,
    actor,
    { operation: 'change_department', what: 'department.change', object: { kind: 'department', id: departmentId } },
    { ...ask, department_id: departmentId },
    async (tx, _at, before) => {
      everywhere(actor)
      const departments = await store.lockDepartments(tx)
      const found = departments.find(({ id }) => id === departmentId)
      if (!found) throw departmentUnknown(departmentId)
      const parentId = ask.parent_id === undefined ? found.parentId : ask.parent_id
      if (parentId !== found.parentId) decideMove(departments, departmentId, parentId)
      const changed = { ...found, name: ask.name?.trim() ?? found.name, parentId }
      await store.updateDepartment(tx, changed)
      before(departmentView(found))
      return departmentView(changed)
    },
  )

/** Within a scope: the departments of its merchants, and those above them. */
export async function readDepartments(app: App, scope: Scope): Promise<{ departments: DepartmentTreeNode[] }> {
  const departments = await store.allDepartments(app.db.pool)
  const visible = isEverywhere(scope)
    ? departments
    : branchesOf(departments, await store.departmentsWithin(app.db.pool, scope))
  return { departments: treeOf(visible).map(nodeView) }
}

// --- merchants -------------------------------------------------------------------------------------------------------

/** Throws department_unknown, already_exists, id_reused. */
export const createMerchant = (app: App, actor: Actor, ask: MerchantAsk): Promise<MerchantView> =>
  change(
    app,
    actor,
    { operation: 'create_merchant', what: 'merchant.create', object: { kind: 'merchant', id: ask.merchant_no } },
    ask,
    async (tx, at) => {
      everywhere(actor)
      await checkDepartment(tx, ask.department_id)
      const merchant: Merchant = {
        merchantNo: ask.merchant_no,
        name: ask.name.trim(),
        departmentId: ask.department_id,
        state: 'active',
        createdAt: at,
      }
      if (!(await store.insertMerchant(tx, merchant))) throw taken({ zh: '收费单位', en: 'Merchant' }, ask.merchant_no)
      return merchantView(merchant)
    },
  )

/** A suspended merchant's bills stay payable; new ones are refused. Throws merchant_unknown, department_unknown, id_reused. */
export const changeMerchant = (
  app: App,
  actor: Actor,
  merchantNo: string,
  ask: MerchantChange,
): Promise<MerchantView> =>
  change(
    app,
    actor,
    { operation: 'change_merchant', what: 'merchant.change', object: { kind: 'merchant', id: merchantNo } },
    { ...ask, merchant_no: merchantNo },
    async (tx, _at, before) => {
      const found = await store.lockMerchant(tx, merchantNo)
      if (!found || !covers(managed(actor), { merchant: merchantNo })) throw merchantUnknown(merchantNo)
      // To another department is out of the reach of whoever has one of them.
      if (ask.department_id !== undefined && ask.department_id !== found.departmentId) everywhere(actor)
      if (ask.department_id !== undefined) await checkDepartment(tx, ask.department_id)
      const changed: Merchant = {
        ...found,
        name: ask.name?.trim() ?? found.name,
        departmentId: ask.department_id ?? found.departmentId,
        state: ask.state ?? found.state,
      }
      await store.updateMerchant(tx, changed)
      before(merchantView(found))
      return merchantView(changed)
    },
  )

export async function readMerchants(
  app: App,
  scope: Scope,
  query: MerchantQuery,
): Promise<{ merchants: MerchantView[] }> {
  const merchants = await store.listMerchants(app.db.pool, scope, {
    departmentId: query.department_id ?? null,
    search: query.search ?? '',
    after: query.after ?? '',
    limit: query.limit ?? 100,
  })
  return { merchants: merchants.map(merchantView) }
}

/** One outside of the scope is as unknown as one that does not exist. */
export async function readMerchant(app: App, scope: Scope, merchantNo: string): Promise<MerchantView> {
  const merchant = await store.findMerchant(app.db.pool, merchantNo)
  if (!merchant || !covers(scope, { merchant: merchantNo })) throw merchantUnknown(merchantNo)
  return merchantView(merchant)
}

// --- fee items -------------------------------------------------------------------------------------------------------

/** Throws merchant_unknown, part_min_unreadable, already_exists, id_reused. */
export const createFeeItem = (app: App, actor: Actor, ask: FeeItemAsk): Promise<FeeItemView> =>
  change(
    app,
    actor,
    { operation: 'create_fee_item', what: 'fee_item.create', object: { kind: 'fee_item', id: ask.fee_item_id } },
    ask,
    async (tx, at) => {
      const merchant = await store.findMerchant(tx, ask.merchant_no)
      if (!merchant || !covers(managed(actor), { merchant: ask.merchant_no })) throw merchantUnknown(ask.merchant_no)
      const currency = ask.currency ?? 'CNY'
      const item: FeeItem = {
        id: ask.fee_item_id,
        merchantNo: ask.merchant_no,
        name: ask.name.trim(),
        category: ask.category,
        accountLabel: ask.account_label?.trim() ?? '户号',
        currency,
        partPayment: ask.part_payment ?? false,
        partMin: ask.part_min === undefined ? 1 : partMinOf(ask.part_min, currency),
        state: 'active',
        createdAt: at,
      }
      if (!(await store.insertFeeItem(tx, item))) throw taken({ zh: '缴费项目', en: 'Fee item' }, item.id)
      return feeItemView(item)
    },
  )

/** Bills that are out keep what they were issued with. Throws fee_item_unknown, fee_item_retired, part_min_unreadable, id_reused. */
export const changeFeeItem = (app: App, actor: Actor, id: string, ask: FeeItemChange): Promise<FeeItemView> =>
  change(
    app,
    actor,
    { operation: 'change_fee_item', what: 'fee_item.change', object: { kind: 'fee_item', id } },
    { ...ask, fee_item_id: id },
    async (tx, _at, before) => {
      const found = await store.lockFeeItem(tx, id)
      if (!found || !covers(managed(actor), { merchant: found.merchantNo })) throw feeItemUnknown(id)
      const changed: FeeItem = {
        ...found,
        name: ask.name?.trim() ?? found.name,
        category: ask.category ?? found.category,
        accountLabel: ask.account_label?.trim() ?? found.accountLabel,
        partPayment: ask.part_payment ?? found.partPayment,
        partMin: ask.part_min === undefined ? found.partMin : partMinOf(ask.part_min, found.currency),
        state: decideFeeItemState(found, ask.state ?? found.state),
      }
      await store.updateFeeItem(tx, changed)
      before(feeItemView(found))
      return feeItemView(changed)
    },
  )

export async function readFeeItems(app: App, scope: Scope, query: FeeItemQuery): Promise<{ fee_items: FeeItemView[] }> {
  const items = await store.listFeeItems(app.db.pool, scope, {
    merchantNo: query.merchant_no ?? null,
    state: query.state ?? null,
  })
  return { fee_items: items.map(feeItemView) }
}

// --- the same for all ------------------------------------------------------------------------------------------------

/** Once for an id, with its entry in the operation log: what it was before, where it was, and what it is now. */
function change<Ask extends { readonly id: string }, Answer extends Json>(
  app: App,
  actor: Actor,
  act: { readonly operation: string } & Pick<Act, 'what' | 'object'>,
  ask: Ask,
  work: (tx: pg.ClientBase, at: Date, before: (was: Answer) => void) => Promise<Answer>,
): Promise<Answer> {
  const at = app.now()
  const { id, ...body } = ask
  const { operation, what, object } = act
  return app.db.transaction(tx =>
    once(tx, { id, operation, body, actor: actor.id, at }, async () => {
      let before: Answer | undefined
      const after = await work(tx, at, was => {
        before = was
      })
      await record(tx, at, actor, [{ what, object, ...(before === undefined ? {} : { before }), after }])
      return after
    }),
  )
}

const managed = (actor: Actor): Scope => actor.scopeOf('merchant.manage')

/** What concerns the house as a whole is for whoever manages all of it. */
function everywhere(actor: Actor): void {
  if (!isEverywhere(managed(actor))) throw scopeTooNarrow('merchant.manage')
}

async function checkDepartment(tx: pg.ClientBase, id: string): Promise<void> {
  if (!(await store.departmentExists(tx, id))) throw departmentUnknown(id)
}

function partMinOf(text: string, currency: string): number {
  const minor = parseDecimal(text, exponentOf(currency))
  if (minor !== null && minor > 0) return minor
  throw new Failure(
    'part_min_unreadable',
    {
      zh: `单次最低金额“${text.slice(0, 40)}”无法读取：应为大于 0 的数字，如 10.00`,
      en: `The least amount of a part, "${text.slice(0, 40)}", cannot be read: a number above 0 like 10.00 is expected`,
    },
    { field: 'part_min', found: text, currency },
  )
}

const departmentView = ({ id, name, parentId }: Department): DepartmentView => ({
  department_id: id,
  name,
  parent_id: parentId,
})

const nodeView = ({ id, name, children }: DepartmentNode): DepartmentTreeNode => ({
  department_id: id,
  name,
  children: children.map(nodeView),
})

const merchantView = ({ merchantNo, name, departmentId, state, createdAt }: Merchant): MerchantView => ({
  merchant_no: merchantNo,
  name,
  department_id: departmentId,
  state,
  created_at: createdAt.toISOString(),
})

const feeItemView = (item: FeeItem): FeeItemView => ({
  fee_item_id: item.id,
  merchant_no: item.merchantNo,
  name: item.name,
  category: item.category,
  account_label: item.accountLabel,
  currency: item.currency,
  part_payment: item.partPayment,
  part_min: formatMinor(item.partMin, item.currency),
  state: item.state,
  created_at: item.createdAt.toISOString(),
})

// --- what anybody may see ------------------------------------------------------------------------------------------------

const PAYEES_MAX = 200

/** Whom bills can be paid to, and for what. At most 200 merchants; `search` narrows them. */
export async function readPayees(app: App, search: string): Promise<PayeeList> {
  const rows = await store.listPayees(app.db.pool, search.trim(), PAYEES_MAX)
  const byMerchant = Map.groupBy(rows, row => row.merchantNo)
  return {
    payees: [...byMerchant].map(([merchantNo, items]) => ({
      merchant_no: merchantNo,
      name: items[0]?.merchant ?? '',
      fee_items: items.map(item => ({
        fee_item_id: item.id,
        name: item.name,
        category: item.category,
        account_label: item.accountLabel,
      })),
    })),
  }
}

import { Failure } from '../kernel/failure.ts'

/** A node of the tree of who is responsible for whom. */
export type Department = {
  readonly id: string
  readonly name: string
  /** null: a root. */
  readonly parentId: string | null
}

export type DepartmentNode = {
  readonly id: string
  readonly name: string
  readonly parentId: string | null
  readonly children: readonly DepartmentNode[]
}

export const MERCHANT_STATES = ['active', 'suspended'] as const
export type MerchantState = (typeof MERCHANT_STATES)[number]

/** 收费单位: whom the money is for. */
export type Merchant = {
  readonly merchantNo: string
  readonly name: string
  readonly departmentId: string
  readonly state: MerchantState
  readonly createdAt: Date
}

export const FEE_CATEGORIES = [
  'water',
  'power',
  'gas',
  'heating',
  'tuition',
  'property',
  'social_insurance',
  'non_tax',
  'telecom',
  'medical',
  'other',
] as const
export type FeeCategory = (typeof FEE_CATEGORIES)[number]

export const FEE_ITEM_STATES = ['active', 'suspended', 'retired'] as const
export type FeeItemState = (typeof FEE_ITEM_STATES)[number]

/** 缴费项目: what is paid for. A bill copies currency and part payment when it is issued; later changes leave it as it is. */
export type FeeItem = {
  readonly id: string
  readonly merchantNo: string
  readonly name: string
  readonly category: FeeCategory
  /** What the payer's number is called: 户号, 学号 … */
  readonly accountLabel: string
  readonly currency: string
  /** May a bill be paid in parts? */
  readonly partPayment: boolean
  /** The least a part may be, in minor units. */
  readonly partMin: number
  readonly state: FeeItemState
  readonly createdAt: Date
}

/** The roots with all that hangs below them, by id at each level. Each department is in it once. */
export function treeOf(departments: readonly Department[]): DepartmentNode[] {
  const children = new Map<string | null, Department[]>()
  for (const department of departments) {
    const siblings = children.get(department.parentId)
    if (siblings) siblings.push(department)
    else children.set(department.parentId, [department])
  }
  const below = (parentId: string | null): DepartmentNode[] =>
    (children.get(parentId) ?? [])
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(department => ({ ...department, children: below(department.id) }))
  return below(null)
}

/** The departments named, and all above them. */
export function branchesOf(departments: readonly Department[], ids: readonly string[]): Department[] {
  const byId = new Map(departments.map(department => [department.id, department]))
  const kept = new Set<string>()
  for (const id of ids)
    for (let at = byId.get(id); at && !kept.has(at.id); at = at.parentId === null ? undefined : byId.get(at.parentId))
      kept.add(at.id)
  return departments.filter(({ id }) => kept.has(id))
}

/** A tree deeper than this is a mistake, and nobody can look at it. */
export const DEPTH_MAX = 10

/**
 * May this department hang below that one (null: become a root)? All departments are given.
 * Throws department_unknown, department_cycle, department_too_deep.
 */
export function decideMove(departments: readonly Department[], id: string, parentId: string | null): void {
  const byId = new Map(departments.map(department => [department.id, department]))
  if (!byId.has(id)) throw departmentUnknown(id)
  const above = ancestorsOf(byId, parentId)
  if (above.some(ancestor => ancestor.id === id)) {
    const names = (byId.get(parentId as string) as Department).name
    throw new Failure(
      'department_cycle',
      {
        zh: `部门“${names}”（${parentId}）在 ${id} 之下，不能成为它的上级：请先把它移出`,
        en: `Department "${names}" (${parentId}) lies below ${id} and cannot be above it: move it out first`,
      },
      { department_id: id, parent_id: parentId },
    )
  }
  checkDepth(above.length + heightOf(departments, id), id)
}

/** May a new department hang below that one? Throws department_unknown, department_too_deep. */
export function decideBirth(departments: readonly Department[], id: string, parentId: string | null): void {
  const above = ancestorsOf(new Map(departments.map(department => [department.id, department])), parentId)
  checkDepth(above.length + 1, id)
}

/** From the parent up to the root. */
function ancestorsOf(byId: ReadonlyMap<string, Department>, parentId: string | null): Department[] {
  const above: Department[] = []
  for (let at = parentId; at !== null; ) {
    const department = byId.get(at)
    if (!department) throw departmentUnknown(at)
    above.push(department)
    at = department.parentId
  }
  return above
}

function heightOf(departments: readonly Department[], id: string): number {
  const below = departments.filter(department => department.parentId === id)
  return 1 + below.reduce((most, department) => Math.max(most, heightOf(departments, department.id)), 0)
}

function checkDepth(depth: number, id: string): void {
  if (depth <= DEPTH_MAX) return
  throw new Failure(
    'department_too_deep',
    {
      zh: `部门 ${id} 将处于第 ${depth} 层，部门最多 ${DEPTH_MAX} 层：请选择更高一级的上级部门`,
      en: `Department ${id} would make ${depth} levels; at most ${DEPTH_MAX} are possible: choose a parent further up`,
    },
    { department_id: id, depth, most: DEPTH_MAX },
  )
}

/** A retired fee item stays retired: its bills and reports would change their meaning. Throws fee_item_retired. */
export function decideFeeItemState(item: FeeItem, wanted: FeeItemState): FeeItemState {
  if (item.state === 'retired' && wanted !== 'retired')
    throw new Failure(
      'fee_item_retired',
      {
        zh: `缴费项目 ${item.id}（${item.name}）已停用，不能恢复：请新建一个缴费项目`,
        en: `Fee item ${item.id} (${item.name}) is retired for good: create a new one`,
      },
      { fee_item_id: item.id },
    )
  return wanted
}

export const departmentUnknown = (id: string): Failure =>
  new Failure(
    'department_unknown',
    {
      zh: `没有部门 ${id}：请核对编号，或先建立该部门`,
      en: `There is no department ${id}: check the id, or create it first`,
    },
    { department_id: id },
  )

export const merchantUnknown = (merchantNo: string): Failure =>
  new Failure(
    'merchant_unknown',
    {
      zh: `没有收费单位 ${merchantNo}：请核对编号，或先登记该单位`,
      en: `There is no merchant ${merchantNo}: check the number, or register it first`,
    },
    { merchant_no: merchantNo },
  )

export const feeItemUnknown = (id: string): Failure =>
  new Failure(
    'fee_item_unknown',
    {
      zh: `没有缴费项目 ${id}：请核对编号，或先建立该项目`,
      en: `There is no fee item ${id}: check the id, or create it first`,
    },
    { fee_item_id: id },
  )

/** Something of this id is there already, made by another request. */
export const taken = (what: { zh: string; en: string }, id: string): Failure =>
  new Failure(
    'already_exists',
    {
      zh: `${what.zh} ${id} 已存在：请换一个编号，或修改已有的`,
      en: `${what.en} ${id} exists already: choose another id, or change the one there is`,
    },
    { id },
  )

import { createDepartment, createFeeItem, createMerchant } from '../src/merchants/operations.ts'
import type { App } from '../src/system/app.ts'
import { actor } from './actors.ts'

/** A water works and a school, with two fee items each: what most tests of bills need. */
export async function seedMerchants(app: App): Promise<void> {
  await createDepartment(app, actor('seed'), {
    id: 'seed-dept-1',
    department_id: 'CITY',
    name: '市本级',
    parent_id: null,
  })
  await createMerchant(app, actor('seed'), {
    id: 'seed-merch-1',
    merchant_no: 'WATER',
    name: '抚州市自来水公司',
    department_id: 'CITY',
  })
  await createMerchant(app, actor('seed'), {
    id: 'seed-merch-2',
    merchant_no: 'SCHOOL',
    name: '临川第一中学',
    department_id: 'CITY',
  })
  const item = (id: string, merchant_no: string, name: string, more: object = {}) =>
    createFeeItem(app, actor('seed'), {
      id: `seed-item-${id}`,
      fee_item_id: id,
      merchant_no,
      name,
      category: 'other',
      ...more,
    })
  await item('WATER-BASE', 'WATER', '水费', { category: 'water', part_payment: true, part_min: '10.00' })
  await item('WATER-SEW', 'WATER', '污水处理费', { category: 'water' })
  await item('TUITION', 'SCHOOL', '学费', { category: 'tuition', account_label: '学号' })
  await item('BOARD', 'SCHOOL', '住宿费', { category: 'tuition', account_label: '学号' })
}

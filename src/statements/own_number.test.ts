import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeId } from '../kernel/ids.ts'
import { ownNumberIn } from './own_number.ts'

test("a number of ours in a payer's words: an id of our making or what is called 缴费单号, and the only one", () => {
  const made = (day: string, fill: number) => makeId(Date.parse(day), new Uint8Array(10).fill(fill))
  const [id, other] = [made('2026-11-20', 7), made('2026-11-21', 9)]
  for (const [text, found] of [
    [id, id],
    [`order ${id.toLowerCase()}.`, id],
    [`缴费单${id}水费`, id],
    [`缴费单号：${id.toLowerCase()}`, id],
    [`${id} ${id}`, id],
    ['学费 缴费单号:FZ2026-001，张三', 'FZ2026-001'],
    ['缴费单 W20261120', 'W20261120'],
    ['缴费单号：W1001 W1001', 'W1001'],
    // Not ours, not whole, of no time that may be, or not the only one.
    [`${id} ${other}`, ''],
    [`缴费单号 W20261120 ${id}`, ''],
    ['缴费单号 W1001，缴费单号 W1002', ''],
    ['订单号 12345678', ''],
    ['order no 12345678', ''],
    ['缴费单号 ABCD', ''],
    ['缴费单号：', ''],
    ['缴费单号 W1', ''],
    [`X${id}`, ''],
    [`${id}0`, ''],
    [id.slice(1), ''],
    [`${id.slice(0, 13)} ${id.slice(13)}`, ''],
    [made('1999-01-01', 7), ''],
    ['7'.repeat(26), ''],
    ['', ''],
  ] as const)
    assert.equal(ownNumberIn(text), found, text)
})

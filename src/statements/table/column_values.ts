import type { Field } from '../statement.ts'
import { currencyOf } from './currencies.ts'
import type { Shape } from './shape.ts'
import { kindOf, sideOf, statusOf } from './vocabulary.ts'

/** Nearly all values of the column. */
export const most = (part: number, shape: Shape): boolean =>
  shape.values.length > 0 && part >= shape.values.length * 0.9

/**
 * 交易类型 with 收入/支出 in it is the direction; 类型 with CR/DR too. 支付 or 付款 alone is what the payer did: on a merchant's
 * statement that is money in, so it takes a word that can only be a side, or both sides, to call the column one.
 */
export const tellsSides = (values: readonly string[]): boolean =>
  values.every(value => kindOf(value) === null || sideOf(value) !== null) &&
  (values.some(value => sideOf(value) !== null && kindOf(value) === null) ||
    (values.some(value => sideOf(value) === 'in') && values.some(value => sideOf(value) === 'out')))

/** Of so few values one bad cell is half: the column's name says more, and what cannot be read rejects its row. */
const FEW = 5

/** Does what stands in the column agree with what its name says? */
export function fits(field: Field, shape: Shape): boolean {
  if (shape.values.length === 0) return true
  const few = shape.values.length < FEW
  switch (field) {
    case 'amount':
    case 'amount_in':
    case 'amount_out':
    case 'refund_amount':
    case 'fee':
    case 'balance':
      return (
        (shape.amounts >= shape.values.length * 0.6 && shape.dates < shape.values.length * 0.9) ||
        shape.amounts === shape.values.length ||
        (few && shape.dates === 0 && shape.times === 0)
      )
    case 'occurred_at':
    case 'date':
      return (
        shape.dates >= shape.values.length * 0.6 ||
        shape.serials === shape.values.length ||
        (few && shape.values.some(value => /\d{4}[-/.年]\d/.test(value)))
      )
    case 'time':
      return shape.times >= shape.values.length * 0.6 || shape.stamps >= shape.values.length * 0.6
    case 'direction':
      return most(shape.sides, shape)
    case 'kind':
      return shape.values.some(value => kindOf(value) !== null)
    case 'status':
      return shape.values.filter(value => statusOf(value) !== null).length >= shape.values.length * 0.6
    case 'channel_trade_no':
      // 序号 and id are as often the number of the row.
      return !shape.values.every(value => /^\d{1,4}$/.test(value))
    case 'currency':
      return shape.values.every(value => currencyOf(value) !== null)
    default:
      return true
  }
}

export const isEmpty = (shape: Shape): boolean => shape.values.length === 0

/** The same column twice does no harm; one without values tells nothing. */
export const differ = (a: Shape, b: Shape): boolean =>
  !isEmpty(a) &&
  !isEmpty(b) &&
  (a.values.length !== b.values.length || a.values.some((value, row) => value !== b.values[row]))

export const isConstant = (shape: Shape): boolean => shape.values.length > 1 && shape.distinct === 1

const ZERO = /^[-+]?0+(?:[.,]0+)?$/

/** A column of nothing but zeros, or of nothing: it may be filled further down. */
export const isWaiting = (shape: Shape): boolean => shape.values.every(value => ZERO.test(value))

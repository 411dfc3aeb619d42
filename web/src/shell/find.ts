import type { OrderView, RecordListView } from '../../../src/orders/api.ts'
import type { RefundView } from '../../../src/refunds/api.ts'
import { ask, Refused } from './api.ts'
import type { Both } from './both.ts'
import type { Query } from './query.ts'

/** One place where a number was found, and the page that shows it. */
export type Found = { readonly key: string; readonly what: Both; readonly detail: string; readonly to: string }

type May = (...permissions: readonly string[]) => boolean
type Place = {
  readonly needs: readonly string[]
  readonly look: (number: string, signal: AbortSignal) => Promise<Found[]>
}

const read = async <T>(path: string, signal: AbortSignal, query?: Query): Promise<T | null> => {
  try {
    return await ask<T>('GET', path, { query, signal })
  } catch (error) {
    // Not there, not one's own, or no such number: it is not found here.
    if (error instanceof Refused && error.status >= 400 && error.status < 500) return null
    throw error
  }
}

const few = 5
const coded = encodeURIComponent

/** All places that know numbers; each asks a route that exists, with the asker's own permissions and scope. */
const PLACES: readonly Place[] = [
  {
    needs: ['order.read'],
    async look(number, signal) {
      const order = await read<OrderView>(`/api/orders/${coded(number)}`, signal)
      if (!order) return []
      return [
        {
          key: `order ${order.order_no}`,
          what: { zh: '缴费单', en: 'Order' },
          detail: `${order.order_no} · ${order.amount} ${order.currency}`,
          to: `/orders?order=${coded(order.order_no)}`,
        },
      ]
    },
  },
  {
    needs: ['payment.read', 'order.read'],
    async look(number, signal) {
      const payment = await read<{ payment_no: string; order_no: string }>(`/api/payments/${coded(number)}`, signal)
      if (!payment) return []
      return [
        {
          key: `payment ${payment.payment_no}`,
          what: { zh: '支付', en: 'Payment' },
          detail: payment.payment_no,
          to: `/orders?order=${coded(payment.order_no)}`,
        },
      ]
    },
  },
  {
    needs: ['payment.read'],
    async look(number, signal) {
      if (!/^[A-Za-z0-9_-]{1,40}$/.test(number)) return []
      const list = await read<RecordListView>('/api/records', signal, { order_no: number, limit: few })
      return (list?.records ?? []).map(record => ({
        key: `record ${record.payment_no}`,
        what: { zh: '缴费记录', en: 'Payment record' },
        detail: `${record.payment_no} · ${record.amount} ${record.currency}`,
        to: `/records?order_no=${coded(record.order_no)}`,
      }))
    },
  },
  {
    needs: ['refund.read'],
    async look(number, signal) {
      const refund = await read<RefundView>(`/api/refunds/${coded(number)}`, signal)
      if (!refund) return []
      return [
        {
          key: `refund ${refund.refund_no}`,
          what: { zh: '退款', en: 'Refund' },
          detail: `${refund.refund_no} · ${refund.amount} ${refund.currency}`,
          to: `/refunds?number=${coded(refund.refund_no)}`,
        },
      ]
    },
  },
  {
    needs: ['day.read'],
    async look(number, signal) {
      if (number.length < 4) return []
      const list = await read<{
        items: { payment_no: string; amount: string; currency: string; business_date: string }[]
      }>('/api/items', signal, { number, limit: few })
      return (list?.items ?? []).map(item => ({
        key: `item ${item.payment_no}`,
        what: { zh: '对账项目', en: 'Item of reconciliation' },
        detail: `${item.payment_no} · ${item.business_date} · ${item.amount} ${item.currency}`,
        to: `/items?number=${coded(number)}`,
      }))
    },
  },
  {
    needs: ['discrepancy.read'],
    async look(number, signal) {
      const list = await read<{ discrepancies: { discrepancy_id: string; evidence_zh: string }[] }>(
        '/api/discrepancies',
        signal,
        { number, limit: few },
      )
      return (list?.discrepancies ?? []).map(({ discrepancy_id }) => ({
        key: `discrepancy ${discrepancy_id}`,
        what: { zh: '差错', en: 'Discrepancy' },
        detail: discrepancy_id,
        to: `/discrepancies/${discrepancy_id}`,
      }))
    },
  },
  {
    needs: ['log.read'],
    async look(number, signal) {
      const list = await read<{ entries: unknown[] }>('/api/operation-log', signal, { object: number, limit: 1 })
      if (!list || list.entries.length === 0) return []
      return [
        {
          key: 'log',
          what: { zh: '操作日志', en: 'Operation log' },
          detail: number,
          to: `/operation-log?object=${coded(number)}`,
        },
      ]
    },
  },
  {
    needs: ['merchant.read'],
    async look(number, signal) {
      const list = await read<{ merchants: { merchant_no: string; name: string }[] }>('/api/merchants', signal, {
        search: number,
        limit: few,
      })
      return (list?.merchants ?? []).map(({ merchant_no, name }) => ({
        key: `merchant ${merchant_no}`,
        what: { zh: '收费单位', en: 'Merchant' },
        detail: `${name} · ${merchant_no}`,
        to: `/merchants?merchant=${coded(merchant_no)}`,
      }))
    },
  },
  {
    needs: ['account.read'],
    async look(number, signal) {
      const list = await read<{ accounts: { account_id: string; name: string; login: string }[] }>(
        '/api/accounts',
        signal,
        { kind: 'staff', search: number, limit: few },
      )
      return (list?.accounts ?? []).map(({ account_id, name, login }) => ({
        key: `account ${account_id}`,
        what: { zh: '用户', en: 'User' },
        detail: `${name} · ${login}`,
        to: `/accounts?account=${account_id}`,
      }))
    },
  },
]

export const mayFind = (may: May): boolean => PLACES.some(({ needs }) => may(...needs))

/** Looks for a number, or a name, wherever the asker may look. The order of the places stays, whichever answers first. */
export async function find(given: string, may: May, signal: AbortSignal): Promise<Found[]> {
  const number = given.trim()
  if (number === '') return []
  const answers = await Promise.all(
    PLACES.filter(({ needs }) => may(...needs)).map(place => place.look(number, signal)),
  )
  return answers.flat()
}

import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { PaymentView } from '../../../../src/orders/api.ts'
import type { Refused } from '../../shell/api.ts'
import { changedHere, queries, useRead } from '../../shell/reading.ts'
import { forget } from './open_payments.ts'
import { isOpen } from './words.ts'

/** A payment as it stands, kept up to date by its stream until nothing will change any more. */
export function useProgress(paymentNo: string): UseQueryResult<PaymentView, Refused> {
  const path = `/api/payments/${encodeURIComponent(paymentNo)}`
  const query = useRead<PaymentView>('paying', path, undefined, { keep: false })
  const final = query.data?.final ?? false
  const there = query.data !== undefined
  useEffect(() => {
    if (!there || final) return
    const source = new EventSource(`${path}/progress`)
    source.addEventListener('progress', event => {
      const now = JSON.parse(event.data) as PaymentView
      const before = queries.getQueryData<PaymentView>(['paying', path, {}])
      queries.setQueryData(['paying', path, {}], now)
      if (before?.state !== now.state) void changedHere(['own'])
    })
    return () => source.close()
  }, [path, final, there])
  // A phone that slept may have lost its stream: whoever looks at the page again sees it as it is.
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'visible') void query.refetch()
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [query.refetch])
  const over = query.data !== undefined && !isOpen(query.data)
  useEffect(() => {
    if (over) forget(paymentNo)
  }, [over, paymentNo])
  return query
}

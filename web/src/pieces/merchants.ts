import { useMemo } from 'react'
import type { MerchantView, PayeeList } from '../../../src/merchants/api.ts'
import { useRead } from '../shell/reading.ts'
import { useSession } from '../shell/session.tsx'

/** Merchants by their numbers, for pages that show names. Whoever may not see them all reads the names of those that anybody pays to. */
export function useMerchants(): {
  readonly all: readonly MerchantView[]
  readonly nameOf: (merchantNo: string) => string
} {
  const { may } = useSession()
  const { data } = useRead<{ merchants: MerchantView[] }>(
    'merchants',
    '/api/merchants',
    { limit: 500 },
    {
      enabled: may('merchant.read'),
    },
  )
  const payees = useRead<PayeeList>('merchants', '/api/payees', {}, { enabled: !may('merchant.read') })
  return useMemo(() => {
    const all = data?.merchants ?? []
    const named = data?.merchants ?? payees.data?.payees ?? []
    const names = new Map(named.map(merchant => [merchant.merchant_no, merchant.name]))
    return { all, nameOf: no => names.get(no) ?? no }
  }, [data, payees.data])
}

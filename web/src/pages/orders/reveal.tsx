import { Button } from 'antd'
import { useState } from 'react'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** Shows one account number whole, for a reason that stands in the log. It is gone when the page is left. */
export function Reveal({ orderNo }: { readonly orderNo: string }) {
  const t = useText()
  const deed = useDeed<{ value: string }>(['log'])
  const [asking, setAsking] = useState(false)
  const [value, setValue] = useState<string | null>(null)
  if (value !== null) return <b> {value}</b>
  return (
    <>
      <Button type="link" size="small" onClick={() => setAsking(true)}>
        {t('查看完整', 'Show whole')}
      </Button>
      <ReasonDialog
        open={asking}
        title={t('查看完整户号', 'Show the whole account number')}
        confirm={t('查看', 'Show')}
        close={() => setAsking(false)}
        decide={async reason => {
          const found = await deed.mutateAsync({
            method: 'POST',
            path: `/api/orders/${encodeURIComponent(orderNo)}/reveal`,
            body: {
              field: 'account_no',
              reason: reason.slice(0, 200),
            },
          })
          setValue(found.value)
        }}
      />
    </>
  )
}

import { Button, Flex } from 'antd'
import { useState } from 'react'
import type { DiscrepancyDetail } from '../../../../src/discrepancies/api.ts'
import { Part } from '../../pieces/facts.tsx'
import { Failed } from '../../pieces/states.tsx'
import { type Uploaded, VoucherList, VoucherPicker } from '../../pieces/vouchers.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

/** Vouchers of a discrepancy, and room for more while it is open. */
export function VoucherPart({ of }: { readonly of: DiscrepancyDetail }) {
  const t = useText()
  const { may } = useSession()
  const [uploaded, setUploaded] = useState<readonly Uploaded[]>([])
  const deed = useDeed(['discrepancies'])
  const path = `/api/discrepancies/${of.discrepancy_id}/vouchers`
  const attach = (): void =>
    deed.mutate(
      { method: 'POST', path, body: { vouchers: uploaded.map(each => each.id) } },
      { onSuccess: () => setUploaded([]) },
    )
  return (
    <Part title={t('凭证', 'Vouchers')}>
      <Flex vertical gap={12}>
        <VoucherList vouchers={of.vouchers} pathOf={voucherId => `${path}/${encodeURIComponent(voucherId)}`} />
        {may('discrepancy.handle', 'review.ask') && of.ended_at === null && (
          <>
            <VoucherPicker uploaded={uploaded} change={setUploaded} />
            {uploaded.length > 0 && (
              <Button type="primary" loading={deed.isPending} onClick={attach}>
                {t('附到这件差错', 'Attach to this discrepancy')}
              </Button>
            )}
          </>
        )}
        {deed.error && <Failed error={deed.error} />}
      </Flex>
    </Part>
  )
}

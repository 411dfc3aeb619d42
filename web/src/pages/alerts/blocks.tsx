import { Button, Typography } from 'antd'
import { useState } from 'react'
import type { BlockView } from '../../../../src/intrusion/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { addressOf } from '../../shell/query.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

/** Addresses that are shut out now, and for how long; lifting a block wants a reason. */
export function Blocks() {
  const t = useText()
  const { may } = useSession()
  const deed = useDeed(['alerts'])
  const { data, error } = useRead<{ blocks: BlockView[] }>('alerts', '/api/address-blocks', {}, { every: 30_000 })
  const [lifting, setLifting] = useState<BlockView | null>(null)
  if (error) return <Failed error={error} />
  if (!data || data.blocks.length === 0) return null
  return (
    <section aria-label={t('封锁的地址', 'Blocked addresses')}>
      <Typography.Title level={2} className="panel-title">
        {t(`封锁的地址（${data.blocks.length}）`, `Blocked addresses (${data.blocks.length})`)}
      </Typography.Title>
      <Listing<BlockView>
        label={t('封锁的地址', 'Blocked addresses')}
        rows={data.blocks}
        keyOf={({ address }) => address}
        empty={null}
        columns={[
          { title: t('地址', 'Address'), head: true, render: ({ address }) => <code>{address}</code> },
          { title: t('封锁至', 'Until'), render: ({ until }) => <When at={until} whole /> },
          { title: t('连续次数', 'In a row'), right: true, render: ({ level }) => level },
          { title: t('自', 'Since'), render: ({ blocked_at }) => <When at={blocked_at} whole /> },
          ...(may('alert.manage')
            ? [
                {
                  title: '',
                  render: (block: BlockView) => (
                    <Button size="small" onClick={() => setLifting(block)}>
                      {t('解除', 'Lift')}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      <ReasonDialog
        open={lifting !== null}
        title={t(`解除封锁：${lifting?.address ?? ''}`, `Lift the block of ${lifting?.address ?? ''}`)}
        confirm={t('解除', 'Lift')}
        close={() => setLifting(null)}
        decide={reason =>
          deed.mutateAsync({
            method: 'DELETE',
            path: addressOf(`/api/address-blocks/${encodeURIComponent(lifting?.address ?? '')}`, {
              reason: reason.slice(0, 200),
            }),
            bare: true,
          })
        }
      />
    </section>
  )
}

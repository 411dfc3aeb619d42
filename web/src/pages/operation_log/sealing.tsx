import { DownloadOutlined } from '@ant-design/icons'
import { App, Button, Flex, Popconfirm, Space, Tooltip } from 'antd'
import type { LogState } from '../../../../src/audit/api.ts'
import { saveText } from '../../pieces/save.ts'
import { Failed } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { Refused } from '../../shell/api.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** How far the log is sealed, and the export of its root. */
export function Sealing() {
  const t = useText()
  const deed = useDeed<{ block: number }>(['log'])
  const { message } = App.useApp()
  const { data, error, refetch } = useRead<LogState>('log', '/api/operation-log/state', {}, { every: 15_000 })
  const exportRoot = async (): Promise<void> => {
    try {
      const root = await deed.mutateAsync({ method: 'POST', path: '/api/operation-log/roots', bare: true })
      saveText(`operation-log-root-${root.block}.json`, `${JSON.stringify(root, null, 2)}\n`)
    } catch (failed) {
      if (!(failed instanceof Refused)) throw failed
      message.error(t(failed.words))
    }
  }
  if (error) return <Failed error={error} again={() => void refetch()} />
  return (
    <Flex wrap gap="8px 16px" align="center" className="panel sealing">
      <span>
        {data?.last_block ? (
          <>
            {t('已封存至块', 'Sealed up to block')} <b>{data.last_block.block}</b>{' '}
            <span className="quiet">
              <When at={data.last_block.sealed_at} whole />
            </span>
          </>
        ) : data ? (
          t('尚无封存的块', 'No block is sealed yet')
        ) : (
          ' '
        )}
      </span>
      {data && <span className="quiet">{t(`待封存 ${data.unsealed} 条`, `${data.unsealed} not sealed yet`)}</span>}
      {data?.last_block && (
        <Tooltip title={data.last_block.digest}>
          <code className="quiet">SM3 {data.last_block.digest.slice(0, 16)}…</code>
        </Tooltip>
      )}
      <Space style={{ marginInlineStart: 'auto' }}>
        <Popconfirm
          title={t('导出当前根', 'Export the present root')}
          description={t(
            '交由机构之外保管后，此前的日志无人能够改动而不被发现。导出本身也记入日志。',
            'Kept outside of the house, it shows any later change of what is logged so far. The export is logged itself.',
          )}
          okText={t('导出', 'Export')}
          cancelText={t('取消', 'Cancel')}
          onConfirm={exportRoot}
        >
          <Button icon={<DownloadOutlined />} disabled={!data?.last_block}>
            {t('导出根', 'Export the root')}
          </Button>
        </Popconfirm>
      </Space>
    </Flex>
  )
}

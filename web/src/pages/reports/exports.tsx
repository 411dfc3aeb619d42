import { DownloadOutlined } from '@ant-design/icons'
import { App, Button, Progress } from 'antd'
import { useState } from 'react'
import type { ExportList, ExportView } from '../../../../src/reports/api.ts'
import { PagedListing } from '../../pieces/paged.tsx'
import { counted } from '../../pieces/phrases.ts'
import { sizeText } from '../../pieces/size.ts'
import { State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { Refused } from '../../shell/api.ts'
import { usePages } from '../../shell/paging.ts'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { EXPORT_STATES, FORMATS } from './words.ts'

const rowsOf = (answer: ExportList): readonly ExportView[] => answer.exports
const AT_WORK = new Set(['waiting', 'running'])

/** One's own exports: how far each has come, and its file while it is kept. */
export function Exports() {
  const t = useText()
  const address = useAddress()
  const deed = useDeed(['reports'])
  const { message } = App.useApp()
  const [working, setWorking] = useState(true)
  const list = usePages<ExportList, ExportView>('reports', '/api/reports/exports', { limit: 50 }, rowsOf, {
    every: working ? 1_000 : undefined,
  })
  const atWork = list.rows.some(({ state }) => AT_WORK.has(state))
  if (!list.loading && atWork !== working) setWorking(atWork)
  const cancel = async (id: string): Promise<void> => {
    try {
      await deed.mutateAsync({ method: 'POST', path: `/api/reports/exports/${id}/cancel` })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      message.error(t(error.words))
    }
  }
  return (
    <PagedListing<ExportView>
      label={t('我的导出', 'My exports')}
      list={list}
      keyOf={({ export_id }) => export_id}
      chosen={address.get('export')}
      empty={t('还没有导出过报表', 'Nothing was exported yet')}
      columns={[
        { title: t('报表', 'Report'), head: true, render: ({ name }) => name },
        { title: t('状态', 'State'), head: true, render: row => <Progressing row={row} /> },
        { title: t('格式', 'Format'), render: ({ format }) => FORMATS[format] ?? format },
        { title: t('大小', 'Size'), right: true, render: ({ bytes }) => (bytes === null ? '—' : sizeText(bytes)) },
        { title: t('发起', 'Asked'), render: ({ asked_at }) => <When at={asked_at} whole /> },
        { title: t('保留至', 'Kept until'), render: ({ expires_at }) => <When at={expires_at} whole /> },
        {
          title: '',
          render: ({ export_id, state, name }) =>
            state === 'ready' ? (
              <Button
                type="primary"
                size="small"
                icon={<DownloadOutlined />}
                href={`/api/reports/exports/${export_id}/file`}
                download
                aria-label={t(`下载 ${name}`, `Download ${name}`)}
              >
                {t('下载', 'Download')}
              </Button>
            ) : AT_WORK.has(state) ? (
              <Button size="small" onClick={() => void cancel(export_id)}>
                {t('取消', 'Cancel')}
              </Button>
            ) : null,
        },
      ]}
    />
  )
}

function Progressing({ row }: { readonly row: ExportView }) {
  const t = useText()
  if (row.state === 'failed' && row.failure) return <span className="wrong">{t(row.failure)}</span>
  if (row.state !== 'running') return <State of={row.state} looks={EXPORT_STATES} />
  return (
    <span role="status">
      {t(`已写 ${row.rows_done} 行`, `${counted(row.rows_done, 'row')} written`)}
      {row.rows_total !== null && row.rows_total > 0 && (
        <Progress
          size="small"
          percent={Math.floor((row.rows_done / row.rows_total) * 100)}
          aria-label={t('导出进度', 'Progress of the export')}
        />
      )}
    </span>
  )
}

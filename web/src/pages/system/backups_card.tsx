import { Descriptions, Skeleton, Typography } from 'antd'
import type { BackupsView } from '../../../../src/continuity/backup/api.ts'
import { Panel } from '../../pieces/panel.tsx'
import { sizeText } from '../../pieces/size.ts'
import { Failed } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** Until when everything could be restored, and what the last backup was. */
export default function BackupsCard() {
  const t = useText()
  const { data, error } = useRead<BackupsView>('system', '/api/backups')
  const title = t('备份', 'Backups')
  const [last] = data?.runs ?? []
  return (
    <Panel title={title}>
      {error && <Failed error={error} />}
      {!data && !error && <Skeleton active title={false} />}
      {data && !data.configured && (
        <Typography.Paragraph type="secondary">
          {t(
            '尚未配置备份：在配置的 backup 一节给出存放位置。',
            'None is configured: name a place in the section backup.',
          )}
        </Typography.Paragraph>
      )}
      {data?.configured && (
        <Descriptions
          column={1}
          size="small"
          items={[
            {
              key: 1,
              label: t('可恢复到', 'Can be restored until'),
              children: <When at={data.archived_until} whole />,
            },
            { key: 2, label: t('最近完好的备份', 'Last good backup'), children: <When at={data.last_good_at} whole /> },
            { key: 3, label: t('大小', 'Size'), children: last ? sizeText(last.stored_bytes) : '—' },
            { key: 4, label: t('问题', 'Trouble'), children: last?.problem ? t(last.problem) : t('无', 'None') },
          ]}
        />
      )}
    </Panel>
  )
}

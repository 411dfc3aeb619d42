import { Button, Drawer, Grid, Table } from 'antd'
import { useState } from 'react'
import type { FileList, FileView } from '../../../../src/arrivals/api.ts'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { Failed, Loading, State } from '../../pieces/states.tsx'
import { grouped, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { Changes } from '../statements/changes.tsx'
import { Counts } from '../statements/counts.tsx'
import { FILE_LOOKS, KIND_NAMES } from '../statements/words.ts'

/** Versions of the day's statement, newest first, and what each changed. */
export function StatementsPanel({ day }: { readonly day: DayView }) {
  const t = useText()
  const [opened, setOpened] = useState<FileView | null>(null)
  const wide = Grid.useBreakpoint().md ?? true
  const { channel, account, business_date: date } = day
  const read = useRead<FileList>('statements', '/api/statements', { channel, account, day: date })
  return (
    <section className="day-panel">
      <h2>{t('对账单各版本', 'Versions of the statement')}</h2>
      {read.error && <Failed error={read.error} again={() => void read.refetch()} />}
      {!read.data && !read.error && <Loading rows={3} />}
      {read.data && (
        <Table<FileView>
          size="small"
          rowKey="file_id"
          pagination={false}
          dataSource={read.data.files}
          locale={{ emptyText: t('对账单未到', 'No statement has come') }}
          columns={[
            { title: t('文件', 'File'), render: (_, { name }) => <Num>{name}</Num> },
            { title: t('种类', 'Kind'), responsive: ['md'], render: (_, { kind }) => t(KIND_NAMES[kind]) },
            { title: t('生成时间', 'Made at'), responsive: ['md'], render: (_, { made_at: at }) => <When at={at} /> },
            { title: t('收到', 'Received'), responsive: ['md'], render: (_, { received_at: at }) => <When at={at} /> },
            { title: t('记录', 'Records'), align: 'end', render: (_, { records }) => grouped(String(records)) },
            {
              title: t('状态', 'State'),
              render: (_, file) => (
                <>
                  <State of={file.state} looks={FILE_LOOKS} /> <Counts file={file} />
                </>
              ),
            },
            {
              title: t('与上一版的差异', 'Differences'),
              render: (_, file) =>
                file.changes === 0 ? (
                  '—'
                ) : (
                  <Button type="link" onClick={() => setOpened(file)}>
                    {t(`${file.changes} 条`, `${file.changes}`)}
                  </Button>
                ),
            },
          ]}
        />
      )}
      <Drawer
        open={opened !== null}
        onClose={() => setOpened(null)}
        size={wide ? 760 : '100%'}
        title={opened && t(`${opened.name} 改了什么`, `What ${opened.name} changed`)}
        destroyOnHidden
      >
        {opened && <Changes file={opened} />}
      </Drawer>
    </section>
  )
}

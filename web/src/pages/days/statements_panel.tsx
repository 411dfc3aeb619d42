import { Button, Drawer, Grid, Table, Tag } from 'antd'
import { useState } from 'react'
import type { ChangeList, FileList, FileView } from '../../../../src/arrivals/api.ts'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { Failed, Loading, Nothing } from '../../pieces/states.tsx'
import { grouped, Money, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

const KIND_WORDS = { trade: { zh: '交易账单', en: 'trade' }, funds: { zh: '资金账单', en: 'funds' } } as const
const STATE_WORDS = {
  booked: { zh: '已入账', en: 'booked', colour: 'success' },
  awaiting_acceptance: { zh: '待复核', en: 'to be accepted', colour: 'warning' },
  refused: { zh: '已拒收', en: 'refused', colour: 'error' },
} as const

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
            { title: t('种类', 'Kind'), responsive: ['md'], render: (_, { kind }) => t(KIND_WORDS[kind]) },
            { title: t('生成时间', 'Made at'), responsive: ['md'], render: (_, { made_at: at }) => <When at={at} /> },
            { title: t('收到', 'Received'), responsive: ['md'], render: (_, { received_at: at }) => <When at={at} /> },
            { title: t('记录', 'Records'), align: 'end', render: (_, { records }) => grouped(String(records)) },
            {
              title: t('状态', 'State'),
              render: (_, { state }) => <Tag color={STATE_WORDS[state].colour}>{t(STATE_WORDS[state])}</Tag>,
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

const CHANGE_WORDS = {
  added: { zh: '新增', en: 'added', colour: 'success' },
  removed: { zh: '删除', en: 'removed', colour: 'error' },
  changed: { zh: '更改', en: 'changed', colour: 'warning' },
} as const
type Change = ChangeList['changes'][number]
type Row = NonNullable<Change['before']>

function Changes({ file }: { readonly file: FileView }) {
  const t = useText()
  const read = useRead<ChangeList>('statements', `/api/statements/${file.file_id}/changes`, { limit: 500 })
  if (read.error) return <Failed error={read.error} again={() => void read.refetch()} />
  if (!read.data) return <Loading rows={8} />
  if (read.data.changes.length === 0) return <Nothing what={t('没有差异', 'No differences')} />
  const number = ({ before, after }: Change): string =>
    (after ?? before)?.channel_trade_no || (after ?? before)?.merchant_order_no || ''
  return (
    <Table<Change>
      size="small"
      rowKey="no"
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      dataSource={read.data.changes}
      columns={[
        {
          title: t('变化', 'Change'),
          render: (_, { change }) => <Tag color={CHANGE_WORDS[change].colour}>{t(CHANGE_WORDS[change])}</Tag>,
        },
        { title: t('号码', 'Number'), render: (_, change) => <Num>{number(change)}</Num> },
        { title: t('原来', 'Before'), align: 'end', render: (_, { before }) => <Said row={before} /> },
        { title: t('现在', 'Now'), align: 'end', render: (_, { after }) => <Said row={after} /> },
      ]}
    />
  )
}

function Said({ row }: { readonly row: Row | null }) {
  if (!row) return <>—</>
  return (
    <>
      <Money amount={row.amount} currency={row.currency} />
      <br />
      <When at={row.occurred_at} />
    </>
  )
}

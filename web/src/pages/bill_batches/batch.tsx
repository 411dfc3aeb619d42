import { Alert, App, Button, Checkbox, Descriptions, Flex, Typography } from 'antd'
import { useState } from 'react'
import type { BillBatchHead, BillBatchView, BillProblemView } from '../../../../src/orders/bill_batch_api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { counted } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { RecordDrawer } from '../../pieces/record_drawer.tsx'
import { Nothing, State } from '../../pieces/states.tsx'
import { Money, When } from '../../pieces/values.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useLang, useText } from '../../shell/text.ts'
import { COLUMNS, STATES } from './words.ts'

/** The report of one file: what it holds, what is wrong with which row; and issuing it. */
export function BatchDrawer({ id, close }: { readonly id: string; readonly close: () => void }) {
  const t = useText()
  return (
    <RecordDrawer<BillBatchView>
      subject="merchants"
      under="/api/bill-batches"
      id={id}
      close={close}
      size={860}
      title={batch => batch?.file ?? t('预检报告', 'Report')}
    >
      {batch => <Report batch={batch} />}
    </RecordDrawer>
  )
}

type Line = BillBatchView['by_fee_item'][number]

function Report({ batch }: { readonly batch: BillBatchView }) {
  const t = useText()
  const lang = useLang()
  const { may } = useSession()
  const totals = batch.totals.map(({ currency, count, amount }) => (
    <div key={currency}>
      {t(`${count} 笔 `, `${counted(count, 'bill')} `)}
      <Money amount={amount} currency={currency} />
    </div>
  ))
  return (
    <div className="stack">
      <Descriptions
        column={{ xs: 1, sm: 2 }}
        size="small"
        items={[
          { key: 1, label: t('状态', 'State'), children: <State of={batch.state} looks={STATES} /> },
          { key: 2, label: t('行数', 'Rows'), children: batch.records },
          { key: 3, label: t('合计', 'Total'), children: totals.length === 0 ? '—' : totals },
          { key: 4, label: t('预检', 'Checked'), children: <When at={batch.checked_at} whole /> },
          { key: 5, label: t('开单', 'Issued'), children: <When at={batch.issued_at} whole /> },
          {
            key: 6,
            label: 'SM3',
            children: <code title={batch.sm3}>{batch.sm3.slice(0, 16)}…</code>,
          },
        ]}
      />
      {batch.state === 'checked' && may('order.issue') && <Issue batch={batch} totals={totals} />}
      {batch.by_fee_item.length > 0 && (
        <section aria-label={t('按缴费项目', 'By fee item')}>
          <Typography.Title level={3} className="panel-title">
            {t('按缴费项目', 'By fee item')}
          </Typography.Title>
          <Listing<Line>
            label={t('按缴费项目', 'By fee item')}
            rows={batch.by_fee_item}
            keyOf={({ fee_item_id, currency }) => `${fee_item_id} ${currency}`}
            empty={null}
            columns={[
              { title: t('缴费项目', 'Fee item'), head: true, render: ({ name }) => name },
              { title: t('笔数', 'Bills'), right: true, render: ({ count }) => count },
              {
                title: t('金额', 'Amount'),
                right: true,
                render: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
              },
            ]}
          />
        </section>
      )}
      <section aria-label={t('问题', 'Problems')}>
        <Flex justify="space-between" align="center" style={{ marginBottom: 8 }}>
          <Typography.Title level={3} className="panel-title" style={{ margin: 0 }}>
            {t(
              `问题：${batch.errors} 个错误，${batch.warnings} 个提醒`,
              `${counted(batch.errors, 'error')}, ${counted(batch.warnings, 'warning')}`,
            )}
          </Typography.Title>
          {batch.errors + batch.warnings > 0 && (
            <Button href={`/api/bill-batches/${batch.batch_id}/problems.csv?lang=${lang}`} download>
              {t('下载全部问题', 'All of them as CSV')}
            </Button>
          )}
        </Flex>
        <Listing<BillProblemView>
          label={t('问题', 'Problems')}
          rows={batch.problems}
          keyOf={({ row, column, code }) => `${row} ${column} ${code}`}
          empty={<Nothing what={t('没有发现问题', 'Nothing is wrong')} />}
          columns={[
            { title: t('行', 'Row'), head: true, right: true, render: ({ row }) => row },
            {
              title: t('程度', 'Weight'),
              head: true,
              render: ({ severity }) =>
                severity === 'error' ? (
                  <span className="wrong">{t('错误', 'Error')}</span>
                ) : (
                  <span>{t('提醒', 'Warning')}</span>
                ),
            },
            {
              title: t('列', 'Column'),
              render: ({ column }) => (column === null ? '—' : t(COLUMNS[column] ?? { zh: column, en: column })),
            },
            { title: t('说明', 'What'), render: problem => t(problem) },
            { title: t('原内容', 'Found'), render: ({ found }) => found || '—' },
          ]}
        />
      </section>
    </div>
  )
}

function Issue({ batch, totals }: { readonly batch: BillBatchView; readonly totals: React.ReactNode }) {
  const t = useText()
  const deed = useDeed<BillBatchHead>(['merchants'])
  const { message } = App.useApp()
  const [asking, setAsking] = useState(false)
  const [notify, setNotify] = useState(false)
  const issue = async (): Promise<void> => {
    const { bills } = await deed.mutateAsync({
      method: 'POST',
      path: `/api/bill-batches/${batch.batch_id}/issue`,
      body: {
        sm3: batch.sm3,
        bills: batch.bills,
        notify,
      },
    })
    message.success(t(`已开单 ${bills} 笔`, `${counted(bills, 'bill is', 'bills are')} issued`))
  }
  return (
    <>
      <Alert
        type="success"
        showIcon
        title={t(`预检通过：将开单 ${batch.bills} 笔`, `Checked: ${counted(batch.bills, 'bill')} would be issued`)}
        action={
          <Button type="primary" onClick={() => setAsking(true)}>
            {t('确认开单', 'Issue them')}
          </Button>
        }
      />
      <ReasonDialog
        open={asking}
        title={t(`开单 ${batch.bills} 笔`, `Issue ${counted(batch.bills, 'bill')}`)}
        confirm={t('开单', 'Issue')}
        reason="none"
        close={() => setAsking(false)}
        decide={issue}
      >
        <div className="stack">
          <div>{totals}</div>
          <Checkbox checked={notify} onChange={event => setNotify(event.target.checked)}>
            {t('用短信和邮件通知缴费人', 'Tell the payers by SMS and mail')}
          </Checkbox>
        </div>
      </ReasonDialog>
    </>
  )
}

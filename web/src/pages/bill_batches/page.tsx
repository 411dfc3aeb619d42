import { InboxOutlined } from '@ant-design/icons'
import { Alert, Button, Spin, Upload } from 'antd'
import type { BillBatchHead, BillBatchList, BillBatchView } from '../../../../src/orders/bill_batch_api.ts'
import { PagedListing } from '../../pieces/paged.tsx'
import { saveText } from '../../pieces/save.ts'
import { Failed, Page, State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { ask, newRequestId } from '../../shell/api.ts'
import { useAttempt } from '../../shell/attempt.ts'
import { usePages } from '../../shell/paging.ts'
import { changedHere } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { BatchDrawer } from './batch.tsx'
import { STATES } from './words.ts'

const PAGE = 50
const rowsOf = (answer: BillBatchList): readonly BillBatchHead[] => answer.batches
/** A file to begin from; the first line is what the platform knows the columns by. */
const EXAMPLE =
  '\uFEFF缴费单号,缴费项目,户号,缴费人,手机号,账单名称,所属期,金额,截止日期\r\nSF202612-0001,WATER-01,10086001,张三,13800000000,11 月水费,2026-11,128.60,2026-12-31\r\n'

/** 批量开单: a file is checked row by row, its report read, and the bills issued wholly or not at all. */
export default function BillBatchesPage() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const { busy, refused, attempt } = useAttempt()
  const list = usePages<BillBatchList, BillBatchHead>('merchants', '/api/bill-batches', { limit: PAGE }, rowsOf, {
    cursor: 'before',
    placeOf: ({ checked_at }) => checked_at,
  })
  const check = (file: File): Promise<boolean> =>
    attempt(async () => {
      const found = await ask<BillBatchView>('POST', '/api/bill-batches', {
        query: { id: newRequestId(), name: file.name },
        body: file,
      })
      await changedHere(['merchants'])
      address.set({ batch: found.batch_id }, { step: true })
    })
  return (
    <Page title={t('批量开单', 'Bill batches')}>
      <div className="stack">
        {may('order.issue') && (
          <div>
            <Spin spinning={busy} description={t('正在逐行预检', 'Checking row by row')}>
              <Upload.Dragger
                accept=".csv,.xlsx,.txt"
                showUploadList={false}
                disabled={busy}
                beforeUpload={file => {
                  void check(file)
                  return false
                }}
              >
                <p className="ant-upload-drag-icon">
                  <InboxOutlined />
                </p>
                <p className="ant-upload-text">
                  {t('把账单文件拖到这里，或点按选择', 'Drop a file of bills here, or choose one')}
                </p>
                <p className="quiet">
                  {t(
                    'CSV 或 xlsx。先预检，看过报告再开单；有一行错误就整批不开。',
                    'CSV or xlsx. It is checked first; nothing is issued before you have seen the report, and nothing at all while a row is wrong.',
                  )}
                </p>
              </Upload.Dragger>
            </Spin>
            <Button
              type="link"
              style={{ paddingInline: 0 }}
              onClick={() => saveText('账单模板.csv', EXAMPLE, 'text/csv')}
            >
              {t('下载模板', 'An example to begin from')}
            </Button>
          </div>
        )}
        {refused && <Failed error={refused} />}
        <PagedListing<BillBatchHead>
          label={t('批次', 'Batches')}
          list={list}
          keyOf={({ batch_id }) => batch_id}
          chosen={address.get('batch')}
          open={({ batch_id }) => address.set({ batch: batch_id }, { step: true })}
          empty={t('还没有上传过账单文件', 'No file of bills was uploaded yet')}
          columns={[
            {
              title: t('文件', 'File'),
              head: true,
              render: ({ file }) => file,
            },
            { title: t('状态', 'State'), head: true, render: ({ state }) => <State of={state} looks={STATES} /> },
            { title: t('行数', 'Rows'), right: true, render: ({ records }) => records },
            { title: t('可开单', 'Bills'), right: true, render: ({ bills }) => bills },
            {
              title: t('错误 / 提醒', 'Errors / warnings'),
              right: true,
              render: ({ errors, warnings }) => (
                <>
                  <span className={errors > 0 ? 'wrong' : ''}>{errors}</span> / {warnings}
                </>
              ),
            },
            { title: t('预检', 'Checked'), render: ({ checked_at }) => <When at={checked_at} whole /> },
            { title: t('开单', 'Issued'), render: ({ issued_at }) => <When at={issued_at} whole /> },
          ]}
        />
        {!may('order.issue') && (
          <Alert type="info" title={t('开单须有相应权限', 'Issuing needs a permission of its own')} />
        )}
      </div>
      <BatchDrawer id={address.get('batch')} close={() => address.set({ batch: null })} />
    </Page>
  )
}

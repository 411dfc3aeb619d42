import { PaperClipOutlined } from '@ant-design/icons'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { OwnAppealView } from '../../../../src/appeals/api.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Loading, Page, State } from '../../pieces/states.tsx'
import { ChannelName, Num, When } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { Sum } from '../pay/bill.tsx'
import { APPEAL_LOOKS } from '../pay/words.ts'
import { KIND_WORDS, VERDICT_WORDS } from './words.ts'

/** One appeal: until when there will be an answer, or what it was. */
export default function OwnAppealPage() {
  const t = useText()
  const { appealId = '' } = useParams()
  const path = `/api/own/appeals/${encodeURIComponent(appealId)}`
  const { data, error, refetch } = useRead<OwnAppealView>('own', path, undefined, { every: 15_000, keep: false })
  return (
    <Page title={t('申诉', 'Appeal')} extra={data && <State of={data.state} looks={APPEAL_LOOKS} />}>
      {error && <Failed error={error} again={() => void refetch()} />}
      {!error && !data && <Loading rows={8} />}
      {data && <Shown appeal={data} />}
    </Page>
  )
}

function Shown({ appeal }: { readonly appeal: OwnAppealView }) {
  const t = useText()
  return (
    <>
      <Outcome appeal={appeal} />
      <dl className="bill bill-facts" style={{ marginTop: 12 }}>
        <dt>{t('缴费', 'Payment')}</dt>
        <dd>
          <Link to={`/own/records/${appeal.payment_no}`}>{appeal.title}</Link>
        </dd>
        <dt>{t('金额', 'Amount')}</dt>
        <dd>
          <Sum amount={appeal.amount} currency={appeal.currency} />
        </dd>
        <dt>{t('付款方式', 'By')}</dt>
        <dd>
          <ChannelName channel={appeal.channel} />
        </dd>
        <dt>{t('申诉事由', 'What is wrong')}</dt>
        <dd>{t(KIND_WORDS[appeal.kind])}</dd>
        {appeal.channel_trade_no !== '' && (
          <>
            <dt>{t('交易号', 'Transaction')}</dt>
            <dd>
              <Num>{appeal.channel_trade_no}</Num>
            </dd>
          </>
        )}
        <dt>{t('您的说明', 'Your words')}</dt>
        <dd style={{ whiteSpace: 'pre-wrap' }}>{appeal.text}</dd>
        <dt>{t('提交时间', 'Filed')}</dt>
        <dd>
          <When at={appeal.filed_at} whole />
        </dd>
        {appeal.vouchers.length > 0 && (
          <>
            <dt>{t('凭证', 'Evidence')}</dt>
            <dd>
              {appeal.vouchers.map(voucher => (
                <a
                  key={voucher.voucher_id}
                  href={`/api/own/vouchers/${encodeURIComponent(voucher.voucher_id)}`}
                  style={{ display: 'block', padding: '6px 0' }}
                  download
                >
                  <PaperClipOutlined aria-hidden="true" /> {voucher.name}
                </a>
              ))}
            </dd>
          </>
        )}
      </dl>
      {appeal.state === 'open' && <Withdraw appeal={appeal} />}
    </>
  )
}

function Outcome({ appeal }: { readonly appeal: OwnAppealView }) {
  const t = useText()
  switch (appeal.state) {
    case 'open':
      return (
        <Alert
          type={appeal.overdue ? 'warning' : 'info'}
          showIcon
          title={
            <>
              {appeal.overdue
                ? t('答复晚了，已催办。原定最晚：', 'The answer is late and has been urged. It was due by: ')
                : t('已受理，最晚答复时间：', 'Received. You have an answer by: ')}
              <When at={appeal.due_at} />
            </>
          }
        />
      )
    case 'answered':
      return (
        <Alert
          type={appeal.verdict === 'accepted' ? 'success' : 'info'}
          showIcon
          title={t(VERDICT_WORDS[appeal.verdict ?? ''] ?? { zh: '已答复', en: 'Answered' })}
          description={<span style={{ whiteSpace: 'pre-wrap' }}>{appeal.answer}</span>}
        />
      )
    case 'closed_by_reconciliation':
      return (
        <Alert
          type="success"
          showIcon
          title={t('这笔缴费已对账，申诉自动办结', 'The payment is reconciled; the appeal is settled by that')}
        />
      )
    case 'withdrawn':
      return <Alert type="info" showIcon title={t('您已撤回这件申诉', 'You took this appeal back')} />
  }
}

function Withdraw({ appeal }: { readonly appeal: OwnAppealView }) {
  const t = useText()
  const [open, setOpen] = useState(false)
  const withdraw = useDeed<OwnAppealView>(['own'])
  return (
    <div className="deeds">
      <Button size="large" onClick={() => setOpen(true)}>
        {t('撤回申诉', 'Take it back')}
      </Button>
      <ReasonDialog
        open={open}
        title={t('撤回这件申诉？', 'Take this appeal back?')}
        confirm={t('撤回', 'Take back')}
        reason="none"
        close={() => setOpen(false)}
        decide={() =>
          withdraw.mutateAsync({
            method: 'POST',
            path: `/api/own/appeals/${encodeURIComponent(appeal.appeal_id)}/withdraw`,
          })
        }
      >
        {t('撤回后不再处理；以后仍可重新申诉。', 'Nobody will look into it any more; you may file another one later.')}
      </ReasonDialog>
    </div>
  )
}

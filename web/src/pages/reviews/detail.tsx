import { Alert, App, Button, Flex, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { ReviewView } from '../../../../src/reviews/api.ts'
import { Facts, Part } from '../../pieces/facts.tsx'
import { useMerchants } from '../../pieces/merchants.ts'
import { useCauseNames } from '../../pieces/names.ts'
import { spoken } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Loading, State } from '../../pieces/states.tsx'
import { ChannelName, Money, When } from '../../pieces/values.tsx'
import { ownVoucherPath, VoucherList } from '../../pieces/vouchers.tsx'
import type { Refused } from '../../shell/api.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { BeforeAfter, CellOf } from './cells.tsx'
import { comparedFields, factCell, whyNot } from './comparison.ts'
import { namesOfCodes, pageOfObject, permissionWords, REVIEW_STATES } from './names.ts'

export type Kinds = readonly {
  readonly kind: string
  readonly decide: string
  readonly zh: string
  readonly en: string
}[]

/** One question to a second person, with all that he needs to decide it. `decided` is told when it is over. */
export function ReviewDetail({
  reviewId,
  kinds,
  decided,
}: {
  readonly reviewId: string
  readonly kinds: Kinds
  readonly decided: (reviewId: string) => void
}) {
  const { data, error, refetch } = useRead<ReviewView>('reviews', `/api/reviews/${reviewId}`, {}, { keep: false })
  if (error && !data) return <Failed error={error as Refused} again={() => void refetch()} />
  if (!data) return <Loading rows={10} />
  return <ReviewPaper review={data} kinds={kinds} decided={decided} />
}

function ReviewPaper({
  review,
  kinds,
  decided,
}: {
  readonly review: ReviewView
  readonly kinds: Kinds
  readonly decided: (reviewId: string) => void
}) {
  const t = useText()
  const causeName = useCauseNames()
  const { nameOf: merchantName } = useMerchants()
  const nameOf = namesOfCodes(causeName)
  const fields = comparedFields(review.before, review.after, { currency: review.currency, nameOf })
  const object = pageOfObject(review.object)
  return (
    <article aria-label={t(review.kind_zh, review.kind_en)}>
      <Part title={t(review.kind_zh, review.kind_en)} extra={<State of={review.state} looks={REVIEW_STATES} />}>
        {review.amount !== null && (
          <div className="big-amount">
            <Money amount={review.amount} currency={review.currency ?? 'CNY'} />
          </div>
        )}
        <Facts
          of={[
            { name: t('申请人', 'Asked by'), value: spoken(t, review.asked_name || review.asked_by) },
            { name: t('申请时间', 'Asked at'), value: <When at={review.asked_at} whole /> },
            ...(review.state === 'open'
              ? [
                  {
                    name: t('复核时限', 'Decide until'),
                    value: review.expires_at ? <When at={review.expires_at} whole /> : t('不限', 'No limit'),
                  },
                ]
              : []),
            ...(review.merchant_no
              ? [{ name: t('收费单位', 'Merchant'), value: merchantName(review.merchant_no) }]
              : []),
            ...(review.channel
              ? [{ name: t('渠道', 'Channel'), value: <ChannelName channel={review.channel} /> }]
              : []),
          ]}
        />
        <Typography.Paragraph className="reason-said">
          <span className="quiet">{t('申请理由：', 'Reason: ')}</span>
          {review.reason}
        </Typography.Paragraph>
        {object && <Link to={object}>{t('查看相关业务', 'See what it is about')}</Link>}
      </Part>
      <Part title={t('事实', 'Facts')}>
        <Facts
          of={review.facts.map(fact => ({
            name: t(fact.zh, fact.en),
            value: <CellOf cell={factCell(fact.en, fact.value, nameOf)} />,
          }))}
        />
      </Part>
      {fields.length > 0 && (
        <Part title={t('变更对照', 'Before and after')}>
          <BeforeAfter fields={fields} />
        </Part>
      )}
      <Part title={t('凭证', 'Vouchers')}>
        <VoucherList vouchers={review.vouchers} pathOf={ownVoucherPath} />
      </Part>
      {review.state !== 'open' && (
        <Part title={t('结果', 'Outcome')}>
          <Facts
            of={[
              { name: t('状态', 'State'), value: <State of={review.state} looks={REVIEW_STATES} /> },
              { name: t('处理人', 'By'), value: spoken(t, review.decided_name || '—') },
              { name: t('时间', 'At'), value: <When at={review.ended_at} whole /> },
              { name: t('意见', 'Words'), value: review.ended_why || '—' },
            ]}
          />
        </Part>
      )}
      <Decision key={review.review_id} review={review} kinds={kinds} decided={decided} />
    </article>
  )
}

type Verdict = 'approve' | 'refuse' | 'withdraw'

function Decision({
  review,
  kinds,
  decided,
}: {
  readonly review: ReviewView
  readonly kinds: Kinds
  readonly decided: (reviewId: string) => void
}) {
  const t = useText()
  const { message } = App.useApp()
  const { may } = useSession()
  const [asking, setAsking] = useState<Verdict | null>(null)
  const deed = useDeed(['reviews', 'discrepancies', 'refunds', 'settlements', 'items', 'days', 'statements', 'rules'])
  if (review.state !== 'open') return null
  const needs = kinds.find(({ kind }) => kind === review.kind)?.decide
  const why = whyNot({
    state: review.state,
    mine: review.mine,
    mayDecide: review.may_decide,
    late: review.expires_at !== null && Date.parse(review.expires_at) <= Date.now(),
    mayReview: may('review.decide'),
    lacks: needs !== undefined && !may(needs) ? (permissionWords(needs) ?? null) : null,
  })
  const mayWithdraw = review.mine && may('review.ask')
  const words = {
    approve: {
      title: t('同意这项申请', 'Approve this'),
      confirm: t('同意', 'Approve'),
      done: t('已同意，并已执行', 'Approved, and done'),
    },
    refuse: { title: t('拒绝这项申请', 'Refuse this'), confirm: t('拒绝', 'Refuse'), done: t('已拒绝', 'Refused') },
    withdraw: {
      title: t('撤回我的申请', 'Withdraw my question'),
      confirm: t('撤回', 'Withdraw'),
      done: t('已撤回', 'Withdrawn'),
    },
  }
  return (
    <div className="act-bar">
      {why && <Alert type="info" showIcon title={t(why)} className="why-not" />}
      {review.may_decide && (
        <Flex gap={8}>
          <Button type="primary" onClick={() => setAsking('approve')}>
            {t('同意', 'Approve')}
          </Button>
          <Button danger onClick={() => setAsking('refuse')}>
            {t('拒绝', 'Refuse')}
          </Button>
        </Flex>
      )}
      {mayWithdraw && <Button onClick={() => setAsking('withdraw')}>{t('撤回申请', 'Withdraw')}</Button>}
      {asking && (
        <ReasonDialog
          open
          title={words[asking].title}
          confirm={words[asking].confirm}
          danger={asking === 'refuse'}
          reason={asking === 'refuse' ? 'needed' : 'free'}
          close={() => setAsking(null)}
          decide={async reason => {
            await deed.mutateAsync({
              method: 'POST',
              path: `/api/reviews/${review.review_id}/${asking}`,
              body: reason === '' ? {} : { reason },
            })
            void message.success(words[asking].done)
            decided(review.review_id)
          }}
        >
          <p>
            {asking === 'approve'
              ? t('同意后立即执行，且不能撤销。', 'It is done at once, and cannot be taken back.')
              : asking === 'refuse'
                ? t(
                    '拒绝后，被占用的对象随即释放；申请人会看到您的理由。',
                    'What was held is free again; whoever asked sees your reason.',
                  )
                : t(
                    '撤回后，被占用的对象随即释放，可以重新申请。',
                    'What was held is free again, and can be asked for anew.',
                  )}
          </p>
        </ReasonDialog>
      )}
    </div>
  )
}

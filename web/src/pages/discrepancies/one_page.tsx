import { ArrowLeftOutlined } from '@ant-design/icons'
import { Flex } from 'antd'
import { Link, useNavigate, useParams } from 'react-router'
import type { CauseDetail } from '../../../../src/causes/api.ts'
import type { DiscrepancyDetail } from '../../../../src/discrepancies/api.ts'
import { Comments } from '../../pieces/comments.tsx'
import { actionWords, DISCREPANCY_STATES, KIND_LOOKS } from '../../pieces/discrepancy_words.ts'
import { Facts, Part } from '../../pieces/facts.tsx'
import { useMerchants } from '../../pieces/merchants.ts'
import { useCauseNames } from '../../pieces/names.ts'
import { spoken } from '../../pieces/phrases.ts'
import { Failed, Loading, Page, State } from '../../pieces/states.tsx'
import { ChannelName, Money, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useLang, useText } from '../../shell/text.ts'
import { Acting } from './acting.tsx'
import { ComparedTable, RowCards } from './evidence.tsx'
import { actWords } from './evidence_words.ts'
import { PaymentsOf } from './payments.tsx'
import { DueOf } from './row.tsx'
import { VoucherPart } from './voucher_part.tsx'
import './discrepancies.css'

/** One discrepancy: what both sides say, why, and what can be done. */
export default function OneDiscrepancy() {
  const { discrepancyId = '' } = useParams()
  const { data, error, refetch } = useRead<DiscrepancyDetail>(
    'discrepancies',
    `/api/discrepancies/${encodeURIComponent(discrepancyId)}`,
    {},
    { keep: false },
  )
  const t = useText()
  const navigate = useNavigate()
  return (
    <Page
      title={
        <Flex gap={10} align="center" wrap>
          <a
            href="/app/discrepancies"
            aria-label={t('返回列表', 'Back to the list')}
            onClick={event => {
              event.preventDefault()
              // Back to the list as it was filtered, where he came from one.
              if (window.history.state?.idx > 0) void navigate(-1)
              else void navigate('/discrepancies')
            }}
          >
            <ArrowLeftOutlined />
          </a>
          {data ? t(KIND_LOOKS[data.kind]) : t('差错', 'Discrepancy')} {discrepancyId}
          {data && <State of={data.state} looks={DISCREPANCY_STATES} />}
        </Flex>
      }
    >
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : data ? (
        <Paper of={data} />
      ) : (
        <Loading rows={14} />
      )}
    </Page>
  )
}

function Paper({ of }: { readonly of: DiscrepancyDetail }) {
  const t = useText()
  const lang = useLang()
  const { may } = useSession()
  const causeName = useCauseNames()
  const { nameOf: merchantName } = useMerchants()
  const path = `/api/discrepancies/${of.discrepancy_id}`
  return (
    <>
      <Part title={lang === 'zh' ? of.evidence_zh : of.evidence_en}>
        <Facts
          of={[
            { name: t('金额', 'Amount'), value: <Money amount={of.amount} currency={of.currency} /> },
            {
              name: t('差额（渠道减平台）', 'Difference (theirs minus ours)'),
              value: of.by_currency ? (
                Object.entries(of.by_currency).map(([code, amount]) => (
                  <div key={code}>
                    <Money amount={amount} currency={code} signed />
                  </div>
                ))
              ) : (
                <strong>
                  <Money amount={of.difference} currency={of.currency} signed />
                </strong>
              ),
            },
            {
              name: t('账户', 'Account'),
              value: (
                <>
                  <ChannelName channel={of.channel} /> {of.account}
                </>
              ),
            },
            { name: t('收费单位', 'Merchant'), value: merchantName(of.merchant_no) || '—' },
            {
              name: t('账期', 'Business day'),
              value: of.day === of.business_date ? of.day : `${of.business_date} → ${of.day}`,
            },
            { name: t('发现', 'Found'), value: <When at={of.opened_at} /> },
            { name: t('时限', 'Due'), value: <DueOf of={of} /> },
            { name: t('处理人', 'Owner'), value: of.owner_name || of.owner || t('未受理', 'Nobody') },
            { name: t('规则版本', 'Rules'), value: t(`第 ${of.rules_version} 版`, `version ${of.rules_version}`) },
          ]}
        />
        {of.waits_why !== '' && of.waits_until !== null && (
          <p>
            {t('等待原因：', 'Waits because: ')}
            {of.waits_why}
          </p>
        )}
      </Part>
      {of.ended_at !== null && <Ending of={of} causeName={causeName} />}
      <LikelyCause of={of} />
      <Part title={t('两边依据', 'What both sides say')}>
        <ComparedTable of={of} />
        <RowCards rows={of.rows} />
        {of.linked_to.length > 0 && (
          <p>
            {t('重复的原笔：', 'It repeats: ')}
            {of.linked_to.map(each => (
              <Num key={each}>{each}</Num>
            ))}
          </p>
        )}
      </Part>
      {of.payments.length > 0 && <PaymentsOf of={of} />}
      <div className="sides">
        <Part title={t('备注', 'Comments')}>
          <Comments
            comments={of.comments}
            path={may('discrepancy.handle') ? `${path}/comments` : null}
            changes={['discrepancies']}
          />
        </Part>
        <VoucherPart of={of} />
      </div>
      <Part title={t('操作记录', 'History')}>
        <ul className="plain-list">
          {of.history.map(entry => (
            <li key={`${entry.at} ${entry.what} ${entry.by}`}>
              <When at={entry.at} whole /> · {spoken(t, entry.by_name || entry.by)} ·{' '}
              {t(actWords(entry.what, actionWords))}
            </li>
          ))}
        </ul>
      </Part>
      <Acting of={of} causeName={causeName} />
    </>
  )
}

function Ending({ of, causeName }: { readonly of: DiscrepancyDetail; readonly causeName: (code: string) => string }) {
  const t = useText()
  const action = actionWords(of.action)
  return (
    <Part title={t('处理结果', 'How it ended')}>
      <Facts
        of={[
          { name: t('结果', 'State'), value: <State of={of.state} looks={DISCREPANCY_STATES} /> },
          { name: t('方式', 'By'), value: action ? t(action) : of.action || t('对账自动对平', 'A run') },
          {
            name: t('处理人', 'Who'),
            value: of.ended_by === 'platform' ? t('平台', 'The platform') : of.ended_by || '—',
          },
          { name: t('时间', 'When'), value: <When at={of.ended_at} whole /> },
          ...(of.true_cause === ''
            ? []
            : [{ name: t('认定的原因', 'Cause as it turned out'), value: causeName(of.true_cause) }]),
          ...(of.reason === '' ? [] : [{ name: t('理由', 'Reason'), value: of.reason }]),
          ...(of.replaced_by === null
            ? []
            : [
                {
                  name: t('现在是', 'It is now'),
                  value: (
                    <Link to={`/discrepancies/${of.replaced_by}`}>
                      {t(`差错 ${of.replaced_by}`, `discrepancy ${of.replaced_by}`)}
                    </Link>
                  ),
                },
              ]),
        ]}
      />
    </Part>
  )
}

function LikelyCause({ of }: { readonly of: DiscrepancyDetail }) {
  const t = useText()
  const { data } = useRead<CauseDetail>('discrepancies', `/api/causes/${of.cause}`)
  if (!data) return null
  const usual = actionWords(data.usual_action)
  return (
    <Part
      title={t(`可能原因：${data.name_zh}`, `Likely cause: ${data.name_en}`)}
      extra={<Link to={`/causes?cause=${of.cause}`}>{t('查看场景库', 'See the library')}</Link>}
    >
      <Facts
        of={[
          { name: t('怎样认出', 'How it is recognised'), value: t(data.recognised_zh, data.recognised_en) },
          { name: t('建议处理', 'What to do'), value: t(data.what_to_do_zh, data.what_to_do_en) },
          { name: t('找谁确认', 'Whom to ask'), value: t(data.whom_to_ask_zh, data.whom_to_ask_en) || '—' },
          { name: t('常用操作', 'Usual action'), value: usual ? t(usual) : t('不需要操作', 'Nothing') },
        ]}
      />
    </Part>
  )
}

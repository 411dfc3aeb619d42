import { Button, Grid, Result, Segmented, Select } from 'antd'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { Link } from 'react-router'
import type { DiscrepancyDetail, MatchAnswer, OpenRowList, OpenRowView } from '../../../../src/discrepancies/api.ts'
import { Loading, Nothing, Page } from '../../pieces/states.tsx'
import { CHANNEL_NAMES, Money } from '../../pieces/values.tsx'
import { useFilters } from '../../shell/address.ts'
import { ask } from '../../shell/api.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { MatchDialog } from './match_dialog.tsx'
import { type AccountOf, MatchPane } from './match_pane.tsx'
import { keyOf, type Picked, type Side, standingOf, toggled } from './picking.ts'
import './discrepancies.css'

/** 手工匹配: rows of both sides are picked, with what is left between them shown all the time. */
export default function MatchPage() {
  const t = useText()
  const [filters, change] = useFilters(['with', 'channel', 'account', 'currency'])
  const { data: first } = useRead<DiscrepancyDetail>(
    'discrepancies',
    `/api/discrepancies/${filters.with}`,
    {},
    {
      enabled: filters.with !== '',
    },
  )
  const currency = filters.currency || first?.currency || 'CNY'
  const channel = filters.channel || first?.channel || ''
  const account = filters.account || first?.account || ''
  const loading = filters.with !== '' && !first
  return (
    <Page
      title={t('手工匹配', 'Match by hand')}
      extra={
        <AccountChoice
          chosen={channel === '' ? '' : `${channel}/${account}`}
          choose={(nextChannel, nextAccount) =>
            change({ channel: nextChannel, account: nextAccount, currency: '', with: '' })
          }
        />
      }
    >
      {loading ? (
        <Loading rows={10} />
      ) : channel === '' ? (
        <Nothing
          what={t(
            '先选择渠道账户：一组匹配只能在同一账户、同一币种内',
            'Choose an account first: a match lies within one account and one currency',
          )}
        />
      ) : (
        <Matching key={`${channel} ${account} ${currency}`} of={{ channel, account, currency }} begin={filters.with} />
      )}
    </Page>
  )
}

type DayList = { readonly days: readonly { readonly channel: string; readonly account: string }[] }

function AccountChoice({
  chosen,
  choose,
}: {
  readonly chosen: string
  readonly choose: (channel: string, account: string) => void
}) {
  const t = useText()
  const { may } = useSession()
  const { data } = useRead<DayList>('days', '/api/days', {}, { enabled: may('day.read') })
  const options = useMemo(() => {
    const found = new Set([...(data?.days ?? []).map(day => `${day.channel}/${day.account}`), chosen])
    return [...found]
      .filter(each => each !== '')
      .sort()
      .map(value => {
        const [channel = '', account = ''] = value.split('/')
        const name = CHANNEL_NAMES[channel]
        return { value, label: `${name ? t(name) : channel} ${account}` }
      })
  }, [data, chosen, t])
  return (
    <Select
      aria-label={t('渠道账户', 'Account')}
      {...(chosen === '' ? {} : { value: chosen })}
      placeholder={t('选择渠道账户', 'Choose an account')}
      style={{ minWidth: 200 }}
      options={options}
      onChange={(value: string) => {
        const [channel = '', account = ''] = value.split('/')
        choose(channel, account)
      }}
    />
  )
}

function Matching({ of, begin }: { readonly of: AccountOf; readonly begin: string }) {
  const t = useText()
  const wide = Grid.useBreakpoint().sm ?? true
  const [picked, setPicked] = useState<Picked>(new Map())
  const [pinned, setPinned] = useState<readonly OpenRowView[]>([])
  const [side, setSide] = useState<Side>('ours')
  const [asking, setAsking] = useState(false)
  const [answer, setAnswer] = useState<MatchAnswer | null>(null)
  const startWith = useCallback((rows: readonly OpenRowView[]): void => {
    setPinned(rows)
    setPicked(new Map(rows.map(row => [keyOf(row), row])))
  }, [])
  useBeginning(of, begin, startWith)
  const standing = standingOf(picked, of.currency)
  const toggle = (row: OpenRowView): void => setPicked(before => toggled(before, row))
  if (answer) return <WhereItWent answer={answer} again={() => setAnswer(null)} />
  const pane = (which: Side) => (
    <MatchPane
      side={which}
      of={of}
      picked={picked}
      pinned={pinned}
      standing={standing}
      toggle={toggle}
      viewport={wide ? 'calc(100dvh - 300px)' : 'calc(100dvh - 400px)'}
    />
  )
  return (
    <>
      {wide ? (
        <div className="sides">
          {pane('ours')}
          {pane('theirs')}
        </div>
      ) : (
        <>
          <Segmented<Side>
            block
            value={side}
            onChange={setSide}
            options={[
              { value: 'ours', label: `1 ${t('平台记录', 'Ours')} (${standing.ours.rows})` },
              { value: 'theirs', label: `2 ${t('渠道账单', 'Theirs')} (${standing.theirs.rows})` },
            ]}
          />
          {pane(side)}
        </>
      )}
      <section className="act-bar match-bar" aria-label={t('已选记录', 'Picked rows')} aria-live="polite">
        <span>
          {t('平台', 'Ours')} {standing.ours.rows} · <Money amount={standing.ours.sum} currency={of.currency} />
        </span>
        <span>
          {t('渠道', 'Theirs')} {standing.theirs.rows} · <Money amount={standing.theirs.sum} currency={of.currency} />
        </span>
        <span className={standing.agrees && standing.ready ? 'rest rest-zero' : 'rest'} data-testid="rest">
          {t('差额', 'Difference')} <Money amount={standing.rest} currency={of.currency} signed />
        </span>
        <span className="bar-end">
          {picked.size > 0 && (
            <Button type="text" onClick={() => setPicked(new Map())}>
              {t('清空', 'Clear')}
            </Button>
          )}
          <Button type="primary" disabled={!standing.ready} onClick={() => setAsking(true)}>
            {standing.agrees ? t('匹配', 'Match') : t('带差额匹配', 'Match with a difference')}
          </Button>
        </span>
      </section>
      {asking && (
        <MatchDialog
          picked={picked}
          standing={standing}
          currency={of.currency}
          close={() => setAsking(false)}
          done={made => {
            setAsking(false)
            setPinned([])
            setPicked(new Map())
            setAnswer(made)
          }}
        />
      )}
    </>
  )
}

/** Rows of the discrepancy that he came from are picked to begin with. */
function useBeginning(
  { channel, account, currency }: AccountOf,
  begin: string,
  startWith: (rows: readonly OpenRowView[]) => void,
): void {
  useEffect(() => {
    if (begin === '') return
    const gone = new AbortController()
    const query = { channel, account, currency, discrepancy_id: begin }
    const read = (side: Side) =>
      ask<OpenRowList>('GET', '/api/discrepancy-rows', { query: { ...query, side }, signal: gone.signal })
    void Promise.all([read('ours'), read('theirs')]).then(
      answers => startWith(answers.flatMap(({ rows }) => rows)),
      // Then nothing is picked, and the panes say what is wrong.
      () => {},
    )
    return () => gone.abort()
  }, [begin, channel, account, currency, startWith])
}

function WhereItWent({ answer, again }: { readonly answer: MatchAnswer; readonly again: () => void }) {
  const t = useText()
  const { may } = useSession()
  const waits = answer.outcome === 'awaiting_review'
  return (
    <Result
      status={waits ? 'info' : 'success'}
      title={waits ? t('已提交复核', 'Submitted for review') : t('已匹配', 'Matched')}
      subTitle={
        waits
          ? t(
              '第二人同意后生效；在此之前这些记录不能另作处理。',
              'It holds when a second person agrees; until then nothing else can be done about these rows.',
            )
          : t(
              `匹配组 ${answer.match_group}；所在差错已对平，可在关账前拆开。`,
              `Match ${answer.match_group}; its discrepancies are explained, and it can be taken apart until the day closes.`,
            )
      }
      extra={[
        waits && may('review.read') ? (
          <Link key="review" to={`/reviews/${answer.review_id}`}>
            {t('查看复核申请', 'See the review')}
          </Link>
        ) : null,
        <Button key="again" type="primary" onClick={again}>
          {t('继续匹配', 'Match more')}
        </Button>,
        <Link key="list" to="/discrepancies?state=explained">
          {t('查看已对平的差错', 'See explained discrepancies')}
        </Link>,
      ]}
    />
  )
}

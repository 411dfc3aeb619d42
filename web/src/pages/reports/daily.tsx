import { Alert, Button, Checkbox, Dropdown, Flex, Input } from 'antd'
import { useState } from 'react'
import type { DayList } from '../../../../src/reconciliation/days/api.ts'
import type { DailyView } from '../../../../src/reports/api.ts'
import { counted } from '../../pieces/phrases.ts'
import { Failed, Loading, Nothing, State } from '../../pieces/states.tsx'
import { ChannelName, localOf, Money, When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { useExport } from './use_export.ts'
import { DAY_STATES, FORMATS } from './words.ts'

type Day = DailyView['days'][number]

/** The day before an instant's, in Beijing: what is reconciled in the morning. */
const dayBefore = (now: Date): string => localOf(new Date(now.getTime() - 24 * 3_600_000)).day

/** The newest day that has a proof; before there is any, yesterday. `undefined` until it is known. */
function useNewestDay(): string | undefined {
  const { data } = useRead<DayList>('days', '/api/days')
  if (!data) return undefined
  const proven = data.days.filter(({ proof }) => proof !== null).map(day => day.business_date)
  return proven.sort().at(-1) ?? dayBefore(new Date())
}

/** The report of one business day: for each channel the way from our total to theirs. */
export function Daily() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const newest = useNewestDay()
  const date = address.get('date') || newest || ''
  const { start, busy } = useExport()
  const [matches, setMatches] = useState(false)
  const { data, error, refetch } = useRead<DailyView>('days', `/api/reports/daily/${date}`, undefined, {
    enabled: date !== '',
  })
  return (
    <div className="stack">
      <Flex wrap gap={8} align="center">
        <label htmlFor="daily-date">{t('账期', 'Business day')}</label>
        <Input
          id="daily-date"
          type="date"
          value={date}
          style={{ width: 160 }}
          onChange={event => event.target.value !== '' && address.set({ date: event.target.value })}
        />
        {may('report.export') && (
          <>
            <Dropdown
              trigger={['click']}
              menu={{
                items: ['xlsx', 'pdf'].map(format => ({ key: format, label: FORMATS[format] ?? format })),
                onClick: ({ key }) =>
                  void start({
                    format: key as 'xlsx' | 'pdf',
                    daily: { date, ...(matches && key === 'xlsx' ? { matches: true } : {}) },
                  }),
              }}
            >
              <Button type="primary" loading={busy}>
                {t('导出日报', 'Export')}
              </Button>
            </Dropdown>
            <Checkbox checked={matches} onChange={event => setMatches(event.target.checked)}>
              {t('含已对平明细（Excel）', 'With all matches (Excel)')}
            </Checkbox>
          </>
        )}
      </Flex>
      {error && <Failed error={error} again={() => void refetch()} />}
      {!data && !error && <Loading rows={10} />}
      {data?.days.length === 0 && (
        <div className="listing-empty">
          <Nothing what={t('该账期没有对账', 'Nothing was reconciled on this day')} />
        </div>
      )}
      <div className="panels">
        {data?.days.map(day => (
          <DayCard key={`${day.channel} ${day.account} ${day.currency}`} day={day} />
        ))}
      </div>
    </div>
  )
}

function DayCard({ day }: { readonly day: Day }) {
  const t = useText()
  const line = (name: string, rows: number | null, amount: string, strong = false) => (
    <tr className={strong ? 'strong' : ''}>
      <th scope="row" className="step">
        {name}
      </th>
      <td>{rows ?? ''}</td>
      <td>
        <Money amount={amount} currency={day.currency} />
      </td>
    </tr>
  )
  return (
    <section className="panel" aria-label={`${day.channel} ${day.account}`}>
      <Flex justify="space-between" align="center" wrap gap={8}>
        <b>
          <ChannelName channel={day.channel} /> <span className="quiet">{day.account}</span>
        </b>
        <State of={day.state} looks={DAY_STATES} />
      </Flex>
      <table className="daily-proof">
        <thead>
          <tr>
            <th scope="col" className="head">
              <span className="only-read">{t('步骤', 'Step')}</span>
            </th>
            <th scope="col" className="head">
              {t('笔数', 'Rows')}
            </th>
            <th scope="col" className="head">
              {t('金额', 'Amount')}
            </th>
          </tr>
        </thead>
        <tbody>
          {line(t('平台净额', 'Our net'), day.ours.rows, day.ours.amount, true)}
          {day.steps
            .filter(({ rows, amount }) => rows > 0 || !/^-?0(\.0+)?$/.test(amount))
            .map(step => (
              <tr key={step.step}>
                <th scope="row" className="step">
                  {t(step)}
                </th>
                <td>{step.rows}</td>
                <td>
                  <Money amount={step.amount} currency={day.currency} signed />
                </td>
              </tr>
            ))}
          {line(t('应有渠道净额', 'So theirs should be'), null, day.reached, true)}
          {line(t('渠道净额', 'Their net'), day.theirs.rows, day.theirs.amount, true)}
        </tbody>
      </table>
      {day.balanced ? (
        <div>
          <span className="right">✓ {t('平衡', 'Balanced')}</span>
          <span className="quiet">
            {' · '}
            {t(`对平 ${day.matched_rows} 行`, `${counted(day.matched_rows, 'row')} matched`)}
            {day.match_rate !== null && ` · ${day.match_rate}%`}
          </span>
        </div>
      ) : (
        <Alert type="error" showIcon title={t('不平衡', 'It does not balance')} />
      )}
      <div className="quiet">
        {day.closed_at ? (
          <>
            {t('关账 ', 'Closed ')}
            <When at={day.closed_at} whole />
          </>
        ) : (
          day.blocked
        )}
      </div>
    </section>
  )
}

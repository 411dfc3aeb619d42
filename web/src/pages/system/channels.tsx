import { Skeleton, Typography } from 'antd'
import type { ChannelsView } from '../../../../src/state/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { Panel } from '../../pieces/panel.tsx'
import { counted } from '../../pieces/phrases.ts'
import { Nothing } from '../../pieces/states.tsx'
import { ChannelName, When } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { ANSWERS, KINDS, PAYMENT_STATES } from './words.ts'

type Account = ChannelsView['accounts'][number]
type Waiting = ChannelsView['waiting'][number]

/** How the channels answer, and what is asked about again. */
export function ChannelsPanel({ channels }: { readonly channels: ChannelsView | undefined }) {
  const t = useText()
  if (!channels) return <Skeleton active />
  return (
    <>
      <Panel
        title={t('渠道', 'Channels')}
        said={t(`渠道（近 ${channels.hours} 小时）`, `Channels (last ${counted(channels.hours, 'hour')})`)}
      >
        <Listing<Account>
          label={t('渠道', 'Channels')}
          rows={channels.accounts}
          keyOf={({ channel, account }) => `${channel} ${account}`}
          empty={<Nothing what={t('尚无渠道活动', 'No channel has done anything yet')} />}
          columns={[
            {
              title: t('渠道', 'Channel'),
              head: true,
              render: ({ channel, account }) => (
                <>
                  <ChannelName channel={channel} /> <span className="quiet">{account}</span>
                </>
              ),
            },
            {
              title: t('支付成功 / 发起', 'Paid / started'),
              right: true,
              render: ({ paid, started }) => `${paid} / ${started}`,
            },
            {
              title: t('最近入账', 'Last booked'),
              render: ({ last_booked_at }) => <When at={last_booked_at} />,
            },
            {
              title: t('对账单', 'Statements'),
              render: ({ statements }) => <Statements statements={statements} />,
            },
            {
              title: t('被拒通知', 'Refused notices'),
              right: true,
              render: ({ notices_refused, refused_code }) =>
                notices_refused === 0 ? (
                  0
                ) : (
                  <span title={refused_code} className="wrong">
                    {notices_refused}
                  </span>
                ),
            },
          ]}
        />
      </Panel>
      <Panel title={t('补偿队列', 'Compensation queue')}>
        <Typography.Paragraph type="secondary">
          {t(
            '没有收到渠道通知的支付，平台会反复向渠道查询，直到有确定结果。',
            'Payments without a notice are asked about again and again until the channel gives a definite answer.',
          )}
        </Typography.Paragraph>
        <Listing<Waiting>
          label={t('补偿队列', 'Compensation queue')}
          rows={channels.waiting}
          keyOf={({ channel, state, answer }) => `${channel} ${state} ${answer}`}
          empty={<Nothing what={t('没有等待中的支付', 'No payment waits')} />}
          columns={[
            { title: t('渠道', 'Channel'), head: true, render: ({ channel }) => <ChannelName channel={channel} /> },
            { title: t('状态', 'State'), render: ({ state }) => t(PAYMENT_STATES[state] ?? { zh: state, en: state }) },
            {
              title: t('最近答复', 'Last answer'),
              render: ({ answer }) => t(ANSWERS[answer] ?? { zh: answer, en: answer }),
            },
            { title: t('笔数', 'Payments'), right: true, render: ({ count }) => count },
            { title: t('最早发起', 'Oldest'), render: ({ oldest }) => <When at={oldest} /> },
          ]}
        />
      </Panel>
    </>
  )
}

function Statements({ statements }: Pick<Account, 'statements'>) {
  const t = useText()
  if (statements.length === 0) return '—'
  return (
    <ul className="plain">
      {statements.map(({ kind, last_day, missing, trouble }) => (
        <li key={kind}>
          {t(KINDS[kind] ?? { zh: kind, en: kind })} {last_day ?? '—'}
          {missing > 0 && (
            <span className="wrong" title={trouble ? t(trouble) : undefined}>
              {' '}
              · {t(`缺 ${missing} 份`, `${missing} missing`)}
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

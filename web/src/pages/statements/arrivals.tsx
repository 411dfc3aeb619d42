import { CloudDownloadOutlined } from '@ant-design/icons'
import { useInfiniteQuery } from '@tanstack/react-query'
import { App, Button, Flex } from 'antd'
import { Link } from 'react-router'
import type { ArrivalList, ArrivalView } from '../../../../src/arrivals/api.ts'
import { counted } from '../../pieces/phrases.ts'
import { Failed, Loading, Nothing, State } from '../../pieces/states.tsx'
import { ChannelName, When } from '../../pieces/values.tsx'
import { ask, type Refused } from '../../shell/api.ts'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { ARRIVAL_LOOKS, arrivalLook, KIND_NAMES, SOURCE_NAMES } from './words.ts'

export type Filter = {
  readonly day: string
  readonly channel: string
  readonly account: string
  readonly state: string
}

/** What is expected of each account and day, the newest day first. */
export function Arrivals({ filter }: { readonly filter: Filter }) {
  const t = useText()
  const { data, error, isPending, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery<
    ArrivalList,
    Refused
  >({
    queryKey: ['statements', '/api/statement-arrivals', filter],
    queryFn: ({ pageParam, signal }) =>
      ask<ArrivalList>('GET', '/api/statement-arrivals', {
        query: { ...filter, after: pageParam as string, limit: 60 },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: page => page.next,
  })
  if (error) return <Failed error={error} again={() => void refetch()} />
  if (isPending) return <Loading rows={12} />
  const arrivals = data.pages.flatMap(page => page.arrivals)
  if (arrivals.length === 0) return <Nothing what={t('没有符合条件的对账单', 'No statement fits these filters')} />
  const days = [...Map.groupBy(arrivals, arrival => arrival.day)]
  return (
    <>
      {days.map(([day, own]) => (
        <section key={day} className="arrival-day">
          <h2>{day}</h2>
          <ul>
            {own.map(arrival => (
              <li key={arrival.arrival_id}>
                <Arrival arrival={arrival} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {hasNextPage && (
        <Button block loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('更早的', 'Earlier ones')}
        </Button>
      )}
    </>
  )
}

function Arrival({ arrival }: { readonly arrival: ArrivalView }) {
  const t = useText()
  const { may } = useSession()
  const look = arrivalLook(arrival, Date.now())
  const there = arrival.arrived_at ?? arrival.empty_at
  return (
    <div className="arrival">
      <div>
        <strong>
          <ChannelName channel={arrival.channel} /> {arrival.account}
        </strong>{' '}
        <span className="quiet">
          {t(KIND_NAMES[arrival.kind])} · {t(SOURCE_NAMES[arrival.source])}
        </span>
      </div>
      <State of={look} looks={ARRIVAL_LOOKS} />
      <div className="quiet">
        {there === null ? (
          <>
            {t('应到', 'Expected')} <When at={arrival.expected_at} />
            {arrival.next_try_at !== null && arrival.attempts > 0 && (
              <>
                {' · '}
                {t(`已取 ${arrival.attempts} 次，下次`, `tried ${counted(arrival.attempts, 'time')}, again`)}{' '}
                <When at={arrival.next_try_at} />
              </>
            )}
          </>
        ) : (
          <>
            {t('到达', 'Arrived')} <When at={there} />
          </>
        )}
        {arrival.error !== null && (
          <div className="wrong">{t({ zh: arrival.error.message_zh, en: arrival.error.message_en })}</div>
        )}
      </div>
      <Flex gap={8} wrap justify="end" align="center">
        {arrival.file_id !== null && (
          <Link to={`/statements/${arrival.file_id}`} className="arrival-file">
            {t('查看', 'Open')}
          </Link>
        )}
        {arrival.source === 'api' && may('statement.upload') && <FetchNow arrival={arrival} />}
      </Flex>
    </div>
  )
}

function FetchNow({ arrival }: { readonly arrival: ArrivalView }) {
  const t = useText()
  const { message } = App.useApp()
  const fetchNow = useDeed<ArrivalView>(['statements'])
  const words = arrival.file_id === null ? t('立即下载', 'Fetch now') : t('重新下载', 'Fetch again')
  return (
    <Button
      icon={<CloudDownloadOutlined />}
      loading={fetchNow.isPending}
      aria-label={`${words} ${arrival.account} ${arrival.day}`}
      onClick={() =>
        fetchNow.mutate(
          {
            method: 'POST',
            path: `/api/statement-arrivals/${arrival.arrival_id}/fetch`,
          },
          {
            onSuccess: () =>
              void message.success(t('已安排下载，到达后这里自动更新', 'It is being fetched; this list renews itself')),
            onError: error => void message.error(t(error.words)),
          },
        )
      }
    >
      {words}
    </Button>
  )
}

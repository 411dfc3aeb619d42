import type { RefusedList } from '../../../../src/orders/api.ts'
import { Rows } from '../../pieces/rows.tsx'
import { Failed, Loading, Nothing } from '../../pieces/states.tsx'
import { ChannelName, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { refusedWords } from './refused_words.ts'

/** What came to the address of channels and was not taken: a forgery, a wrong key, a wrong setting. */
export function RefusedNotices() {
  const t = useText()
  const { data, error, refetch } = useRead<RefusedList>('payments', '/api/refused-notices')
  if (error && !data) return <Failed error={error} again={() => void refetch()} />
  if (!data) return <Loading rows={6} />
  if (data.notices.length === 0)
    return <Nothing what={t('没有被拒绝的渠道通知', 'No notice of a channel was refused')} />
  return (
    <Rows
      rows={data.notices}
      keyOf={row => `${row.at} ${row.address} ${row.code}`}
      height={72}
      viewport="calc(100dvh - 230px)"
      label={t('被拒通知', 'Refused notices')}
      render={row => (
        <div className="row-link">
          <div className="row-line">
            <strong>{t(refusedWords(row.code))}</strong>
            <When at={row.at} whole />
          </div>
          <div className="row-line quiet">
            <span>
              <ChannelName channel={row.channel} /> {row.account} · {t('来自', 'from')} {row.address}
            </span>
          </div>
          <div className="quiet break">{row.excerpt}</div>
        </div>
      )}
    />
  )
}

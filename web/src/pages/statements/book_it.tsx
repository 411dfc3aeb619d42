import { Alert, Button, Flex, Input, Select } from 'antd'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import type { FileDetail } from '../../../../src/arrivals/api.ts'
import { counted } from '../../pieces/phrases.ts'
import { Failed } from '../../pieces/states.tsx'
import { newRequestId, Refused, sendFile } from '../../shell/api.ts'
import { addressOf } from '../../shell/query.ts'
import { changedHere } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { useAccounts } from './accounts.ts'
import type { InspectedProps } from './inspected.tsx'

/** Books the file as an account's: the same bytes that were looked into. */
export function BookIt({ file, seen, account: chosen, said, busy }: InspectedProps) {
  const t = useText()
  const accounts = useAccounts()
  const [account, setAccount] = useState(chosen)
  const [day, setDay] = useState('')
  const [saving, setSaving] = useState(false)
  const [done, setDone] = useState<FileDetail | null>(null)
  const [refused, setRefused] = useState<Refused | null>(null)
  // The same wish is sent again under the same id.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another file, account or day is another wish
  const ids = useMemo(() => ({ book: newRequestId(), again: newRequestId() }), [seen.sm3, account, day])
  const unsaved = Object.keys(said).length > 0
  const book = async (newest: boolean): Promise<void> => {
    setSaving(true)
    setRefused(null)
    try {
      const wish = newest ? { id: ids.again, newest } : { id: ids.book }
      const path = addressOf('/api/statements', { ...wish, name: file.name.slice(-200), account, day })
      setDone(await sendFile<FileDetail>(path, file, { told: () => {} }))
      await changedHere(['statements', 'days', 'items', 'reviews'])
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setRefused(error)
    } finally {
      setSaving(false)
    }
  }
  return (
    <section className="column-said">
      <h2>{t('入账', 'Book it')}</h2>
      {unsaved && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 8 }}
          title={t(
            '您改了列的含义：请先确认为模板，再入账',
            'You changed what columns mean: confirm that as a template first',
          )}
        />
      )}
      <Flex gap={8} wrap align="center">
        <Select
          aria-label={t('账户', 'Account')}
          placeholder={t('哪个账户的对账单', 'Which account’s statement')}
          style={{ minWidth: 240 }}
          value={account || null}
          onChange={setAccount}
          options={accounts}
        />
        <label htmlFor="book-day">{t('账期（整日对账单才填）', 'Day (of a whole day’s statement)')}</label>
        <Input
          id="book-day"
          type="date"
          style={{ width: 160 }}
          value={day}
          onChange={event => setDay(event.target.value)}
        />
        <Button
          type="primary"
          loading={saving}
          disabled={account === '' || busy || unsaved}
          onClick={() => void book(false)}
        >
          {t(`入账 ${seen.records} 条`, `Book ${counted(seen.records, 'record')}`)}
        </Button>
      </Flex>
      <div aria-live="polite" style={{ marginTop: 8 }}>
        {refused && <Failed error={refused} />}
        {done && <Outcome file={done} saving={saving} again={() => void book(true)} />}
      </div>
    </section>
  )
}

type OutcomeProps = { readonly file: FileDetail; readonly saving: boolean; readonly again: () => void }

function Outcome({ file, saving, again }: OutcomeProps) {
  const t = useText()
  // An earlier version of the day's, or one that says itself that it was made before the one that counts.
  const passedOver = file.state === 'booked' && file.counts === false
  const words = {
    booked: file.repeated
      ? t('这个文件以前已经入过账，没有重复记', 'This very file was booked before; nothing is booked twice')
      : t(`已入账 ${file.booked} 条，已知 ${file.known} 条`, `${file.booked} booked, ${file.known} known before`),
    awaiting_acceptance: t(
      `有 ${file.rejected} 条坏行，已提交复核`,
      `${counted(file.rejected, 'bad row')}: a second person is asked`,
    ),
    refused: t('没有入账：文件合计与记录不符', 'Nothing was booked: its totals do not fit its records'),
  }
  return (
    <Alert
      type={file.state === 'refused' ? 'error' : file.state === 'booked' && !passedOver ? 'success' : 'warning'}
      showIcon
      title={
        <>
          {words[file.state]} <Link to={`/statements/${file.file_id}`}>{t('查看文件', 'Open the file')}</Link>
        </>
      }
      description={
        passedOver &&
        t(
          '该账期现以另一版本为准。若渠道现在确实以这个文件为准，请改用这一版：只重新核对有变化的记录，已关账的日子以更正分录处理。',
          'Another version of this day counts. If this file is what the channel states now, let it count: only what differs is matched again, and closed days are corrected by entries.',
        )
      }
      action={
        passedOver && (
          <Button size="small" loading={saving} onClick={again}>
            {t('以此版本为准', 'Let this version count')}
          </Button>
        )
      }
    />
  )
}

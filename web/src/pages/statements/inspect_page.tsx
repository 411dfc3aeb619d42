import { InboxOutlined } from '@ant-design/icons'
import { Alert, Button, Flex, Progress, Select, Typography } from 'antd'
import { type DragEvent, useEffect, useId, useRef, useState } from 'react'
import type { InspectView } from '../../../../src/arrivals/api.ts'
import { Failed, Page } from '../../pieces/states.tsx'
import { Refused, sendFile } from '../../shell/api.ts'
import { addressOf } from '../../shell/query.ts'
import { useLang, useText } from '../../shell/text.ts'
import { useAccounts } from './accounts.ts'
import { Inspected } from './inspected.tsx'
import { mappingOf, NO_READING, type Reading, type Said } from './said.ts'
import { KnownLayouts } from './templates.tsx'
import { sizeText } from './words.ts'
import './statements.css'

type Sending = { readonly state: 'idle' } | { readonly state: 'sending'; readonly share: number }

/** 格式预检: drop a file, see what it is and what is wrong with it, say what its columns are, keep that, book it. */
export default function InspectPage() {
  const t = useText()
  const lang = useLang()
  const [file, setFile] = useState<File | null>(null)
  const [account, setAccount] = useState('')
  const [said, setSaid] = useState<Said>({})
  const [reading, setReading] = useState<Reading>(NO_READING)
  const [sending, setSending] = useState<Sending>({ state: 'idle' })
  const [seen, setSeen] = useState<InspectView | null>(null)
  const [refused, setRefused] = useState<Refused | null>(null)
  const [again, setAgain] = useState(0)
  const running = useRef<AbortController | null>(null)
  const accounts = useAccounts()
  const mapping = mappingOf(said)

  useEffect(() => {
    if (!file) return
    void again
    const stop = new AbortController()
    running.current = stop
    setSending({ state: 'sending', share: 0 })
    setRefused(null)
    const path = addressOf('/api/statements/inspect', {
      name: file.name.slice(-200),
      account,
      lang,
      mapping,
      ...reading,
    })
    sendFile<InspectView>(path, file, { told: share => setSending({ state: 'sending', share }), signal: stop.signal })
      .then(setSeen, error => {
        if (stop.signal.aborted) return
        if (!(error instanceof Refused)) throw error
        setRefused(error)
      })
      .finally(() => {
        if (!stop.signal.aborted) setSending({ state: 'idle' })
      })
    return () => stop.abort()
  }, [file, account, lang, mapping, reading, again])

  const choose = (chosen: File | undefined): void => {
    if (!chosen) return
    setSaid({})
    setReading(NO_READING)
    setSeen(null)
    setFile(chosen)
  }
  return (
    <Page title={t('格式预检', 'Look into a statement file')}>
      <Typography.Paragraph type="secondary">
        {t(
          '选一个对账单文件，马上看到它是什么格式、各列是什么、合计对不对、哪些行有问题。预检不入账。',
          'Choose a statement file and see its format, its columns, whether its totals hold and which rows are wrong. Nothing is booked by looking.',
        )}
      </Typography.Paragraph>
      <Drop choose={choose} />
      {!file && <KnownLayouts />}
      {file && (
        <Flex gap={12} align="center" wrap style={{ marginTop: 12 }}>
          <strong style={{ overflowWrap: 'anywhere' }}>{file.name}</strong>
          <span className="quiet">{sizeText(file.size)}</span>
          <Select
            allowClear
            aria-label={t('按哪个账户的约定读', 'Read as whose')}
            placeholder={t('按哪个账户读（可不选）', 'Read as an account’s (optional)')}
            style={{ minWidth: 240 }}
            value={account || null}
            onChange={value => setAccount(value ?? '')}
            options={accounts}
          />
        </Flex>
      )}
      {sending.state === 'sending' && (
        <Sent share={sending.share} stop={() => running.current?.abort()} done={() => setSending({ state: 'idle' })} />
      )}
      {refused && (
        <div style={{ marginTop: 16 }}>
          <Failed error={refused} again={() => setAgain(again + 1)} />
          {Object.keys(said).length > 0 && (
            <Button style={{ marginTop: 8 }} onClick={() => setSaid({})}>
              {t('撤销我的改动', 'Undo what I said')}
            </Button>
          )}
        </div>
      )}
      {file && seen && !refused && (
        <Inspected
          file={file}
          seen={seen}
          said={said}
          say={setSaid}
          reading={reading}
          read={setReading}
          account={account}
          busy={sending.state === 'sending'}
          kept={() => setSaid({})}
        />
      )}
    </Page>
  )
}

function Sent({ share, stop, done }: { readonly share: number; readonly stop: () => void; readonly done: () => void }) {
  const t = useText()
  const gone = share >= 1
  return (
    <Flex gap={12} align="center" style={{ marginTop: 12 }} role="status">
      <span style={{ whiteSpace: 'nowrap' }}>
        {gone ? t('正在读取整个文件…', 'Reading the whole file…') : t('正在上传…', 'Sending…')}
      </span>
      <Progress
        percent={Math.round(share * 100)}
        status="active"
        showInfo={!gone}
        aria-label={t('上传进度', 'Sent so far')}
        style={{ flex: 1 }}
      />
      <Button
        onClick={() => {
          stop()
          done()
        }}
      >
        {t('停止', 'Stop')}
      </Button>
    </Flex>
  )
}

function Drop({ choose }: { readonly choose: (file: File | undefined) => void }) {
  const t = useText()
  const field = useId()
  const [over, setOver] = useState(false)
  const [several, setSeveral] = useState(false)
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    setSeveral(event.dataTransfer.files.length > 1)
    choose(event.dataTransfer.files[0])
  }
  return (
    <div>
      <input
        id={field}
        type="file"
        className="only-read drop-field"
        onChange={event => {
          setSeveral(false)
          choose(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      <label
        htmlFor={field}
        className={over ? 'drop over' : 'drop'}
        onDragOver={event => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <InboxOutlined aria-hidden="true" />
        <strong>{t('把文件拖到这里，或点击选择', 'Drop a file here, or press to choose one')}</strong>
        <span className="quiet">
          {t(
            'CSV、Excel、TXT、MT940、camt、zip、gz 等，编码自动识别',
            'CSV, Excel, text, MT940, camt, zip, gz; any usual encoding',
          )}
        </span>
      </label>
      {several && (
        <Alert
          type="info"
          showIcon
          style={{ marginTop: 8 }}
          title={t('一次看一个文件，已取第一个', 'One file at a time: the first one was taken')}
        />
      )}
    </div>
  )
}

import { Alert } from 'antd'
import type { InspectView } from '../../../../src/arrivals/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { counted } from '../../pieces/phrases.ts'
import { Money, Num } from '../../pieces/values.tsx'
import { useLang, useText } from '../../shell/text.ts'
import { BookIt } from './book_it.tsx'
import { Columns } from './columns.tsx'
import { Controls } from './controls.tsx'
import { KeepTemplate } from './keep_template.tsx'
import { ProblemList } from './problems.tsx'
import { mayBeSaid, onThisPage, type Reading, type Said } from './said.ts'
import { sizeText } from './words.ts'

export type InspectedProps = {
  readonly file: File
  readonly seen: InspectView
  readonly said: Said
  readonly say: (said: Said) => void
  readonly reading: Reading
  readonly read: (reading: Reading) => void
  readonly account: string
  readonly busy: boolean
  /** The columns are kept as a template: what was said is known from now on. */
  readonly kept: () => void
}

/** What the platform made of a file, from the verdict down to its rows. */
export function Inspected(props: InspectedProps) {
  const t = useText()
  const lang = useLang()
  const { seen } = props
  const tables = mayBeSaid(seen)
  return (
    <div className="inspected" aria-busy={props.busy}>
      <Verdict seen={seen} />
      <Facts seen={seen} />
      {seen.problems.length > 0 && (
        <section>
          <h2>{t(`问题（${seen.problems.length}）`, `Problems (${seen.problems.length})`)}</h2>
          <ProblemList
            problems={seen.problems.map(problem => ({ ...problem, words: onThisPage(problem.message, lang) }))}
          />
        </section>
      )}
      {seen.columns.length > 0 && (
        <section>
          <h2>{t('各列的含义', 'What the columns mean')}</h2>
          <Columns {...props} fixed={!tables} />
        </section>
      )}
      {tables && seen.verdict !== 'rejected' && <KeepTemplate {...props} />}
      {(seen.records > 0 || seen.controls.length > 0) && (
        <section>
          <h2>{t('合计核对', 'Totals')}</h2>
          <Controls controls={seen.controls} />
        </section>
      )}
      {seen.rows && seen.rows.length > 0 && (
        <section>
          <h2>{t(`前 ${seen.rows.length} 条`, `The first ${counted(seen.rows.length, 'record')}`)}</h2>
          <FirstRows rows={seen.rows} />
        </section>
      )}
      {seen.verdict !== 'rejected' && <BookIt {...props} />}
    </div>
  )
}

function Verdict({ seen }: { readonly seen: InspectView }) {
  const t = useText()
  const looks = {
    ready: ['success', t('可以入账：格式认识，没有问题', 'Ready to be booked: it is known and nothing is wrong')],
    ready_with_warnings: ['warning', t('可以入账，但有需要留意的地方', 'Can be booked; look at the remarks')],
    rejected: ['error', t('还不能入账：请看下面的问题', 'Cannot be booked yet: see the problems below')],
  } as const
  const [type, title] = looks[seen.verdict]
  return <Alert type={type} showIcon role="status" title={title} />
}

const CONTAINERS = { none: { zh: '无', en: 'none' } } as Readonly<Record<string, { zh: string; en: string }>>

function Facts({ seen }: { readonly seen: InspectView }) {
  const t = useText()
  const container = CONTAINERS[seen.container]
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    [t('格式', 'Format'), `${seen.format} (${Math.round(seen.confidence * 100)}%)`],
    [t('编码', 'Encoding'), seen.encoding],
    [t('压缩', 'Packed'), container ? t(container) : seen.container],
    [t('分隔符', 'Separator'), seen.delimiter === null ? '—' : seen.delimiter === '\t' ? 'Tab' : seen.delimiter],
    [t('大小', 'Size'), sizeText(seen.bytes)],
    [t('记录', 'Records'), seen.records],
    ...Object.entries(seen.by_currency).flatMap(([currency, sums]) =>
      (
        [
          [t('收入', 'In'), sums.credits],
          [t('支出', 'Out'), sums.debits],
          [t('不计收支', 'Neutral'), sums.neutral],
        ] as const
      )
        .filter(([, tally]) => tally.count > 0)
        .map(([name, tally]) => {
          const unit = currency === '' ? 'CNY' : currency
          return [
            `${name} ${currency}`,
            <span key={name}>
              <Money amount={tally.amount} currency={unit} /> · {t(`${tally.count} 笔`, `${tally.count}`)}
            </span>,
          ] as const
        }),
    ),
    ['SM3', <Num key="sm3">{seen.sm3 ?? ''}</Num>],
  ]
  return (
    <dl className="file-facts" style={{ margin: 0 }}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const KINDS = { payment: { zh: '收款', en: 'Payment' }, refund: { zh: '退款', en: 'Refund' } } as const
const STATUSES = {
  success: { zh: '成功', en: 'Success' },
  pending: { zh: '处理中', en: 'Pending' },
  failed: { zh: '未成功', en: 'Failed' },
} as const

function FirstRows({ rows }: { readonly rows: NonNullable<InspectView['rows']> }) {
  const t = useText()
  const word = (words: Readonly<Record<string, { zh: string; en: string }>>, code: string): string => {
    const found = words[code]
    return found ? t(found) : code
  }
  return (
    <Listing
      label={t('前几条', 'The first records')}
      rows={rows}
      keyOf={({ record }) => record}
      empty={null}
      columns={[
        { title: t('条', 'No.'), right: true, head: true, render: ({ record }) => record },
        { title: t('行', 'Line'), right: true, render: ({ line }) => line },
        {
          title: t('时间', 'Time'),
          head: true,
          render: ({ at }) => <Num>{(at ?? '').replace('T', ' ').slice(0, 19)}</Num>,
        },
        {
          title: t('金额', 'Amount'),
          right: true,
          head: true,
          render: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
        },
        { title: t('种类', 'Kind'), render: ({ kind }) => word(KINDS, kind) },
        { title: t('状态', 'State'), render: ({ status }) => word(STATUSES, status) },
        { title: t('渠道交易号', 'Transaction'), render: ({ id }) => <Num>{id ?? ''}</Num> },
        { title: t('订单号', 'Order'), render: ({ order_no: no }) => <Num>{no}</Num> },
      ]}
    />
  )
}

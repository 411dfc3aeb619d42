import { Alert, Segmented, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { ComparisonView, GateView } from '../../../../src/reconciliation/gate/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { counted } from '../../pieces/phrases.ts'
import { ChannelName, Money } from '../../pieces/values.tsx'
import { useSession } from '../../shell/session.tsx'
import { useLang, useText } from '../../shell/text.ts'
import { CHANGES, decisionWords } from './words.ts'

type Change = ComparisonView['changes'][number]
type Example = Change['examples'][number] & { readonly change: string }
type Case = ComparisonView['cases']['changes'][number]

/** What this version would have decided otherwise, by kind, with examples that lead to their rows. */
export function GateResult({ gate, result }: { readonly gate: GateView; readonly result: ComparisonView }) {
  const t = useText()
  const changed = result.changes.filter(({ ours, theirs }) => ours + theirs > 0)
  const title = t(
    `重放 ${result.replayed} 个账期、${result.rows} 行，对照版本 ${gate.against}`,
    `${counted(result.replayed, 'day')} and ${counted(result.rows, 'row')} replayed, against version ${gate.against}`,
  )
  if (changed.length === 0 && result.cases.changes.length === 0)
    return (
      <Alert
        type="success"
        showIcon
        title={title}
        description={t(
          `没有任何决定不同；${result.cases.cases} 个案例的结果也都不变。`,
          `Nothing would be decided otherwise; the ${result.cases.cases} cases stay as they are, too.`,
        )}
      />
    )
  return (
    <div className="stack">
      <Alert
        type="warning"
        showIcon
        title={title}
        description={t('下列决定会与当时不同，其余不变。', 'These would be decided otherwise; the rest stays.')}
      />
      <Listing<Change>
        label={t('变化', 'Changes')}
        rows={changed}
        keyOf={({ change }) => change}
        empty={null}
        columns={[
          {
            title: t('变化', 'Change'),
            head: true,
            render: ({ change }) => t(CHANGES[change] ?? { zh: change, en: change }),
          },
          { title: t('平台笔数', 'Our rows'), right: true, render: ({ ours }) => ours },
          { title: t('账单行数', 'Their rows'), right: true, render: ({ theirs }) => theirs },
          {
            title: t('平台金额', 'Our amount'),
            right: true,
            render: ({ money }) => <Amounts of={money} which="ours" />,
          },
          {
            title: t('差额变化', 'Difference'),
            right: true,
            render: ({ money }) => <Amounts of={money} which="difference" />,
          },
        ]}
      />
      <Examples changes={changed} />
      {result.cases.changes.length > 0 && <Cases cases={result.cases} />}
    </div>
  )
}

function Amounts({ of, which }: { readonly of: Change['money']; readonly which: 'ours' | 'difference' }) {
  return (
    <>
      {Object.entries(of).map(([currency, money]) => (
        <div key={currency}>
          <Money amount={money[which]} currency={currency} signed={which === 'difference'} />
        </div>
      ))}
    </>
  )
}

function Examples({ changes }: { readonly changes: readonly Change[] }) {
  const t = useText()
  const lang = useLang()
  const { may } = useSession()
  const [only, setOnly] = useState('')
  const rows: Example[] = changes
    .filter(({ change }) => only === '' || change === only)
    .flatMap(({ change, examples }) => examples.map(example => ({ ...example, change })))
  return (
    <section aria-label={t('例子', 'Examples')}>
      <Typography.Title level={3} className="panel-title">
        {t('例子', 'Examples')}
      </Typography.Title>
      {changes.length > 1 && (
        <Segmented
          value={only}
          onChange={setOnly}
          style={{ marginBottom: 8 }}
          options={[
            { value: '', label: t('全部', 'All') },
            ...changes.map(({ change }) => ({
              value: change,
              label: t(CHANGES[change] ?? { zh: change, en: change }),
            })),
          ]}
        />
      )}
      <Listing<Example>
        label={t('例子', 'Examples')}
        rows={rows}
        keyOf={({ side, name, change }) => `${change} ${side} ${name}`}
        empty={null}
        columns={[
          {
            title: t('单号', 'Row'),
            head: true,
            render: ({ side, name }) =>
              side === 'ours' && may('day.read') ? (
                <Link to={`/items?number=${encodeURIComponent(name)}`}>{name}</Link>
              ) : (
                <span title={t('账单文件 # 行', 'statement # record')}>{name}</span>
              ),
          },
          {
            title: t('来源', 'Side'),
            render: ({ side }) => (side === 'ours' ? t('平台', 'Ours') : t('账单', 'Theirs')),
          },
          { title: t('渠道', 'Channel'), render: ({ channel }) => <ChannelName channel={channel} /> },
          { title: t('账期', 'Day'), render: ({ day }) => day },
          {
            title: t('金额', 'Amount'),
            right: true,
            render: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
          },
          {
            title: t('当时', 'Then'),
            render: ({ before }) => <span className="value-old">{decisionWords(before, lang)}</span>,
          },
          { title: t('新规则', 'With the new rules'), render: ({ after }) => decisionWords(after, lang) },
        ]}
      />
    </section>
  )
}

function Cases({ cases }: { readonly cases: ComparisonView['cases'] }) {
  const t = useText()
  const lang = useLang()
  return (
    <section aria-label={t('案例', 'Cases')}>
      <Typography.Title level={3} className="panel-title">
        {t(`场景库案例（共 ${cases.cases} 个）`, `Cases of the library (${cases.cases})`)}
      </Typography.Title>
      <Listing<Case>
        label={t('案例', 'Cases')}
        rows={cases.changes}
        keyOf={({ code, row }) => `${code} ${row}`}
        empty={null}
        columns={[
          {
            title: t('案例', 'Case'),
            head: true,
            render: ({ name_zh, name_en }) => (lang === 'zh' ? name_zh : name_en),
          },
          { title: t('行', 'Row'), render: ({ row }) => row },
          {
            title: t('当时', 'Then'),
            render: ({ before }) => <span className="value-old">{decisionWords(before, lang)}</span>,
          },
          { title: t('新规则', 'With the new rules'), render: ({ after }) => decisionWords(after, lang) },
        ]}
      />
    </section>
  )
}

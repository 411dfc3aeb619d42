import { Rows } from '../../pieces/rows.tsx'
import { State } from '../../pieces/states.tsx'
import { useText } from '../../shell/text.ts'

const SEVERITIES = {
  error: { zh: '错误', en: 'Error', colour: 'error' },
  warning: { zh: '提醒', en: 'Warning', colour: 'warning' },
} as const

/** Where something is wrong with a file, and what. */
function ProblemRow({ severity, record, line, words }: Problem) {
  const t = useText()
  const where = [
    record === null ? '' : t(`第 ${record} 条`, `record ${record}`),
    line === null ? '' : t(`第 ${line} 行`, `line ${line}`),
  ].filter(each => each !== '')
  return (
    <div className="problem-row">
      <State of={severity} looks={SEVERITIES} />
      <span className="quiet">{where.length === 0 ? t('整个文件', 'the file') : where.join(t('，', ', '))}</span>
      <span>{words}</span>
    </div>
  )
}

export type Problem = {
  readonly severity: 'error' | 'warning'
  readonly record: number | null
  readonly line: number | null
  readonly words: string
}

const FEW = 20

/** Few are simply listed; of up to a thousand only those in sight are in the page. */
export function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  const t = useText()
  const rows = problems.map((problem, index) => ({ ...problem, index }))
  if (rows.length <= FEW)
    return (
      <ul className="problem-list" aria-label={t('问题', 'Problems')}>
        {rows.map(problem => (
          <li key={problem.index}>
            <ProblemRow {...problem} />
          </li>
        ))}
      </ul>
    )
  return (
    <Rows
      rows={rows}
      keyOf={problem => problem.index}
      height={64}
      viewport="min(480px, 60dvh)"
      label={t('问题', 'Problems')}
      render={problem => <ProblemRow {...problem} />}
    />
  )
}

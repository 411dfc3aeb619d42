import { State } from '../../pieces/states.tsx'
import { useText } from '../../shell/text.ts'

const SEVERITIES = {
  error: { zh: '错误', en: 'Error', colour: 'error' },
  warning: { zh: '提醒', en: 'Warning', colour: 'warning' },
} as const

/** Where something is wrong with a file, and what. */
export function ProblemRow({
  severity,
  record,
  line,
  words,
}: {
  readonly severity: 'error' | 'warning'
  readonly record: number | null
  readonly line: number | null
  readonly words: string
}) {
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

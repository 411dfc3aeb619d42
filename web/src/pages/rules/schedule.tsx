import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import { useId } from 'react'
import { useText } from '../../shell/text.ts'

type Step = Readonly<Record<string, string | null | undefined>>

/** 分段费率: from which day and amount on which rate holds, with its least and most. */
export function Schedule({
  steps,
  change,
}: {
  readonly steps: readonly Step[]
  readonly change: (steps: readonly Step[] | undefined) => void
}) {
  const t = useText()
  const id = useId()
  const columns = [
    { name: 'from', title: t('自账期', 'From day'), type: 'date' },
    { name: 'amount_from', title: t('自金额', 'From amount') },
    { name: 'rate', title: t('费率', 'Rate'), hint: '0.6%' },
    { name: 'min', title: t('最低', 'At least') },
    { name: 'max', title: t('最高', 'At most') },
  ]
  const put = (at: number, name: string, text: string): void => {
    const next = steps.map((step, i) => {
      if (i !== at) return step
      const { [name]: _, ...rest } = step
      return text === '' ? rest : { ...rest, [name]: text }
    })
    change(next)
  }
  return (
    <div className="schedule">
      {steps.map((step, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step has no other name than its place
        <div key={i} className="schedule-step">
          {columns.map(({ name, title, type, hint }) => (
            <div key={name}>
              <label className="quiet" htmlFor={`${id}-${i}-${name}`}>
                {title}
              </label>
              <Input
                id={`${id}-${i}-${name}`}
                type={type ?? 'text'}
                value={step[name] ?? ''}
                placeholder={hint ?? ''}
                onChange={event => put(i, name, event.target.value)}
              />
            </div>
          ))}
          <Button
            type="text"
            danger
            icon={<DeleteOutlined />}
            aria-label={t(`去掉第 ${i + 1} 段`, `Take step ${i + 1} out`)}
            onClick={() => change(steps.length === 1 ? undefined : steps.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      <Button icon={<PlusOutlined />} onClick={() => change([...steps, { rate: '0.6%' }])}>
        {t('添加一段', 'Add a step')}
      </Button>
    </div>
  )
}

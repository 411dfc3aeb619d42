import { App, Button, Dropdown, Modal, Typography } from 'antd'
import { useState } from 'react'
import type { Action } from '../../../../src/discrepancies/actions.ts'
import type { BulkAnswer, DiscrepancyView } from '../../../../src/discrepancies/api.ts'
import { actionWords, KIND_LOOKS } from '../../pieces/discrepancy_words.ts'
import { counted } from '../../pieces/phrases.ts'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { ActDialog } from './act_dialog.tsx'
import { bulkActions, secondPerson } from './consequences.ts'
import { outcomeWords } from './outcome.ts'

const FIRST_SHOWN = 4

/** What is done to all that were picked: each on its own, with a result for each. */
export function BulkBar({
  picked,
  clear,
}: {
  readonly picked: readonly DiscrepancyView[]
  readonly clear: () => void
}) {
  const t = useText()
  const { message } = App.useApp()
  const { may } = useSession()
  const [action, setAction] = useState<Action | null>(null)
  const [answer, setAnswer] = useState<BulkAnswer | null>(null)
  const deed = useDeed<BulkAnswer>(['discrepancies', 'reviews', 'items', 'days'])
  const actions = bulkActions(picked.map(({ kind }) => kind)).filter(
    each => each !== 'supplement' || may('payment.query'),
  )
  const nameOf = (each: Action): string => {
    const words = actionWords(each)
    return words ? t(words) : each
  }
  const second = (each: Action) => {
    const all = picked.map(of => secondPerson(each, of))
    return all.every(one => one === 'yes') ? 'yes' : all.every(one => one === 'no') ? 'no' : 'perhaps'
  }
  return (
    <>
      {picked.length > 0 && (
        <section className="act-bar" aria-label={t('批量处理', 'Work on several')}>
          <Typography.Text strong>{t(`已选 ${picked.length} 件`, `${picked.length} picked`)}</Typography.Text>
          {actions.slice(0, FIRST_SHOWN).map(each => (
            <Button key={each} onClick={() => setAction(each)}>
              {nameOf(each)}
            </Button>
          ))}
          {actions.length > FIRST_SHOWN && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: actions.slice(FIRST_SHOWN).map(each => ({ key: each, label: nameOf(each) })),
                onClick: ({ key }) => setAction(key as Action),
              }}
            >
              <Button>{t('更多', 'More')}</Button>
            </Dropdown>
          )}
          <Button type="text" onClick={clear}>
            {t('取消选择', 'Put back')}
          </Button>
        </section>
      )}
      {action && (
        <ActDialog
          action={action}
          about={t(`${picked.length} 件差错`, counted(picked.length, 'discrepancy', 'discrepancies'))}
          second={second(action)}
          close={() => setAction(null)}
          act={async asked => {
            const done = await deed.mutateAsync({
              method: 'POST',
              path: '/api/discrepancies/actions',
              body: { ...asked, discrepancies: picked.map(({ discrepancy_id: id }) => id) },
            })
            if (done.refused === 0 && done.results.every(({ outcome }) => outcome === 'done'))
              void message.success(t(`${done.done} 件已完成`, `${done.done} done`))
            else setAnswer(done)
            clear()
          }}
        />
      )}
      <Modal
        open={answer !== null}
        title={t('逐件结果', 'Result for each')}
        footer={null}
        onCancel={() => setAnswer(null)}
        width={640}
      >
        {answer && <BulkResults answer={answer} kindOf={id => picked.find(of => of.discrepancy_id === id)?.kind} />}
      </Modal>
    </>
  )
}

function BulkResults({
  answer,
  kindOf,
}: {
  readonly answer: BulkAnswer
  readonly kindOf: (id: string) => keyof typeof KIND_LOOKS | undefined
}) {
  const t = useText()
  return (
    <>
      <p>
        {t(`完成 ${answer.done} 件，未完成 ${answer.refused} 件。`, `${answer.done} done, ${answer.refused} refused.`)}
      </p>
      <table className="compare">
        <tbody>
          {answer.results.map(result => {
            const kind = kindOf(result.discrepancy_id)
            return (
              <tr key={result.discrepancy_id} className={result.outcome === 'refused' ? 'differs' : undefined}>
                <th scope="row">
                  {kind ? `${t(KIND_LOOKS[kind])} ` : ''}
                  {result.discrepancy_id}
                </th>
                <td>
                  {result.outcome === 'refused'
                    ? t(result.message_zh, result.message_en)
                    : t(outcomeWords(result.outcome))}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </>
  )
}

import { Alert, App, Button, Dropdown, Grid } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { CauseDetail } from '../../../../src/causes/api.ts'
import type { Action } from '../../../../src/discrepancies/actions.ts'
import type { ActAnswer, DiscrepancyDetail } from '../../../../src/discrepancies/api.ts'
import { actionWords, KIND_LOOKS } from '../../pieces/discrepancy_words.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { ActDialog } from './act_dialog.tsx'
import { orderedActions, secondPerson } from './consequences.ts'
import { outcomeWords } from './outcome.ts'

const FIRST_SHOWN = 4

/** What the reader can do about it, the usual thing first; what waits for somebody else says for whom. */
export function Acting({
  of,
  causeName,
}: {
  readonly of: DiscrepancyDetail
  readonly causeName: (code: string) => string
}) {
  const t = useText()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const { may, who } = useSession()
  const shown = (Grid.useBreakpoint().sm ?? true) ? FIRST_SHOWN : 2
  const [action, setAction] = useState<Action | null>(null)
  const [undoing, setUndoing] = useState(false)
  const { data: cause } = useRead<CauseDetail>('discrepancies', `/api/causes/${of.cause}`)
  const deed = useDeed<ActAnswer>(['discrepancies', 'reviews', 'items', 'days', 'refunds'])
  const undo = useDeed<{ outcome: 'done' | 'awaiting_review'; discrepancies: string[] }>([
    'discrepancies',
    'reviews',
    'items',
    'days',
  ])
  const actions = orderedActions(of.actions, cause?.usual_action ?? '', of.owner === `staff:${who.login}`)
  const nameOf = (each: Action): string => {
    const words = actionWords(each)
    return words ? t(words) : each
  }
  const begin = (each: Action): void => {
    if (each === 'match') void navigate(`/discrepancies/match?with=${of.discrepancy_id}`)
    else setAction(each)
  }
  const asked = actionWords(of.asked_action)
  const mayUndo = of.match_group !== null && of.state === 'explained' && may('discrepancy.handle')
  if (actions.length === 0 && !mayUndo && of.review_id === '' && of.refund_no === '') return null
  return (
    <section className="act-bar" aria-label={t('处理', 'What can be done')}>
      {of.review_id !== '' && of.state === 'open' && (
        <Alert
          type="info"
          showIcon
          title={
            <>
              {t(`已提交复核${asked ? `：${asked.zh}` : ''}`, `Submitted for review${asked ? `: ${asked.en}` : ''}`)}{' '}
              {may('review.read') && <Link to={`/reviews/${of.review_id}`}>{t('查看', 'See it')}</Link>}
            </>
          }
        />
      )}
      {of.refund_no !== '' && of.state === 'open' && (
        <Alert
          type="info"
          showIcon
          title={t(
            `退款 ${of.refund_no} 处理中，成功后自动结案`,
            `Refund ${of.refund_no} is under way; its success ends this`,
          )}
        />
      )}
      {actions.slice(0, shown).map((each, i) => (
        <Button key={each} type={i === 0 ? 'primary' : 'default'} onClick={() => begin(each)}>
          {nameOf(each)}
        </Button>
      ))}
      {actions.length > shown && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: actions.slice(shown).map(each => ({ key: each, label: nameOf(each) })),
            onClick: ({ key }) => begin(key as Action),
          }}
        >
          <Button>{t('更多操作', 'More')}</Button>
        </Dropdown>
      )}
      {mayUndo && <Button onClick={() => setUndoing(true)}>{t('拆开匹配', 'Take the match apart')}</Button>}
      {action && (
        <ActDialog
          action={action}
          about={`${t(KIND_LOOKS[of.kind])} ${of.discrepancy_id}`}
          likelyCause={causeName(of.cause)}
          second={secondPerson(action, of)}
          close={() => setAction(null)}
          act={async wish => {
            const done = await deed.mutateAsync({
              method: 'POST',
              path: `/api/discrepancies/${of.discrepancy_id}/actions`,
              body: wish,
            })
            void message.success(`${nameOf(action)}${t('：', ': ')}${t(outcomeWords(done.outcome))}`)
          }}
        />
      )}
      {undoing && (
        <ReasonDialog
          open
          title={t('拆开这组匹配', 'Take this match apart')}
          confirm={t('拆开', 'Take apart')}
          danger
          close={() => setUndoing(false)}
          decide={async reason => {
            const done = await undo.mutateAsync({
              method: 'POST',
              path: '/api/matches/undo',
              body: { match_group: of.match_group, reason },
            })
            void message.success(
              done.outcome === 'done'
                ? t('已拆开，记录回到未结差错', 'Taken apart; its rows are open again')
                : t('已提交复核', 'Submitted for review'),
            )
            const [first] = done.discrepancies
            if (first !== undefined) void navigate(`/discrepancies/${first}`)
          }}
        >
          <p>
            {t(
              '仅限未关账的账期。两边记录回到未结差错；金额超过规则的复核金额时由第二人复核。',
              'For open days only. Rows of both sides become open discrepancies; above the amount of the rules a second person must agree.',
            )}
          </p>
        </ReasonDialog>
      )}
    </section>
  )
}

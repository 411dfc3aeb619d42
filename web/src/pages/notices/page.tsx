import { Button, Flex, Radio, Select } from 'antd'
import { useState } from 'react'
import type { NoticeList, NoticeSummary, NoticeView } from '../../../../src/notices/api.ts'
import { PagedListing } from '../../pieces/paged.tsx'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Page, State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { usePages } from '../../shell/paging.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { MEDIA, STATES, TEMPLATES } from './words.ts'

const PAGE = 100
const rowsOf = (answer: NoticeList): readonly NoticeView[] => answer.notices
const OPEN = new Set(['failed', 'unknown'])

/** 通知: messages that did not arrive, and what a person decides about them. */
export default function NoticesPage() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const deed = useDeed(['notices'])
  const [dealing, setDealing] = useState<NoticeView | null>(null)
  const [as, setAs] = useState<'again' | 'sent' | 'withdraw'>('again')
  const state = address.get('state')
  const list = usePages<NoticeList, NoticeView>('notices', '/api/notices', { state, limit: PAGE }, rowsOf, {
    placeOf: ({ notice_id }) => notice_id,
  })
  return (
    <Page title={t('通知', 'Messages')}>
      <div className="stack">
        <Summary choose={chosen => address.set({ state: chosen })} />
        <section aria-label={t('通知', 'Messages')}>
          <div className="filters">
            <Select
              aria-label={t('状态', 'State')}
              style={{ width: 220 }}
              value={state}
              onChange={value => address.set({ state: value })}
              options={[
                { value: '', label: t('需要处理（失败、不明）', 'To be dealt with') },
                ...Object.entries(STATES).map(([value, look]) => ({ value, label: t(look) })),
              ]}
            />
          </div>
          <PagedListing<NoticeView>
            label={t('通知', 'Messages')}
            list={list}
            keyOf={({ notice_id }) => notice_id}
            empty={
              state === ''
                ? t('没有需要处理的通知，都已送达或正在发送', 'No message needs anybody')
                : t('没有这样的通知', 'No such message')
            }
            columns={[
              {
                title: t('内容', 'What'),
                head: true,
                render: ({ template }) => t(TEMPLATES[template] ?? { zh: template, en: template }),
              },
              {
                title: t('状态', 'State'),
                head: true,
                render: ({ state: now }) => <State of={now} looks={STATES} />,
              },
              { title: t('方式', 'By'), render: ({ medium }) => t(MEDIA[medium] ?? { zh: medium, en: medium }) },
              { title: t('收件人', 'To'), render: ({ recipient }) => recipient },
              { title: t('次数', 'Tries'), right: true, render: ({ attempts }) => attempts },
              { title: t('产生于', 'Made'), render: ({ created_at }) => <When at={created_at} /> },
              { title: t('发送于', 'Sent'), render: ({ sent_at }) => <When at={sent_at} /> },
              {
                title: t('错误', 'Error'),
                render: ({ last_error }) => (last_error === '' ? '—' : <span className="wrong">{last_error}</span>),
              },
              ...(may('notice.manage')
                ? [
                    {
                      title: '',
                      render: (notice: NoticeView) =>
                        OPEN.has(notice.state) && (
                          <Button
                            size="small"
                            onClick={() => {
                              setAs('again')
                              setDealing(notice)
                            }}
                          >
                            {t('处理', 'Deal with it')}
                          </Button>
                        ),
                    },
                  ]
                : []),
            ]}
          />
        </section>
      </div>
      <ReasonDialog
        open={dealing !== null}
        title={t('处理通知', 'Deal with the message')}
        confirm={t('确定', 'Do it')}
        close={() => setDealing(null)}
        decide={note =>
          deed.mutateAsync({
            method: 'POST',
            path: `/api/notices/${dealing?.notice_id}/resolve`,
            body: { as, note: note.slice(0, 200) },
          })
        }
      >
        <Radio.Group
          value={as}
          onChange={event => setAs(event.target.value)}
          aria-label={t('如何处理', 'What to do')}
          options={[
            {
              value: 'again',
              label:
                dealing?.state === 'unknown'
                  ? t('再发一次（收件人可能收到两次）', 'Send again (it may arrive twice)')
                  : t('再发一次', 'Send again'),
            },
            { value: 'sent', label: t('其实已送达', 'It did arrive') },
            { value: 'withdraw', label: t('撤回，不再发送', 'Withdraw it') },
          ]}
          style={{ display: 'grid', gap: 8 }}
        />
      </ReasonDialog>
    </Page>
  )
}

function Summary({ choose }: { readonly choose: (state: string) => void }) {
  const t = useText()
  const { data } = useRead<NoticeSummary>('notices', '/api/notices/summary', {}, { every: 30_000 })
  return (
    <section className="panel" aria-label={t('汇总', 'Summary')}>
      <Flex wrap gap={16} style={{ minHeight: 40 }} align="center">
        {data?.counts.map(({ medium, state, count }) => (
          <Button key={`${medium} ${state}`} type="text" onClick={() => choose(state)}>
            {t(MEDIA[medium] ?? { zh: medium, en: medium })} · {t(STATES[state] ?? { zh: state, en: state })}{' '}
            <b className={OPEN.has(state) ? 'wrong' : ''}>{count}</b>
          </Button>
        ))}
        {data?.counts.length === 0 && <span className="quiet">{t('还没有任何通知', 'No messages yet')}</span>}
      </Flex>
    </section>
  )
}

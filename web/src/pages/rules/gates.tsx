import { Alert, Button, Flex, InputNumber, Progress } from 'antd'
import { useEffect, useState } from 'react'
import type { GateList, GateView } from '../../../../src/reconciliation/gate/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { counted } from '../../pieces/phrases.ts'
import { Failed, Loading, Nothing, State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { queries, useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { GateResult } from './gate_result.tsx'
import { GATE_STATES } from './words.ts'

const AT_WORK = new Set(['waiting', 'running'])
const DAYS = 30

/** The gates of a version: closed days replayed with it, and what it would have decided otherwise. */
export function Gates({ version }: { readonly version: number }) {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const deed = useDeed<GateView>(['rules'])
  const [days, setDays] = useState(DAYS)
  const list = useRead<GateList>('rules', `/api/rules/versions/${version}/gates`)
  const gates = list.data?.gates ?? []
  const chosen = address.get('gate') || gates[0]?.gate_id || ''
  const start = (): void =>
    deed.mutate(
      { method: 'POST', path: `/api/rules/versions/${version}/gates`, body: { days } },
      { onSuccess: gate => address.set({ gate: gate.gate_id }) },
    )
  return (
    <div className="stack">
      {may('rule.edit') && (
        <Flex wrap gap={8} align="center">
          <label htmlFor="gate-days">{t('每个账户最近', 'Of each account the last')}</label>
          <InputNumber id="gate-days" min={1} max={400} value={days} onChange={value => setDays(value ?? DAYS)} />
          <span>{t('个已关账期', 'closed days')}</span>
          <Button type="primary" loading={deed.isPending} onClick={start}>
            {t('开始回归检查', 'Start the gate')}
          </Button>
        </Flex>
      )}
      {deed.error && <Failed error={deed.error} />}
      {list.error && <Failed error={list.error} />}
      {gates.length === 0 && !list.isPending && (
        <Nothing
          what={t(
            '还没有回归检查。它用此版本重放已关的账期，列出会与当时不同的决定。',
            'No gate yet. It replays closed days with this version and lists what would be decided otherwise.',
          )}
        />
      )}
      {gates.length > 1 && (
        <Listing<GateView>
          label={t('回归检查', 'Gates')}
          rows={gates}
          keyOf={({ gate_id }) => gate_id}
          chosen={chosen}
          open={({ gate_id }) => address.set({ gate: gate_id })}
          empty={null}
          columns={[
            {
              title: t('发起', 'Asked'),
              head: true,
              render: ({ asked_at }) => <When at={asked_at} whole />,
            },
            { title: t('状态', 'State'), head: true, render: ({ state }) => <State of={state} looks={GATE_STATES} /> },
            {
              title: t('对照', 'Against'),
              render: ({ against }) => t(`版本 ${against}`, `Version ${against}`),
            },
            { title: t('账期数', 'Days'), right: true, render: ({ days: of }) => of },
          ]}
        />
      )}
      {chosen !== '' && <Gate id={chosen} />}
    </div>
  )
}

function Gate({ id }: { readonly id: string }) {
  const t = useText()
  // Progress is no act that the stream tells about.
  const [working, setWorking] = useState(true)
  const { data, error } = useRead<GateView>('rules', `/api/rules/gates/${id}`, {}, working ? { every: 1_000 } : {})
  if (data && working !== AT_WORK.has(data.state)) setWorking(AT_WORK.has(data.state))
  const state = data?.state
  const version = data?.version
  // The list of gates, too, must know that this one has ended: an activation rests on it.
  useEffect(() => {
    if (state === 'done' || state === 'failed')
      void queries.invalidateQueries({ queryKey: ['rules', `/api/rules/versions/${version}/gates`] })
  }, [state, version])
  if (error) return <Failed error={error} />
  if (!data) return <Loading rows={6} />
  if (data.state === 'failed')
    return <Alert type="error" showIcon title={t('检查失败', 'The gate failed')} description={data.failure} />
  if (AT_WORK.has(data.state))
    return (
      <div role="status">
        {t(`已重放 ${data.done} / ${data.total} 个账期`, `${data.done} of ${counted(data.total, 'day')} replayed`)}
        {data.last_day && <span className="quiet"> · {data.last_day}</span>}
        <Progress
          percent={data.total === 0 ? 0 : Math.floor((data.done / data.total) * 100)}
          status="active"
          aria-label={t('回归检查进度', 'Progress of the gate')}
        />
      </div>
    )
  return data.result ? <GateResult gate={data} result={data.result} /> : null
}

import { App, Button, Drawer, Flex, Grid } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { CauseDetail } from '../../../../src/causes/api.ts'
import { actionWords } from '../../pieces/discrepancy_words.ts'
import { timeText } from '../../pieces/durations.ts'
import { Facts, Part } from '../../pieces/facts.tsx'
import { useCauseNames } from '../../pieces/names.ts'
import { spoken } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Loading, State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { conditionSentences } from './conditions_text.ts'
import { ORIGINS, shareText } from './words.ts'

/** A page of the library: words, figures, versions. */
export function CauseDrawer({
  code,
  close,
  edit,
}: {
  readonly code: string
  readonly close: () => void
  readonly edit: () => void
}) {
  const t = useText()
  const { message } = App.useApp()
  const { may } = useSession()
  const narrow = !(Grid.useBreakpoint().sm ?? true)
  const [retiring, setRetiring] = useState(false)
  const deed = useDeed(['discrepancies'])
  const {
    data: of,
    error,
    refetch,
  } = useRead<CauseDetail>('discrepancies', `/api/causes/${encodeURIComponent(code)}`, {}, { keep: false })
  const manages = may('cause.manage') && of?.origin === 'added' && !of.retired
  return (
    <Drawer
      open
      onClose={close}
      size={narrow ? '100%' : 640}
      title={of ? t(of.name_zh, of.name_en) : code}
      extra={
        manages && (
          <Flex gap={8}>
            <Button onClick={edit}>{t('新版本', 'New version')}</Button>
            <Button danger onClick={() => setRetiring(true)}>
              {t('停用', 'Retire')}
            </Button>
          </Flex>
        )
      }
    >
      {error && !of ? (
        <Failed error={error} again={() => void refetch()} />
      ) : of ? (
        <Paper of={of} />
      ) : (
        <Loading rows={10} />
      )}
      {retiring && (
        <ReasonDialog
          open
          danger
          title={t('停用这个场景', 'Retire this cause')}
          confirm={t('停用', 'Retire')}
          close={() => setRetiring(false)}
          decide={async reason => {
            await deed.mutateAsync({
              method: 'POST',
              path: `/api/causes/${code}/retire`,
              body: { reason },
            })
            void message.success(t('已停用', 'Retired'))
          }}
        >
          <p>
            {t(
              '以后的对账不再用它判断；已判断的差错保留原因。',
              'Runs no longer try it; what was found by it keeps its cause.',
            )}
          </p>
        </ReasonDialog>
      )}
    </Drawer>
  )
}

function Paper({ of }: { readonly of: CauseDetail }) {
  const t = useText()
  const causeName = useCauseNames()
  const { figures } = of
  const usual = actionWords(of.usual_action)
  const often = actionWords(figures.usual_action)
  return (
    <>
      <Part title={t('怎么办', 'What to do')} extra={<State of={of.retired ? 'retired' : of.origin} looks={ORIGINS} />}>
        <p>{t(of.what_to_do_zh, of.what_to_do_en)}</p>
        <Facts
          of={[
            { name: t('怎样认出', 'How it is recognised'), value: t(of.recognised_zh, of.recognised_en) },
            { name: t('找谁确认', 'Whom to ask'), value: t(of.whom_to_ask_zh, of.whom_to_ask_en) || '—' },
            { name: t('建议操作', 'Usual action'), value: usual ? t(usual) : '—' },
            ...(of.priority === null
              ? []
              : [{ name: t('优先级（小者优先）', 'Priority (lowest first)'), value: of.priority }]),
          ]}
        />
      </Part>
      <Part
        title={t('近 90 天', 'The last 90 days')}
        extra={<Link to={`/discrepancies?cause=${of.cause}`}>{t('查看未结差错', 'See its open discrepancies')}</Link>}
      >
        <Facts
          of={[
            { name: t('发现', 'Found'), value: figures.found },
            { name: t('未结', 'Open'), value: figures.open },
            { name: t('由人处理完', 'Resolved by people'), value: figures.resolved },
            {
              name: t('其中判断正确', 'Right among those'),
              value: `${figures.right} (${shareText(figures.right_share)})`,
            },
            { name: t('最终认定为此原因', 'Turned out to be this'), value: figures.turned_out },
            { name: t('处理用时中位数', 'Median time'), value: t(timeText(figures.median_seconds)) },
            { name: t('最常用的处理', 'Done most often'), value: often ? t(often) : '—' },
          ]}
        />
      </Part>
      {of.versions.map((version, i) => (
        <Part
          key={version.version}
          title={t(`第 ${version.version} 版`, `Version ${version.version}`)}
          extra={i === 0 && !version.retired ? <State of="current" looks={CURRENT} /> : undefined}
        >
          <p className="quiet">
            {spoken(t, version.author_name || version.author)} · <When at={version.created_at} whole /> ·{' '}
            {version.reason}
          </p>
          <ul>
            {conditionSentences(version.conditions, causeName).map(sentence => (
              <li key={sentence.en}>{t(sentence)}</li>
            ))}
          </ul>
        </Part>
      ))}
    </>
  )
}

const CURRENT = { current: { zh: '现行', en: 'In force', colour: 'success' } } as const

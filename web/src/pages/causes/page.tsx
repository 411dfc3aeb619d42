import { PlusOutlined } from '@ant-design/icons'
import { App, Button, Flex, Segmented } from 'antd'
import type { Applied, CauseList, CauseView } from '../../../../src/causes/api.ts'
import { actionWords } from '../../pieces/discrepancy_words.ts'
import { timeText } from '../../pieces/durations.ts'
import { useListKeys } from '../../pieces/list_keys.ts'
import { counted } from '../../pieces/phrases.ts'
import { Rows } from '../../pieces/rows.tsx'
import { Failed, Loading, Nothing, Page, State } from '../../pieces/states.tsx'
import { useFilters } from '../../shell/address.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { CauseDrawer } from './drawer.tsx'
import { CauseForm } from './form.tsx'
import { ORIGINS, shareText } from './words.ts'
import './causes.css'

/** 异常场景库: how each cause is recognised, what to do, and how often it was right. */
export default function Causes() {
  const t = useText()
  const { message } = App.useApp()
  const { may } = useSession()
  const [filters, change] = useFilters(['cause', 'sort', 'form'])
  const { data, error, refetch } = useRead<CauseList>('discrepancies', '/api/causes')
  const apply = useDeed<Applied>(['discrepancies'])
  const sort = filters.sort || 'found'
  const causes = [...(data?.causes ?? [])].sort((a, b) => orderOf(b, sort) - orderOf(a, sort))
  const at = useListKeys({
    count: causes.length,
    open: index => change({ cause: causes[index]?.cause ?? '' }),
  })
  const again = (): void =>
    apply.mutate(
      { method: 'POST', path: '/api/causes/apply' },
      {
        onSuccess: done => {
          void message.success(
            t(
              `重新判断了 ${done.looked_at} 件未结差错，${done.changed} 件改变`,
              `${counted(done.looked_at, 'open discrepancy', 'open discrepancies')} looked at, ${done.changed} changed`,
            ),
          )
        },
      },
    )
  return (
    <Page
      title={t('异常场景库', 'Causes')}
      extra={
        may('cause.manage') && (
          <Flex gap={8} wrap>
            <Button onClick={again} loading={apply.isPending}>
              {t('重新判断未结差错', 'Look at open ones again')}
            </Button>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => change({ form: 'new' })}>
              {t('新增场景', 'New cause')}
            </Button>
          </Flex>
        )
      }
    >
      {apply.error && <Failed error={apply.error} />}
      <div className="filters">
        <Segmented
          value={sort}
          onChange={next => change({ sort: next === 'found' ? '' : next })}
          options={[
            { value: 'found', label: t('最常见', 'Most often') },
            { value: 'open', label: t('未结最多', 'Most open') },
            { value: 'wrong', label: t('最不准', 'Least right') },
          ]}
        />
        <span className="quiet causes-note">
          {t('近 90 天，您权限范围内的差错', 'The last 90 days, of what you may see')}
        </span>
      </div>
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !data ? (
        <Loading rows={12} />
      ) : causes.length === 0 ? (
        <Nothing what={t('还没有场景', 'There are no causes')} />
      ) : (
        <Rows
          rows={causes}
          keyOf={row => row.cause}
          height={62}
          viewport="calc(100dvh - 230px)"
          label={t('异常场景', 'Causes')}
          at={at}
          render={(row, index) => (
            <CauseRow of={row} chosen={index === at.chosen} open={() => change({ cause: row.cause })} />
          )}
        />
      )}
      {filters.cause !== '' && filters.form === '' && (
        <CauseDrawer
          code={filters.cause}
          close={() => change({ cause: '' })}
          edit={() => change({ form: 'version' })}
        />
      )}
      {may('cause.manage') && filters.form !== '' && (
        <CauseForm
          code={filters.form === 'version' ? filters.cause : null}
          close={() => change({ form: '' })}
          saved={cause => change({ form: '', cause })}
        />
      )}
    </Page>
  )
}

const orderOf = ({ figures }: CauseView, sort: string): number =>
  sort === 'open'
    ? figures.open
    : sort === 'wrong'
      ? figures.right_share === null
        ? -1
        : 1 - figures.right_share
      : figures.found

function CauseRow({
  of,
  chosen,
  open,
}: {
  readonly of: CauseView
  readonly chosen: boolean
  readonly open: () => void
}) {
  const t = useText()
  const usual = actionWords(of.figures.usual_action || of.usual_action)
  return (
    <div className={chosen ? 'cause-row row-chosen' : 'cause-row'}>
      <span className="cause-name">
        <Button type="link" onClick={open} className="cause-open">
          {t(of.name_zh, of.name_en)}
        </Button>
        {of.retired ? (
          <State of="retired" looks={ORIGINS} />
        ) : (
          of.origin === 'added' && <State of="added" looks={ORIGINS} />
        )}
      </span>
      <span className="cause-usual quiet">{usual ? t(usual) : t('不需要操作', 'Nothing to do')}</span>
      <span className="number">
        <span className="quiet">{t('发现', 'found')}</span> {of.figures.found}
      </span>
      <span className="number">
        <span className="quiet">{t('未结', 'open')}</span> {of.figures.open}
      </span>
      <span className="number">
        <span className="quiet">{t('准确率', 'right')}</span> {shareText(of.figures.right_share)}
      </span>
      <span className="number cause-time">
        <span className="quiet">{t('用时', 'time')}</span> {t(timeText(of.figures.median_seconds))}
      </span>
    </div>
  )
}

import { Alert, App, Button, Progress, Typography } from 'antd'
import { useState } from 'react'
import type { RotateView, VaultView } from '../../../../src/vault/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { counted } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Loading, Nothing, Page, State } from '../../pieces/states.tsx'
import { localOf, When } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { PURPOSES, STATES, USES } from './words.ts'

type Key = VaultView['keys'][number]
type Work = VaultView['work'][number]

/** 数据密钥: which keys seal what, since when; rotating them, and how far sealing anew has come. */
export default function KeysPage() {
  const t = useText()
  const { may } = useSession()
  const deed = useDeed<RotateView>(['system'])
  const { message } = App.useApp()
  const { data, error, refetch } = useRead<VaultView>('system', '/api/vault', {}, { every: 5_000 })
  const [asking, setAsking] = useState(false)
  const rotate = async (reason: string): Promise<void> => {
    const { active_from, rotated } = await deed.mutateAsync({
      method: 'POST',
      path: '/api/vault/rotate',
      body: { reason },
    })
    const { day, time } = localOf(active_from)
    message.success(
      t(
        `已生成 ${rotated.length} 把新密钥，${day} ${time} 起启用`,
        `${counted(rotated.length, 'new key is', 'new keys are')} made, in use from ${day} ${time}`,
      ),
    )
  }
  const keys = [...(data?.keys ?? [])].sort(
    (a, b) => Number(a.state === 'destroyed') - Number(b.state === 'destroyed') || b.key - a.key,
  )
  return (
    <Page
      title={t('数据密钥', 'Data keys')}
      extra={
        may('vault.rotate') && (
          <Button type="primary" onClick={() => setAsking(true)}>
            {t('轮换密钥', 'Rotate the keys')}
          </Button>
        )
      }
    >
      <div className="stack">
        {error && <Failed error={error} again={() => void refetch()} />}
        {!data && !error && <Loading rows={12} />}
        {data && (
          <>
            <Typography.Paragraph type="secondary" style={{ margin: 0 }}>
              {t('主密钥', 'Master key')} <code>{data.master}</code>
              {t(
                '。个人信息以国密 SM4 加密保存；轮换后新数据用新密钥，旧数据在后台重新加密。',
                '. Personal data is sealed by SM4; after a rotation new data uses the new keys and old data is sealed anew in the background.',
              )}
            </Typography.Paragraph>
            <Sealing work={data.work} />
            <Listing<Key>
              label={t('数据密钥', 'Data keys')}
              rows={keys}
              keyOf={({ key }) => key}
              empty={<Nothing what={t('没有密钥', 'There are no keys')} />}
              columns={[
                { title: t('编号', 'No'), head: true, right: true, render: ({ key }) => key },
                {
                  title: t('用于', 'For'),
                  head: true,
                  render: ({ purpose }) => t(PURPOSES[purpose] ?? { zh: purpose, en: purpose }),
                },
                { title: t('用途', 'Use'), render: ({ use }) => t(USES[use] ?? { zh: use, en: use }) },
                { title: t('状态', 'State'), render: ({ state }) => <State of={state} looks={STATES} /> },
                { title: t('启用于', 'In use from'), render: ({ active_from }) => <When at={active_from} whole /> },
                {
                  title: t('已加密次数', 'Seals made'),
                  right: true,
                  render: ({ seals, use }) => (use === 'seal' ? seals.toLocaleString('en') : '—'),
                },
                {
                  title: t('生成者', 'Made by'),
                  render: ({ created_by }) => created_by.replace(/^system.*/, t('系统', 'System')),
                },
              ]}
            />
          </>
        )}
      </div>
      <ReasonDialog
        open={asking}
        title={t('轮换全部数据密钥', 'Rotate all data keys')}
        confirm={t('轮换', 'Rotate')}
        close={() => setAsking(false)}
        decide={rotate}
      >
        <Alert
          type="info"
          showIcon
          title={t(
            '平台照常运行：新密钥稍后启用，已加密的数据在后台逐行重新加密，完成后旧密钥销毁。',
            'The platform goes on: the new keys are used from shortly after, sealed data is sealed anew row by row, then the old keys are destroyed.',
          )}
        />
      </ReasonDialog>
    </Page>
  )
}

/** Columns being sealed anew; `null` when nothing is under way and nothing failed. */
function Sealing({ work }: { readonly work: readonly Work[] }) {
  const t = useText()
  const shown = work.filter(({ finished_at, rows_failed }) => finished_at === null || rows_failed > 0)
  if (shown.length === 0) return null
  return (
    <section className="panel" aria-label={t('重新加密', 'Sealing anew')}>
      <Typography.Title level={2} className="panel-title">
        {t('重新加密', 'Sealing anew')}
      </Typography.Title>
      {shown.map(({ column, rows_done, rows_failed, finished_at }) => (
        <div key={column}>
          <code>{column}</code> {t(`${rows_done} 行已完成`, `${counted(rows_done, 'row')} done`)}
          {rows_failed > 0 && <span className="wrong"> {t(`，${rows_failed} 行失败`, `, ${rows_failed} failed`)}</span>}
          <Progress
            percent={finished_at === null ? 50 : 100}
            status={finished_at === null ? 'active' : 'normal'}
            showInfo={false}
          />
        </div>
      ))}
    </section>
  )
}

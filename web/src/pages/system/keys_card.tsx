import { Descriptions, Skeleton, Typography } from 'antd'
import { Link } from 'react-router'
import type { VaultView } from '../../../../src/vault/api.ts'
import { Panel } from '../../pieces/panel.tsx'
import { counted } from '../../pieces/phrases.ts'
import { Failed } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** The keys in two lines; all of them stand on their own page. */
export function KeysCard() {
  const t = useText()
  const { data, error } = useRead<VaultView>('system', '/api/vault')
  const current = data?.keys.filter(({ state }) => state === 'current') ?? []
  const newest =
    current
      .map(({ active_from }) => active_from)
      .sort()
      .at(-1) ?? null
  const sealing = data?.work.filter(({ finished_at }) => finished_at === null).length ?? 0
  return (
    <Panel title={t('数据密钥', 'Data keys')}>
      {error && <Failed error={error} />}
      {data ? (
        <Descriptions
          column={1}
          size="small"
          items={[
            { key: 1, label: t('使用中', 'In use'), children: current.length },
            { key: 2, label: t('最近启用', 'In use since'), children: <When at={newest} whole /> },
            {
              key: 3,
              label: t('重新加密', 'Sealing anew'),
              children:
                sealing === 0 ? t('无', 'None') : t(`${sealing} 列进行中`, `${counted(sealing, 'column')} under way`),
            },
          ]}
        />
      ) : (
        !error && <Skeleton active title={false} />
      )}
      <Typography.Paragraph style={{ margin: '8px 0 0' }}>
        <Link to="/keys">{t('查看与轮换', 'See and rotate')}</Link>
      </Typography.Paragraph>
    </Panel>
  )
}

import { Button, Descriptions, Drawer, Flex, Typography } from 'antd'
import script from '../../../../scripts/verify-log-proof.mjs?raw'
import type { EntryView } from '../../../../src/audit/api.ts'
import { Changes } from '../../pieces/changes.tsx'
import { changesBetween } from '../../pieces/compare.ts'
import { spoken } from '../../pieces/phrases.ts'
import { saveText } from '../../pieces/save.ts'
import { Failed } from '../../pieces/states.tsx'
import { Num, When } from '../../pieces/values.tsx'
import type { Address } from '../../shell/address.ts'
import { ask } from '../../shell/api.ts'
import { useAttempt } from '../../shell/attempt.ts'
import { useText } from '../../shell/text.ts'
import { ACTS, CODES, FIELDS, OBJECTS } from './acts.ts'

/** One entry: all of it, what it changed, and how to prove that it stood in the log. */
export function EntryDrawer({
  entry,
  close,
  show,
}: {
  readonly entry: EntryView | undefined
  readonly close: () => void
  readonly show: Address
}) {
  const t = useText()
  return (
    <Drawer
      open={entry !== undefined}
      onClose={close}
      size={640}
      rootClassName="full-on-phone"
      title={entry && t(ACTS[entry.what] ?? { zh: entry.what, en: entry.what })}
    >
      {entry && <Entry key={entry.entry_id} entry={entry} show={show} />}
    </Drawer>
  )
}

function Entry({ entry, show }: { readonly entry: EntryView; readonly show: Address }) {
  const t = useText()
  const changes = changesBetween(entry.before, entry.after)
  const only = (changed: Record<string, string>, zh: string, en: string) => (
    <Button type="link" size="small" onClick={() => show.set({ ...changed, entry: null }, { step: true })}>
      {t(zh, en)}
    </Button>
  )
  return (
    <div className="stack">
      <Descriptions
        column={1}
        size="small"
        items={[
          { key: 1, label: t('时间', 'Time'), children: <When at={entry.at} whole /> },
          {
            key: 2,
            label: t('人员', 'Person'),
            children: (
              <span>
                {spoken(t, entry.who_name) || t('系统', 'System')} <Num>{entry.who}</Num>
                {only({ who: entry.who }, '只看此人', 'Only this one')}
              </span>
            ),
          },
          {
            key: 3,
            label: t('对象', 'Object'),
            children: (
              <span>
                {t(OBJECTS[entry.object_kind] ?? { zh: entry.object_kind, en: entry.object_kind })}{' '}
                <Num>{entry.object_id}</Num>
                {only({ kind: entry.object_kind, object: entry.object_id }, '只看此对象', 'Only this one')}
              </span>
            ),
          },
          { key: 4, label: t('网络地址', 'Address'), children: <Num>{entry.address}</Num> },
          { key: 5, label: t('设备', 'Device'), children: <Num>{entry.device}</Num> },
          { key: 6, label: t('请求编号', 'Request'), children: <Num>{entry.request_id}</Num> },
          { key: 7, label: t('日志编号', 'Entry'), children: <Num>{entry.entry_id}</Num> },
        ]}
      />
      <section aria-label={t('变更内容', 'What it changed')}>
        <Typography.Title level={3} className="panel-title">
          {t('变更内容', 'What it changed')}
        </Typography.Title>
        {changes.length === 0 ? (
          <span className="quiet">{t('此操作没有前后内容', 'This act has no before and after')}</span>
        ) : (
          <Changes
            changes={changes}
            codeOf={(path, value) => {
              const words = CODES[path]?.[String(value)]
              return words && t(words)
            }}
            nameOf={path =>
              path
                .split('.')
                .map(name => (FIELDS[name] ? t(FIELDS[name]) : name))
                .join(' · ')
            }
          />
        )}
      </section>
      <Proof entry={entry} />
    </div>
  )
}

function Proof({ entry }: { readonly entry: EntryView }) {
  const t = useText()
  const { busy, refused, attempt } = useAttempt()
  const name = `log-proof-${entry.entry_id}.json`
  const prove = (): Promise<boolean> =>
    attempt(async () => {
      const proof = await ask('GET', `/api/operation-log/${entry.entry_id}/proof`)
      saveText(name, `${JSON.stringify(proof, null, 2)}\n`)
    })
  return (
    <section className="panel" aria-label={t('证明', 'Proof')}>
      <Typography.Title level={3} className="panel-title">
        {t('证明', 'Proof')}
      </Typography.Title>
      <Typography.Paragraph type="secondary">
        {t(
          '证明文件可脱机核验：这条记录当时就在日志里，此后没有改动。核验只需要证明文件、机构之外保管的根和核验程序，不需要网络和数据库。证明以这条之后导出的根为准，没有时请先“导出根”。',
          'The proof is checked offline: this entry stood in the log as it is. The proof, a root that is kept outside of the house and the checking program are enough; no network and no database. It leads to a root exported after the entry: export one first where there is none.',
        )}
      </Typography.Paragraph>
      <Flex wrap gap={8}>
        <Button type="primary" loading={busy} onClick={() => void prove()}>
          {t('下载证明', 'Download the proof')}
        </Button>
        <Button onClick={() => saveText('verify-log-proof.mjs', script, 'text/javascript')}>
          {t('下载核验程序', 'Download the checking program')}
        </Button>
      </Flex>
      <Typography.Paragraph style={{ margin: '12px 0 0' }}>
        {t('核验：', 'To check: ')}
        <Typography.Text code copyable style={{ overflowWrap: 'anywhere' }}>
          {`node verify-log-proof.mjs ${name} operation-log-root-N.json`}
        </Typography.Text>
      </Typography.Paragraph>
      {refused && <Failed error={refused} />}
    </section>
  )
}

import { Button, Descriptions, Flex, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { AccountDetail } from '../../../../src/access/api.ts'
import { aside, titled } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { RecordDrawer } from '../../pieces/record_drawer.tsx'
import { State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Devices } from './devices.tsx'
import { Grants } from './grants.tsx'
import { Recovery } from './recovery.tsx'
import { ServiceKeys } from './service_keys.tsx'
import { KINDS, STATES } from './words.ts'

/** One account with all that belongs to it. */
export function AccountDrawer({ id, close }: { readonly id: string; readonly close: () => void }) {
  const t = useText()
  return (
    <RecordDrawer<AccountDetail>
      subject="accounts"
      under="/api/accounts"
      id={id}
      close={close}
      title={account => (account ? aside(t, account.name, account.login) : t('账户', 'Account'))}
    >
      {account => <Detail account={account} />}
    </RecordDrawer>
  )
}

function Detail({ account }: { readonly account: AccountDetail }) {
  const t = useText()
  const { may, who } = useSession()
  const own = who.account_id === account.account_id
  return (
    <div className="stack">
      <Descriptions
        column={{ xs: 1, sm: 2 }}
        size="small"
        items={[
          { key: 1, label: t('状态', 'State'), children: <State of={account.state} looks={STATES} /> },
          { key: 2, label: t('类别', 'Kind'), children: t(KINDS[account.kind] ?? { zh: '', en: '' }) },
          { key: 3, label: t('开立于', 'Opened'), children: <When at={account.created_at} whole /> },
          {
            key: 4,
            label: t('第二因素', 'Second factor'),
            children: account.second_factor ? t('有', 'Yes') : t('无', 'None'),
          },
          ...(account.locked_until
            ? [
                {
                  key: 5,
                  label: t('锁定至', 'Locked until'),
                  children: <When at={account.locked_until} whole />,
                },
              ]
            : []),
          ...(account.password_change_due
            ? [
                {
                  key: 6,
                  label: t('密码', 'Password'),
                  children: t('下次登录须修改', 'To be changed at the next log-in'),
                },
              ]
            : []),
        ]}
      />
      <Flex wrap gap={8}>
        {may('account.manage') && !own && <StateButtons account={account} />}
        {may('account.manage') && !own && account.kind === 'staff' && <Recovery account={account} />}
        {may('log.read') && (
          <Link to={`/operation-log?who=${account.kind}:${account.login}`}>
            <Button>{t('操作记录', 'What it did')}</Button>
          </Link>
        )}
      </Flex>
      {own && (
        <Typography.Text type="secondary">
          {t(
            '这是您自己的账户：角色和状态须由其他主管办理。',
            'This is your own account: its roles and state are another supervisor’s business.',
          )}
        </Typography.Text>
      )}
      {account.kind !== 'payer' && <Grants account={account} own={own} />}
      {account.kind === 'service' ? <ServiceKeys account={account} /> : <Devices account={account} />}
    </div>
  )
}

const NEXT: Readonly<Record<string, readonly ('active' | 'suspended' | 'closed')[]>> = {
  active: ['suspended', 'closed'],
  suspended: ['active', 'closed'],
  closed: [],
}

function StateButtons({ account }: { readonly account: AccountDetail }) {
  const t = useText()
  const deed = useDeed(['accounts'])
  const [next, setNext] = useState<'active' | 'suspended' | 'closed' | null>(null)
  const words = {
    active: t('恢复', 'Resume'),
    suspended: t('停用', 'Suspend'),
    closed: t('注销', 'Close for good'),
  }
  const meaning = {
    active: t('账户恢复后可以立即登录。', 'The account may log in again at once.'),
    suspended: t(
      '所有会话立即结束，恢复前无法登录。',
      'All its sessions end now; it cannot log in until it is resumed.',
    ),
    closed: t('所有会话立即结束，且不能再恢复。', 'All its sessions end now, and it cannot be resumed.'),
  }
  return (
    <>
      {(NEXT[account.state] ?? []).map(state => (
        <Button key={state} danger={state !== 'active'} onClick={() => setNext(state)}>
          {words[state]}
        </Button>
      ))}
      <ReasonDialog
        open={next !== null}
        title={next === null ? '' : titled(t, words[next], aside(t, account.name, account.login))}
        confirm={next === null ? '' : words[next]}
        danger={next !== 'active'}
        reason="none"
        close={() => setNext(null)}
        decide={() =>
          deed.mutateAsync({
            method: 'POST',
            path: `/api/accounts/${account.account_id}/state`,
            body: { state: next },
            bare: true,
          })
        }
      >
        {next !== null && meaning[next]}
      </ReasonDialog>
    </>
  )
}

import { Alert, Button, Dropdown } from 'antd'
import { useState } from 'react'
import type { AccountDetail } from '../../../../src/access/api.ts'
import { useAsked } from '../../pieces/asked.tsx'
import { aside, titled } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { SecretDialog } from '../../pieces/secret.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

type Step = 'ask' | 'password' | 'totp'

/** A new password or the end of the second factor: asked of another supervisor first, then done within an hour by whoever asked. */
export function Recovery({ account }: { readonly account: AccountDetail }) {
  const t = useText()
  const deed = useDeed<{ password: string }>(['accounts', 'reviews'])
  const asked = useAsked()
  const [step, setStep] = useState<Step | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const path = `/api/accounts/${account.account_id}`
  const words: Readonly<Record<Step, string>> = {
    ask: t('申请恢复账户', 'Ask for the recovery'),
    password: t('重置密码', 'Reset the password'),
    totp: t('停用动态验证码', 'End the authenticator codes'),
  }
  const decide = async (reason: string): Promise<void> => {
    if (step === 'ask') {
      await deed.mutateAsync({ method: 'POST', path: `${path}/recovery`, body: { reason } })
      asked(t(`恢复“${account.name}”的账户`, `The recovery of “${account.name}”`))
    } else if (step === 'password') {
      const { password } = await deed.mutateAsync({ method: 'POST', path: `${path}/password`, bare: true })
      setSecret(password)
    } else await deed.mutateAsync({ method: 'DELETE', path: `${path}/totp`, bare: true })
  }
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: (['ask', 'password', ...(account.second_factor ? ['totp' as const] : [])] as Step[]).map(key => ({
            key,
            label: words[key],
          })),
          onClick: ({ key }) => setStep(key as Step),
        }}
      >
        <Button>{t('忘记密码…', 'Forgotten password…')}</Button>
      </Dropdown>
      <ReasonDialog
        open={step !== null}
        title={step === null ? '' : titled(t, words[step], aside(t, account.name, account.login))}
        confirm={step === 'ask' ? t('提交复核', 'Ask a second supervisor') : t('执行', 'Do it')}
        reason={step === 'ask' ? 'needed' : 'none'}
        danger={step !== 'ask'}
        close={() => setStep(null)}
        decide={decide}
      >
        <Alert
          type="info"
          showIcon
          title={
            step === 'ask'
              ? t(
                  '请先当面或通过可靠途径确认是本人。另一位主管同意后一小时内，由您重置密码或停用动态验证码。',
                  'Make sure first that it is the person. Once another supervisor agrees you have an hour to reset the password or end the codes.',
                )
              : t(
                  '须另一位主管先同意恢复，且在一小时内办理。',
                  'Another supervisor must have agreed within the last hour.',
                )
          }
        />
      </ReasonDialog>
      <SecretDialog
        title={t('临时密码（下次登录须修改）', 'Password for one log-in')}
        secret={secret}
        close={() => setSecret(null)}
      />
    </>
  )
}

import { Flex, Switch } from 'antd'
import type { OwnNotices } from '../../../../src/notices/api.ts'
import { Failed, Loading } from '../../pieces/states.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { type Both, useText } from '../../shell/text.ts'

type Template = OwnNotices['notices'][number]['template']
const WORDS: Readonly<Record<Template, Both>> = {
  bill_issued: { zh: '有新账单时', en: 'When there is a new bill' },
  payment_succeeded: { zh: '缴费成功时', en: 'When a payment has arrived' },
  appeal_received: { zh: '申诉受理时', en: 'When an appeal was received' },
}

/** 通知设置: which messages come to one's phone. */
export function NoticeChoices() {
  const t = useText()
  const { may } = useSession()
  const { data, error, refetch } = useRead<OwnNotices>('own', '/api/own/notices')
  const set = useDeed<OwnNotices>(['own'])
  if (error) return <Failed error={error} again={() => void refetch()} />
  if (!data) return <Loading rows={3} />
  const choose = (template: Template, wanted: boolean): void => {
    const muted = data.notices.filter(each => (each.template === template ? !wanted : !each.wanted))
    set.mutate({
      method: 'PUT',
      path: '/api/own/notices',
      body: { muted: muted.map(each => each.template) },
      bare: true,
    })
  }
  return (
    <Flex vertical gap={4}>
      {data.notices.map(({ template, wanted }) => (
        <label key={template} className="choice" htmlFor={`notice-${template}`}>
          <span>{t(WORDS[template])}</span>
          <Switch
            id={`notice-${template}`}
            checked={wanted}
            disabled={!may('own.manage')}
            loading={set.isPending}
            onChange={checked => choose(template, checked)}
          />
        </label>
      ))}
      <span className="quiet">
        {t(
          '退款、多缴、申诉答复和登录验证码始终会发短信。',
          'Refunds, surpluses, answers to appeals and log-in codes are always sent.',
        )}
      </span>
      {set.error && <Failed error={set.error} />}
    </Flex>
  )
}

import { Alert, Descriptions, Typography } from 'antd'
import { Link } from 'react-router'
import type { DiscrepancyKind } from '../../../../src/matching/entry.ts'
import type { ItemDetail, ItemView } from '../../../../src/reconciliation/items/api.ts'
import { suggestion } from '../../../../src/reports/words.ts'
import { titled } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Loading } from '../../pieces/states.tsx'
import { Money, Num } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useLang, useText } from '../../shell/text.ts'
import { Compared } from './compared.tsx'
import { causeWords, kindWords } from './looks.ts'

/** What speaks against a payment, and the decision to confirm it nevertheless, with its reason. */
export function ConfirmDialog({
  item,
  close,
  confirm,
}: {
  readonly item: ItemView | null
  readonly close: () => void
  readonly confirm: (item: ItemView, reason: string) => Promise<void>
}) {
  const t = useText()
  return (
    <ReasonDialog
      open={item !== null}
      title={t('异常项目：核对后确认', 'An anomalous item: confirm it after a look')}
      confirm={t('说明并确认', 'Confirm with this reason')}
      danger
      close={close}
      decide={async reason => {
        if (item) await confirm(item, reason)
      }}
    >
      {item && <Explained no={item.payment_no} />}
    </ReasonDialog>
  )
}

function Explained({ no }: { readonly no: string }) {
  const t = useText()
  const lang = useLang()
  const { may } = useSession()
  const read = useRead<ItemDetail>('items', `/api/items/${encodeURIComponent(no)}`, undefined, { keep: false })
  if (read.error) return <Failed error={read.error} again={() => void read.refetch()} />
  if (!read.data) return <Loading rows={6} />
  const { doubt, ...item } = read.data
  const next = doubt && doubt.kind !== 'anomaly' ? suggestion(doubt.kind as DiscrepancyKind, doubt.cause, lang) : null
  return (
    <>
      <Typography.Paragraph>
        <Num>{item.order_no}</Num> · <Money amount={item.amount} currency={item.currency} /> · {item.title}
      </Typography.Paragraph>
      {doubt ? (
        <>
          <Alert
            type="error"
            showIcon
            title={titled(t, t(kindWords(doubt.kind)), t(causeWords(doubt.cause)))}
            description={t({ zh: doubt.zh, en: doubt.en })}
          />
          <Compared detail={read.data} />
          {next && (
            <Descriptions
              column={1}
              size="small"
              items={[{ key: 'next', label: t('通常的处理', 'What is usually done'), children: next }]}
            />
          )}
          {item.discrepancy_id !== null && may('discrepancy.read') && (
            <Link to={`/discrepancies/${item.discrepancy_id}`}>
              {t('打开差错，查看全部依据', 'Open the discrepancy with all its evidence')}
            </Link>
          )}
          <Typography.Paragraph type="secondary" style={{ margin: '8px 0 0' }}>
            {t(
              '确认后生成异常交易专项报告；差错本身仍须处理。',
              'Confirming writes an anomaly report; the discrepancy itself is still to be dealt with.',
            )}
          </Typography.Paragraph>
        </>
      ) : (
        <Alert type="success" showIcon title={t('这一笔已没有异常', 'Nothing speaks against it any more')} />
      )}
      {item.second_person && (
        <Alert
          style={{ marginTop: 8 }}
          type="warning"
          showIcon
          title={t(
            '金额超过规则的确认限额：提交后须第二人复核同意才生效',
            'Above the rules’ amount: a second person must agree before it counts',
          )}
        />
      )}
    </>
  )
}

import { App } from 'antd'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** 冲正: takes back a success that the channel denies. */
export function ReversalDialog({ paymentNo, close }: { readonly paymentNo: string; readonly close: () => void }) {
  const t = useText()
  const { message } = App.useApp()
  const deed = useDeed(['refunds', 'payments', 'items', 'days'])
  return (
    <ReasonDialog
      open
      danger
      title={t('冲正这笔支付', 'Reverse this payment')}
      confirm={t('冲正', 'Reverse')}
      close={close}
      decide={async reason => {
        await deed.mutateAsync({
          method: 'POST',
          path: `/api/payments/${encodeURIComponent(paymentNo)}/reversal`,
          body: { reason },
        })
        void message.success(t('已冲正', 'Reversed'))
      }}
    >
      <p>
        {t(
          '只用于误记的成功：平台先向渠道查询，渠道否认才冲正。缴费单恢复为待缴，原记录保留，另记一笔反向流水。款项确已收到的，请申请退款。',
          'For a success that was booked wrongly: the channel is asked first, and only what it denies is reversed. The bill is due again; the first entry stays, with another against it. For money that did come, ask for a refund.',
        )}
      </p>
    </ReasonDialog>
  )
}

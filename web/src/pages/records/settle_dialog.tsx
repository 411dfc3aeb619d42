import { ReasonDialog } from '../../pieces/reason.tsx'
import { useText } from '../../shell/text.ts'

/** Asks what was done about an anomaly. It moves no money. */
export function SettleDialog({
  close,
  settle,
}: {
  readonly close: () => void
  readonly settle: (note: string) => Promise<unknown>
}) {
  const t = useText()
  return (
    <ReasonDialog
      open
      title={t('异常支付处理完毕', 'This anomaly is dealt with')}
      confirm={t('处理完毕', 'It is dealt with')}
      close={close}
      decide={settle}
    >
      <p>
        {t(
          '写明做了什么（已退款、已转入其他缴费单、已与渠道核实）。此操作只作记录，不动资金。',
          'Say what was done (refunded, asked the channel). This only records it and moves no money.',
        )}
      </p>
    </ReasonDialog>
  )
}

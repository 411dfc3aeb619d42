import { Link, useParams } from 'react-router'
import type { OwnAppealList } from '../../../../src/appeals/api.ts'
import type { PaymentView } from '../../../../src/orders/api.ts'
import { Failed, Loading } from '../../pieces/states.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { mayAppeal } from '../own_appeals/words.ts'
import ProgressPage from '../pay/progress_page.tsx'
import { Explained } from './page.tsx'

/** One payment of the payer: where it stands, its receipt, and what to do if something is wrong with it. */
export default function RecordPage() {
  const t = useText()
  const { paymentNo = '' } = useParams()
  const payment = useRead<PaymentView>('paying', `/api/payments/${encodeURIComponent(paymentNo)}`)
  const appeals = useRead<OwnAppealList>('own', '/api/own/appeals')
  if (payment.error) return <Failed error={payment.error} again={() => void payment.refetch()} />
  if (!payment.data || appeals.isPending) return <Loading rows={10} />
  const open = appeals.data?.appeals.find(each => each.payment_no === paymentNo && each.state === 'open')
  const kind = mayAppeal(payment.data)
  return (
    <>
      <ProgressPage />
      <Explained />
      <div className="deeds">
        {open && (
          <Link className="button-link second" to={`/own/appeals/${open.appeal_id}`}>
            {t('看这笔的申诉', 'See the appeal about it')}
          </Link>
        )}
        {!open && kind !== null && (
          <Link className="button-link second" to={`/own/appeals/new?payment=${encodeURIComponent(paymentNo)}`}>
            {kind === 'not_paid'
              ? t('我付了钱却显示未缴费，去申诉', 'I have paid, and it is not shown: appeal')
              : t('对这笔有疑问，去申诉', 'Something is wrong with it: appeal')}
          </Link>
        )}
      </div>
    </>
  )
}

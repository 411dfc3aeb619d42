import { Tag } from 'antd'
import type { CreditList, CreditView } from '../../../../src/reconciliation/funds/api.ts'
import { PagedRows } from '../../pieces/paged.tsx'
import { listed } from '../../pieces/phrases.ts'
import { HOW_PAID } from '../../pieces/settlement_words.ts'
import { Money, Num } from '../../pieces/values.tsx'
import { usePages } from '../../shell/paging.ts'
import { useText } from '../../shell/text.ts'

const rowsOf = (answer: CreditList): readonly CreditView[] => answer.credits

/** Lines of the banks that are payouts of channels: which of our days each pays, or that nobody knows yet. */
export function Payouts({ assigned }: { readonly assigned: boolean | undefined }) {
  const t = useText()
  const list = usePages<CreditList, CreditView>('settlements', '/api/payouts', { assigned }, rowsOf)
  return (
    <PagedRows
      list={list}
      empty={
        assigned === false
          ? t('每笔渠道结算到账都已对应到账期', 'Every payout pays a day that we know')
          : t('银行对账单中还没有渠道结算到账', 'There is no payout among the banks’ lines yet')
      }
      keyOf={row => row.line}
      height={64}
      viewport="calc(100dvh - 220px)"
      label={t('渠道结算到账', 'Payouts')}
      render={row => (
        <div className="row-link">
          <div className="row-line">
            <strong>
              {row.paid_on} · {row.bank}
            </strong>
            <Money amount={row.amount} currency={row.currency} />
          </div>
          <div className="row-line quiet">
            <span>
              {t('付款账户', 'Paid by')} {listed(t, row.accounts)} · <Num>{row.line}</Num>
            </span>
            {row.how ? (
              <Tag color="success">{t(HOW_PAID[row.how] ?? { zh: row.how, en: row.how })}</Tag>
            ) : (
              <Tag color="warning">{t('未对应账期', 'Pays no known day')}</Tag>
            )}
          </div>
        </div>
      )}
    />
  )
}

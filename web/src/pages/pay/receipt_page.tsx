import { DownloadOutlined } from '@ant-design/icons'
import { useParams } from 'react-router'
import type { ReceiptView } from '../../../../src/orders/receipt_api.ts'
import { Copy } from '../../pieces/copy.tsx'
import { Failed, Loading, Page } from '../../pieces/states.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { Sum } from './bill.tsx'
import { ReceiptFacts } from './receipt.tsx'
import './pay.css'

/** 电子缴费凭证: to read, to download, to have verified by others. */
export default function ReceiptPage() {
  const t = useText()
  const { paymentNo = '' } = useParams()
  const path = `/api/payments/${encodeURIComponent(paymentNo)}/receipt`
  const { data, error, refetch } = useRead<ReceiptView>('paying', path, undefined, { keep: false })
  return (
    <Page title={t('电子缴费凭证', 'Receipt')}>
      {error && <Failed error={error} again={() => void refetch()} />}
      {!error && !data && <Loading rows={10} />}
      {data && (
        <>
          <div className="bill">
            <h2 style={{ margin: 0 }}>{data.merchant}</h2>
            <div className="big-sum">
              <Sum amount={data.amount} currency={data.currency} />
            </div>
            <div className="quiet">{data.amount_in_capitals}</div>
            <ReceiptFacts receipt={data} />
            <div style={{ marginTop: 8 }}>
              {t('校验码', 'Code')} <strong>{data.code}</strong>{' '}
              <Copy text={data.code} what={t('校验码', 'the code')} />
            </div>
          </div>
          <div className="deeds">
            <a className="button-link" href={`${path}.pdf`} download>
              <DownloadOutlined aria-hidden="true" />
              &nbsp;{t('下载 PDF', 'Download PDF')}
            </a>
          </div>
          <p className="quiet">
            {t(
              '报销或存档用。任何人都可以用校验码在“核验缴费凭证”里查真伪。',
              'For your files. Anybody can verify it by its code under “Verify a receipt”.',
            )}
          </p>
        </>
      )}
    </Page>
  )
}

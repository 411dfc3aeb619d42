import { DownloadOutlined } from '@ant-design/icons'
import { Button, Descriptions } from 'antd'
import { Link } from 'react-router'
import type { ReportList } from '../../../../src/reconciliation/items/api.ts'
import { useMerchants } from '../../pieces/merchants.ts'
import { PagedRows } from '../../pieces/paged.tsx'
import { titled } from '../../pieces/phrases.ts'
import { Page } from '../../pieces/states.tsx'
import { ChannelName, Money, Num, When } from '../../pieces/values.tsx'
import { usePages } from '../../shell/paging.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { causeWords, fieldWords, kindWords } from '../items/looks.ts'

type Report = ReportList['reports'][number]
const rowsOf = (answer: ReportList): readonly Report[] => answer.reports

/** 异常交易专项报告: what was confirmed although something spoke against it, and why. */
export default function AnomalyReports() {
  const t = useText()
  const { may } = useSession()
  const { nameOf } = useMerchants()
  const list = usePages<ReportList, Report>('items', '/api/anomaly-reports', { limit: 50 }, rowsOf)
  return (
    <Page
      title={t('异常交易专项报告', 'Anomaly reports')}
      extra={
        may('report.export') && (
          <Link to="/reports?template=standard.anomalies">
            <Button icon={<DownloadOutlined />}>{t('导出报表', 'Export as a report')}</Button>
          </Link>
        )
      }
    >
      <PagedRows<Report>
        list={list}
        empty={t('还没有异常确认', 'Nothing anomalous was confirmed yet')}
        keyOf={report => report.id}
        render={report => <OneReport report={report} merchant={nameOf(report.merchant_no)} />}
        height={210}
        viewport="calc(100dvh - 150px)"
        label={t('异常交易专项报告', 'Anomaly reports')}
      />
    </Page>
  )
}

function OneReport({ report, merchant }: { readonly report: Report; readonly merchant: string }) {
  const t = useText()
  return (
    <div style={{ padding: '12px 16px', borderBlockEnd: '1px solid var(--line)' }}>
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, xl: 4 }}
        title={
          <>
            {t(`第 ${report.id} 号`, `Number ${report.id}`)} ·{' '}
            {titled(t, t(kindWords(report.kind)), t(causeWords(report.cause)))}
          </>
        }
        extra={
          <Link
            to={`/items?number=${encodeURIComponent(report.order_no)}&item=${encodeURIComponent(report.payment_no)}`}
          >
            {t('打开这一笔', 'Open the item')}
          </Link>
        }
        items={[
          {
            key: 'amount',
            label: t('金额', 'Amount'),
            children: <Money amount={report.amount} currency={report.currency} />,
          },
          { key: 'merchant', label: t('收费单位', 'Merchant'), children: merchant },
          { key: 'channel', label: t('渠道', 'Channel'), children: <ChannelName channel={report.channel} /> },
          { key: 'day', label: t('账期', 'Business day'), children: report.business_date },
          { key: 'no', label: t('缴费单号', 'Order no'), children: <Num>{report.order_no}</Num> },
          {
            key: 'found',
            label: t('发现', 'Found'),
            children: Object.entries(report.found)
              .map(([field, text]) => `${t(fieldWords(field))} ${field === 'kind' ? t(kindWords(text)) : text}`)
              .join(t('；', '; ')),
          },
          { key: 'reason', label: t('确认理由', 'Reason'), children: report.reason },
          {
            key: 'by',
            label: t('确认人', 'Confirmed by'),
            children: (
              <>
                {report.by} <When at={report.at} />
              </>
            ),
          },
        ]}
      />
    </div>
  )
}

import { Alert, Button, Empty, Flex, Skeleton, Tag, Typography } from 'antd'
import type { ReactNode } from 'react'
import type { Refused } from '../shell/api.ts'
import { useText } from '../shell/text.ts'
import type { StateLook } from './look.ts'

export type { StateLook }

/** What was refused and what to do about it; with `again` a button to try once more. */
export function Failed({ error, again }: { readonly error: Refused; readonly again?: () => void }) {
  const t = useText()
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t(error.words)}
      description={
        error.requestId === '' ? undefined : (
          <Typography.Text type="secondary">
            {t('请求编号', 'Request')} <code>{error.requestId}</code>
          </Typography.Text>
        )
      }
      action={again && <Button onClick={again}>{t('重试', 'Try again')}</Button>}
    />
  )
}

/** Room for what is on its way, as high as what comes, so that nothing jumps. */
export function Loading({ rows = 6 }: { readonly rows?: number }) {
  const t = useText()
  return (
    <div aria-busy="true" aria-live="polite">
      <span className="only-read">{t('正在读取', 'Loading')}</span>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  )
}

/** Nothing is there, and why that is fine or what to do next. */
export function Nothing({ what, children }: { readonly what: ReactNode; readonly children?: ReactNode }) {
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={what}>
      {children}
    </Empty>
  )
}

/** A state by its word; an unknown one as it is. */
export function State({ of, looks }: { readonly of: string; readonly looks: Readonly<Record<string, StateLook>> }) {
  const t = useText()
  const found = looks[of]
  return <Tag color={found?.colour ?? 'default'}>{found ? t(found) : of}</Tag>
}

/** A page's head: what it is, what stands to its right, and beneath it its content. */
export function Page({
  title,
  extra,
  children,
}: {
  readonly title: ReactNode
  readonly extra?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className="page">
      <Flex justify="space-between" align="center" wrap gap={12} className="page-head">
        <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
          {title}
        </Typography.Title>
        {extra}
      </Flex>
      {children}
    </section>
  )
}

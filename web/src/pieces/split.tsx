import { ArrowLeftOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useText } from '../shell/text.ts'
import { Nothing } from './states.tsx'

/** A list and the opened one of it beside each other; on narrow screens one or the other. */
export function Split({
  list,
  detail,
  back,
}: {
  readonly list: ReactNode
  /** null: none is open. */
  readonly detail: ReactNode | null
  /** The address of the list. */
  readonly back: string
}) {
  const t = useText()
  return (
    <div className={detail === null ? 'split' : 'split split-open'}>
      <div className="split-list">{list}</div>
      <div className="split-detail">
        {detail === null ? (
          <div className="split-none">
            <Nothing what={t('从列表中选择一项', 'Choose one from the list')} />
          </div>
        ) : (
          <>
            <Link to={back} className="split-back">
              <ArrowLeftOutlined /> {t('返回列表', 'Back to the list')}
            </Link>
            {detail}
          </>
        )}
      </div>
    </div>
  )
}

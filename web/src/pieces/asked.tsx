import { App } from 'antd'
import { Link } from 'react-router'
import { useText } from '../shell/text.ts'

/** Tells that a second person was asked, and where that stands. */
export function useAsked(): (what: string) => void {
  const t = useText()
  const { notification } = App.useApp()
  return what =>
    notification.success({
      title: t('已提交复核', 'A second person is asked'),
      description: (
        <>
          {what}
          {t('，须另一人同意后生效。', ' takes effect once somebody else agrees. ')}
          <Link to="/reviews?whose=mine">{t('查看复核', 'Reviews')}</Link>
        </>
      ),
      duration: 8,
    })
}

import { App, Button } from 'antd'
import { useNavigate } from 'react-router'
import { useText } from '../shell/text.ts'

/** Tells that a second person was asked, and leads to where that stands. */
export function useAsked(): (what: string) => void {
  const t = useText()
  const navigate = useNavigate()
  const { notification } = App.useApp()
  return what =>
    notification.success({
      key: 'asked',
      title: t('已提交复核', 'A second person is asked'),
      description: t(`${what}，须另一人同意后生效。`, `${what} takes effect once somebody else agrees.`),
      duration: 8,
      // Notices stand outside of the router: no Link works there.
      actions: (
        <Button
          type="link"
          onClick={() => {
            notification.destroy('asked')
            navigate('/reviews?view=mine')
          }}
        >
          {t('查看复核', 'See reviews')}
        </Button>
      ),
    })
}

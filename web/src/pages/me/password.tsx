import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { Failed } from '../../pieces/states.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

type Words = { readonly present: string; readonly next: string; readonly again: string }

/** Changes one's own password; all other log-ins end by it. */
export function PasswordForm({ done }: { readonly done: () => void }) {
  const t = useText()
  const [form] = Form.useForm<Words>()
  const [changed, setChanged] = useState(false)
  const change = useDeed(['session'])
  const missing = t('请填写', 'This is missing')
  return (
    <Form<Words>
      form={form}
      layout="vertical"
      requiredMark={false}
      onFinish={({ present, next }) =>
        change.mutate(
          { method: 'POST', path: '/api/session/password', body: { present, next }, bare: true },
          {
            onSuccess: () => {
              form.resetFields()
              setChanged(true)
              done()
            },
          },
        )
      }
    >
      <Form.Item
        name="present"
        label={t('现在的密码', 'Present password')}
        rules={[{ required: true, message: missing }]}
      >
        <Input.Password autoComplete="current-password" maxLength={256} />
      </Form.Item>
      <Form.Item
        name="next"
        label={t('新密码', 'New password')}
        extra={t(
          '至少 12 个字符；几个互不相干的词连成一句，好记又难猜',
          'At least 12 characters; a few unrelated words are easy to keep and hard to guess',
        )}
        rules={[
          { required: true, message: missing },
          { min: 12, message: t('至少 12 个字符', 'At least 12 characters') },
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={128} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('再输一遍新密码', 'The new one once more')}
        dependencies={['next']}
        rules={[
          { required: true, message: missing },
          {
            validator: (_, value) =>
              !value || value === form.getFieldValue('next')
                ? Promise.resolve()
                : Promise.reject(new Error(t('两次输入的不一样', 'The two differ'))),
          },
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={128} />
      </Form.Item>
      {change.error && (
        <div style={{ marginBottom: 16 }}>
          <Failed error={change.error} />
        </div>
      )}
      {changed && (
        <Alert
          type="success"
          showIcon
          role="status"
          style={{ marginBottom: 16 }}
          title={t('密码已修改，其他设备上的登录已结束', 'Your password is changed; your other log-ins have ended')}
        />
      )}
      <Button type="primary" htmlType="submit" loading={change.isPending}>
        {t('修改密码', 'Change the password')}
      </Button>
    </Form>
  )
}

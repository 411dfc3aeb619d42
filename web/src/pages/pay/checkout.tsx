import { Alert, Button } from 'antd'
import type { CheckoutView, PayChannel, PaymentView } from '../../../../src/orders/api.ts'
import { Copy } from '../../pieces/copy.tsx'
import { Qr } from '../../pieces/qr.tsx'
import { CHANNEL_NAMES, grouped, localOf } from '../../pieces/values.tsx'
import { isPhone } from '../../shell/is_phone.ts'
import { type Both, useText } from '../../shell/text.ts'

/** Takes the payer to where he pays, when that is another page. Codes and transfers stay on ours. */
export function goOn(checkout: CheckoutView): void {
  if (checkout.kind !== 'redirect' && checkout.kind !== 'form') return
  // A page of the channel and nothing else: no script, no app of another kind.
  if (!/^https?:$/.test(URL.parse(checkout.url)?.protocol ?? '')) return
  if (checkout.kind === 'redirect') window.location.assign(checkout.url)
  else postForm(checkout.url, checkout.fields)
}

/** As the gateway asks for it: a form that the browser itself sends. */
function postForm(url: string, fields: Readonly<Record<string, string>>): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = url
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input')
    input.type = 'hidden'
    input.name = name
    input.value = value
    form.append(input)
  }
  document.body.append(form)
  form.submit()
  form.remove()
}

/** What is still to be done for a payment that waits. */
export function CheckoutPanel({ payment }: { readonly payment: PaymentView }) {
  const t = useText()
  const { checkout, channel, expires_at } = payment
  if (!checkout) return null
  const { day, time } = localOf(expires_at)
  const until = (
    <div className="quiet">
      {t(`请在 ${day} ${time.slice(0, 5)} 前完成`, `To be done by ${day} ${time.slice(0, 5)} (Beijing)`)}
    </div>
  )
  switch (checkout.kind) {
    case 'qr':
      return <Code checkout={checkout} channel={channel} until={until} />
    case 'redirect':
    case 'form':
      return (
        <div className="checkout">
          <p style={{ margin: 0 }}>
            {t(
              '还没付款？点下面的按钮去付款；付好后回到本页，结果会自动显示。',
              'Not paid yet? Go there by the button; when you come back, the result is here.',
            )}
          </p>
          <Button type="primary" size="large" block onClick={() => goOn(checkout)}>
            {t(`打开${CHANNEL_NAMES[channel]?.zh ?? ''}付款`, `Open ${CHANNEL_NAMES[channel]?.en ?? ''}`)}
          </Button>
          {until}
        </div>
      )
    case 'transfer':
      return <Transfer checkout={checkout} amount={payment.amount} until={until} />
    case 'jsapi':
      return <Alert type="info" showIcon title={t('请在微信里打开本页付款', 'Open this page within WeChat to pay')} />
  }
}

function Code({
  checkout,
  channel,
  until,
}: {
  readonly checkout: Extract<CheckoutView, { kind: 'qr' }>
  readonly channel: PayChannel
  readonly until: React.ReactNode
}) {
  const t = useText()
  const name = CHANNEL_NAMES[channel] as Both
  return (
    <div className="checkout">
      <Qr text={checkout.code_url} size={216} label={t(`${name.zh}付款码`, `${name.en} payment code`)} />
      <p style={{ margin: 0 }}>
        {isPhone()
          ? t(`请用另一部手机的${name.zh}扫码`, `Scan it with ${name.en} on another phone`)
          : t(`请打开手机上的${name.zh}，扫一扫`, `Scan it with ${name.en} on your phone`)}
      </p>
      {until}
    </div>
  )
}

function Transfer({
  checkout,
  amount,
  until,
}: {
  readonly checkout: Extract<CheckoutView, { kind: 'transfer' }>
  readonly amount: string
  readonly until: React.ReactNode
}) {
  const t = useText()
  const facts: readonly (readonly [name: string, value: string])[] = [
    [t('收款户名', 'To'), checkout.account_name],
    [t('收款账号', 'Account'), checkout.account_no],
    [t('开户行', 'Bank'), checkout.bank],
    [t('金额', 'Amount'), amount],
    [t('附言（必须填写）', 'Text (needed)'), checkout.reference],
  ]
  return (
    <div className="checkout">
      <p style={{ margin: 0 }}>
        {t(
          '请到银行或手机银行转账。附言一定要照抄，我们靠它认出这笔钱。',
          'Transfer the money at your bank. Copy the text as it is: by it we know whose money it is.',
        )}
      </p>
      <dl className="bill-facts">
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>
              <strong>{name === t('金额', 'Amount') ? grouped(value) : value}</strong> <Copy text={value} what={name} />
            </dd>
          </div>
        ))}
      </dl>
      {until}
      <div className="quiet">
        {t(
          '到账后（一般当天，最晚下一个工作日）本页显示缴费成功，并短信通知。',
          'Once it has arrived, by the next working day, this page says so, and a message is sent.',
        )}
      </div>
    </div>
  )
}

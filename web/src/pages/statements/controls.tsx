import type { FileDetail } from '../../../../src/arrivals/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { State } from '../../pieces/states.tsx'
import { Money } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'

const LOOKS = {
  true: { zh: '相符', en: 'Agrees', colour: 'success' },
  false: { zh: '不符', en: 'Differs', colour: 'error' },
} as const

/** Every total that the file states, beside what its records come to. */
export function Controls({ controls }: { readonly controls: FileDetail['controls'] }) {
  const t = useText()
  if (controls.length === 0)
    return <p className="quiet">{t('文件没有写合计，无法由它自己证明', 'The file states no totals to prove it by')}</p>
  return (
    <Listing
      label={t('合计', 'Totals')}
      rows={controls}
      keyOf={control => controls.indexOf(control)}
      empty={null}
      columns={[
        { title: t('合计', 'Total'), head: true, render: ({ name }) => name },
        { title: t('文件所写', 'Stated'), right: true, render: ({ stated }) => <Money amount={stated} /> },
        { title: t('逐条算出', 'Computed'), right: true, render: ({ computed }) => <Money amount={computed} /> },
        { title: t('核对', 'Check'), head: true, render: ({ ok }) => <State of={String(ok)} looks={LOOKS} /> },
      ]}
    />
  )
}

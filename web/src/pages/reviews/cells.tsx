import { Money, When } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import type { Cell, ComparedField } from './comparison.ts'

export function CellOf({ cell }: { readonly cell: Cell }) {
  const t = useText()
  if (cell.kind === 'none') return <span className="quiet">—</span>
  if (cell.kind === 'money') return <Money amount={cell.amount} currency={cell.currency} />
  if (cell.kind === 'when') return <When at={cell.at} whole />
  if (cell.kind === 'text') return <>{t(cell.text)}</>
  return (
    <ul className="plain-list">
      {cell.items.map(item => (
        <li key={item.en}>{t(item)}</li>
      ))}
    </ul>
  )
}

/** Before and after, field by field; what changes is marked. */
export function BeforeAfter({ fields }: { readonly fields: readonly ComparedField[] }) {
  const t = useText()
  return (
    <table className="compare">
      <thead>
        <tr>
          <th scope="col">{t('内容', 'What')}</th>
          <th scope="col">{t('现在', 'Now')}</th>
          <th scope="col">{t('同意之后', 'When approved')}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ name, before, after, differs }) => (
          <tr key={name.en} className={differs ? 'changes' : undefined}>
            <th scope="row">{t(name)}</th>
            <td>
              <CellOf cell={before} />
            </td>
            <td>
              <CellOf cell={after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

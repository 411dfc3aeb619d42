import { Link } from 'react-router'
import type { TrialView } from '../../../../src/causes/api.ts'
import { Facts } from '../../pieces/facts.tsx'
import { useCauseNames } from '../../pieces/names.ts'
import { listed } from '../../pieces/phrases.ts'
import { useText } from '../../shell/text.ts'

/** What the cause would take, before it is saved. */
export function Trial({ of }: { readonly of: TrialView }) {
  const t = useText()
  const causeName = useCauseNames()
  const both = ({ open, past }: { readonly open: number; readonly past: number }): string =>
    t(`未结 ${open} 件，过去 ${past} 件`, `${open} open, ${past} past`)
  const causesOf = (causes: TrialView['covered_by']): string =>
    causes.length === 0
      ? '—'
      : listed(
          t,
          causes.map(({ cause, count }) => `${causeName(cause)} ${count}`),
        )
  return (
    <section className="row-card" aria-label={t('试算结果', 'What it would take')} aria-live="polite">
      <Facts
        of={[
          { name: t('试算范围', 'Tried on'), value: both(of.tried) },
          { name: t('条件成立', 'Conditions hold'), value: both(of.holds) },
          { name: t('会归入此场景', 'It would take'), value: <strong>{both(of.takes)}</strong> },
          { name: t('从哪些原因取得', 'Taken from'), value: causesOf(of.taken_from) },
          { name: t('被更优先的场景盖住', 'Covered by'), value: causesOf(of.covered_by) },
          {
            name: t('例如', 'Such as'),
            value:
              of.examples.length === 0
                ? '—'
                : of.examples.slice(0, 8).map(id => (
                    <span key={id}>
                      <Link to={`/discrepancies/${id}`}>{id}</Link>{' '}
                    </span>
                  )),
          },
        ]}
      />
    </section>
  )
}

import { Facts } from '../../pieces/facts.tsx'
import { Money, Num, When } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { anomalyFacts } from './anomaly_facts.ts'

export function Evidence({ of }: { readonly of: Readonly<Record<string, unknown>> }) {
  const t = useText()
  return (
    <div className="anomaly-facts">
      <Facts
        of={anomalyFacts(of).map(fact => ({
          name: t(fact.name),
          value:
            fact.kind === 'money' ? (
              <Money amount={fact.amount} currency={fact.currency} />
            ) : fact.kind === 'when' ? (
              <When at={fact.at} whole />
            ) : (
              <Num>{fact.text}</Num>
            ),
        }))}
      />
    </div>
  )
}

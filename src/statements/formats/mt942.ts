import type { Format } from '../format.ts'
import { MessageReader } from '../swift/messages.ts'
import { recogniseMessages } from '../swift/recognition.ts'

/** SWIFT MT942, intraday report: no balances, but number and sum of debits and credits (:90D:, :90C:), and a floor limit. */
export const mt942: Format = {
  name: 'mt942',
  channel: 'bank',
  feed: 'decoded',
  recognise: probe => recogniseMessages('mt942', probe),
  read: (probe, into) => new MessageReader('mt942', probe, into),
}

import type { Format } from '../format.ts'
import { MessageReader } from '../swift/messages.ts'
import { recogniseMessages } from '../swift/recognition.ts'

/**
 * SWIFT MT940, customer statement of a day. Control: opening balance + entries = closing balance on every page, and closing
 * balance = next opening balance of the account.
 */
export const mt940: Format = {
  name: 'mt940',
  channel: 'bank',
  feed: 'decoded',
  recognise: probe => recogniseMessages('mt940', probe),
  read: (probe, into) => new MessageReader('mt940', probe, into),
}

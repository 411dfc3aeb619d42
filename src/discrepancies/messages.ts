import type { Message } from '../notices/message.ts'
import type { Overdue } from './care_store.ts'

const IDS_MAX = 20

/** One mail for all that became overdue at once; the first one's id makes it this mail and no other. Pure. */
export function overdueMessages(overdue: readonly Overdue[], mailTo: readonly string[]): Message[] {
  const [first] = overdue
  if (!first) return []
  const ids = overdue.slice(0, IDS_MAX).map(({ id }) => String(id))
  const data = {
    count: String(overdue.length),
    due_at: first.dueAt.toISOString(),
    discrepancy_ids: overdue.length > ids.length ? `${ids.join(', ')} …` : ids.join(', '),
  }
  return mailTo.map(recipient => ({
    key: `discrepancies:overdue:${first.id}:${first.dueAt.getTime()}:${recipient}`,
    medium: 'mail',
    recipient,
    template: 'discrepancies_due',
    data,
  }))
}

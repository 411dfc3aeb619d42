import { auditPart } from './audit_part.ts'
import { noticesPart } from './notices_part.ts'
import { payingPart } from './paying_part.ts'
import type { PartOf } from './server.ts'

/** What the platform consists of, in the order of the house. */
export const PARTS: readonly PartOf[] = [auditPart(), noticesPart(), payingPart()]

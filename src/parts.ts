import { accessPart } from './access_part.ts'
import { appealsPart } from './appeals_part.ts'
import { arrivalsPart } from './arrivals_part.ts'
import { auditPart } from './audit_part.ts'
import { backupPart } from './backup_part.ts'
import { continuityPart } from './continuity_part.ts'
import { daysPart } from './days_part.ts'
import { discrepanciesPart } from './discrepancies_part.ts'
import { intrusionPart } from './intrusion_part.ts'
import { livePart } from './live_part.ts'
import { noticesPart } from './notices_part.ts'
import { payingPart } from './paying_part.ts'
import { reportsPart } from './reports_part.ts'
import { reviewsPart } from './reviews_part.ts'
import { rulesPart } from './rules_part.ts'
import type { PartOf } from './server.ts'
import { statePart } from './state_part.ts'
import { vaultPart } from './vault_part.ts'
import { webPart } from './web_part.ts'

/** What the platform consists of, in the order of the house. */
export const PARTS: readonly PartOf[] = [
  auditPart(),
  accessPart(),
  vaultPart(),
  reviewsPart(),
  noticesPart(),
  intrusionPart(),
  payingPart(),
  rulesPart(),
  daysPart(),
  discrepanciesPart(),
  appealsPart(),
  arrivalsPart(),
  reportsPart(),
  livePart(),
  statePart(),
  webPart(),
  continuityPart(),
  backupPart(),
]

import { instantText } from '../kernel/instant_text.ts'
import type { CauseVersionView, CauseView, Figures } from './api.ts'
import type { BuiltIn } from './built_in.ts'
import type { Cause } from './cause.ts'
import type { CauseFigures } from './store.ts'

/** Pages of the library, as the API tells them. Pure. */

export const figuresView = (figures: CauseFigures | undefined): Figures => ({
  found: figures?.found ?? 0,
  open: figures?.open ?? 0,
  resolved: figures?.resolved ?? 0,
  right: figures?.right ?? 0,
  right_share: figures && figures.resolved > 0 ? figures.right / figures.resolved : null,
  turned_out: figures?.turnedOut ?? 0,
  median_seconds: figures?.medianSeconds == null ? null : Math.round(figures.medianSeconds),
  usual_action: figures?.usualAction ?? '',
})

export const builtInView = (cause: string, page: BuiltIn, figures: Figures): CauseView => ({
  cause,
  origin: 'built_in',
  name_zh: page.name.zh,
  name_en: page.name.en,
  recognised_zh: page.recognised.zh,
  recognised_en: page.recognised.en,
  what_to_do_zh: page.whatToDo.zh,
  what_to_do_en: page.whatToDo.en,
  whom_to_ask_zh: page.whomToAsk.zh,
  whom_to_ask_en: page.whomToAsk.en,
  usual_action: page.usualAction,
  priority: null,
  retired: false,
  figures,
})

/** People write in one language: it stands for both. */
export const addedView = (cause: Cause, figures: Figures): CauseView => ({
  cause: cause.code,
  origin: 'added',
  name_zh: cause.nameZh,
  name_en: cause.nameEn,
  recognised_zh: cause.recognised,
  recognised_en: cause.recognised,
  what_to_do_zh: cause.whatToDo,
  what_to_do_en: cause.whatToDo,
  whom_to_ask_zh: cause.whomToAsk,
  whom_to_ask_en: cause.whomToAsk,
  usual_action: cause.usualAction,
  priority: cause.priority,
  retired: cause.retired,
  figures,
})

export const versionView = (cause: Cause): CauseVersionView => ({
  version: cause.version,
  name_zh: cause.nameZh,
  name_en: cause.nameEn,
  recognised: cause.recognised,
  what_to_do: cause.whatToDo,
  whom_to_ask: cause.whomToAsk,
  usual_action: cause.usualAction,
  conditions: cause.conditions,
  priority: cause.priority,
  retired: cause.retired,
  author: cause.author,
  author_name: cause.authorName,
  reason: cause.reason,
  created_at: instantText(cause.createdAt),
})

import type { PageOf } from '../shell/pages.tsx'

/** All pages, in the order of the menu. */
export const PAGES: readonly PageOf[] = []

/** Where somebody lands who asked for no page: the first of these that he may open. */
export const LANDINGS: readonly string[] = [
  'items',
  'days',
  'reviews',
  'appeals',
  'accounts',
  'operation-log',
  'system',
  'own/bills',
]

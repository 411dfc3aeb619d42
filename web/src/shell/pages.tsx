import type { ComponentType } from 'react'
import type { Both } from './both.ts'

/** A page of the workbench or of payers. Its code is loaded when it is opened. */
export type PageOf = {
  /** Beneath /app/, in the words of react-router: `days/:dayId`. */
  readonly path: string
  readonly title: Both
  /** Whoever holds all of them may open it. */
  readonly needs: readonly string[]
  /** In which part of the menu it stands; without it in none. */
  readonly menu?: MenuGroup
  readonly icon?: ComponentType
  readonly load: () => Promise<{ default: ComponentType }>
}

export const MENU_GROUPS = {
  morning: { zh: '对账', en: 'Reconciliation' },
  paying: { zh: '缴费', en: 'Payments' },
  control: { zh: '规则与报表', en: 'Rules and reports' },
  house: { zh: '管理', en: 'Administration' },
} as const satisfies Readonly<Record<string, Both>>
export type MenuGroup = keyof typeof MENU_GROUPS

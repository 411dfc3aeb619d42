import type { ComponentType } from 'react'

/** Cards of other parts of the house on this page. Each brings its own content and is loaded when its reader may see it. */
export type Card = {
  readonly key: string
  readonly needs: readonly string[]
  readonly load: () => Promise<{ default: ComponentType }>
}

export const CARDS: readonly Card[] = [
  { key: 'backups', needs: ['backup.read'], load: () => import('./backups_card.tsx') },
  { key: 'drills', needs: ['drill.read'], load: () => import('./drills_card.tsx') },
]

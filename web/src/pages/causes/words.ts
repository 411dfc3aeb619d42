import type { StateLook } from '../../pieces/states.tsx'

export const ORIGINS: Readonly<Record<string, StateLook>> = {
  built_in: { zh: '内置', en: 'Built in', colour: 'default' },
  added: { zh: '自定义', en: 'Of the house', colour: 'processing' },
  retired: { zh: '已停用', en: 'Retired', colour: 'default' },
}

export const shareText = (share: number | null): string => (share === null ? '—' : `${Math.floor(share * 100)}%`)

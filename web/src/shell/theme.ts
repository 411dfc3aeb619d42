import { type ThemeConfig, theme } from 'antd'
import { useSyncExternalStore } from 'react'
import { remembered, useRemembered } from './memory.ts'

export type Look = 'light' | 'dark' | 'system'
export const look = remembered<Look>('look', ['light', 'dark', 'system'], () => 'system')

const dark = window.matchMedia('(prefers-color-scheme: dark)')
const heardFrom = (heard: () => void): (() => void) => {
  dark.addEventListener('change', heard)
  return () => dark.removeEventListener('change', heard)
}

/** Whether pages are dark: chosen, or as the device has it. */
export function useDark(): boolean {
  const chosen = useRemembered(look)
  const system = useSyncExternalStore(heardFrom, () => dark.matches)
  return chosen === 'system' ? system : chosen === 'dark'
}

/** Colours meet WCAG AA on their own backgrounds; the grey of second texts is darker than Ant Design's for that. */
export const themeOf = (isDark: boolean): ThemeConfig => ({
  algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
  ...(isDark ? { components: { Menu: { itemSelectedColor: '#8fbdf5' } } } : {}),
  token: {
    colorPrimary: isDark ? '#3f8ae0' : '#0b57b0',
    colorInfo: isDark ? '#3f8ae0' : '#0b57b0',
    colorLink: isDark ? '#6aa9f0' : '#0b57b0',
    colorError: isDark ? '#ff8078' : '#c62828',
    colorSuccess: isDark ? '#5cc229' : '#1b7a34',
    colorWarning: isDark ? '#d89614' : '#9a5b00',
    // Made from dark tones by themselves, the backgrounds of tags and notes would be too grey to read on.
    ...(isDark
      ? {}
      : {
          ...{
            colorSuccessBg: '#e8f5eb',
            colorSuccessBorder: '#a6d3b1',
            colorErrorBg: '#fdecea',
            colorErrorBorder: '#f1b3ad',
          },
          ...{
            colorWarningBg: '#fdf3e2',
            colorWarningBorder: '#e8c88f',
            colorInfoBg: '#e8f1fb',
            colorInfoBorder: '#a9c8ea',
          },
        }),
    colorTextSecondary: isDark ? '#b4b8bd' : '#50555c',
    colorTextTertiary: isDark ? '#a3a8ae' : '#5f656d',
    colorTextDescription: isDark ? '#a3a8ae' : '#5f656d',
    colorTextPlaceholder: isDark ? '#9aa0a6' : '#686e76',
    borderRadius: 6,
    fontFamily: 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif',
    fontFamilyCode: 'ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace',
  },
})

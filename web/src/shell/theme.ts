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

const still = window.matchMedia('(prefers-reduced-motion: reduce)')

/** Whether its user wants nothing to move. Told to the components: styles that cut their motions short leave lists that open beside the page. */
export const useStill = (): boolean =>
  useSyncExternalStore(
    heard => {
      still.addEventListener('change', heard)
      return () => still.removeEventListener('change', heard)
    },
    () => still.matches,
  )

/** Whether pages are dark: chosen, or as the device has it. */
export function useDark(): boolean {
  const chosen = useRemembered(look)
  const system = useSyncExternalStore(heardFrom, () => dark.matches)
  return chosen === 'system' ? system : chosen === 'dark'
}

/** Colours meet WCAG AA on their own backgrounds; the grey of second texts is darker than Ant Design's for that. */
export const themeOf = (isDark: boolean, still: boolean): ThemeConfig => ({
  algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
  components: {
    // Its own track is the page's colour: what is chosen could hardly be told.
    Segmented: isDark
      ? { trackBg: '#2b2b2b', itemSelectedBg: '#1d3d66', itemSelectedColor: '#cfe3fb' }
      : { trackBg: '#e3e7ed', itemSelectedColor: '#0b57b0' },
    // White could not be read on the light red of the dark theme, nor its blue on what is chosen.
    ...(isDark ? { Button: { dangerColor: '#141414' }, Menu: { itemSelectedColor: '#9cc8fa' } } : {}),
  },
  token: {
    motion: !still,
    colorPrimary: isDark ? '#3f8ae0' : '#0b57b0',
    ...(isDark ? { colorPrimaryHover: '#3171b8' } : {}),
    colorLink: isDark ? '#6aa8ec' : '#0b57b0',
    colorInfo: isDark ? '#6fb0ff' : '#0b57b0',
    colorError: isDark ? '#ff8078' : '#c62828',
    colorSuccess: isDark ? '#5cc42a' : '#1b7a34',
    colorWarning: isDark ? '#d89614' : '#9a5b00',
    // Derived from such dark colours they would be grey.
    ...(isDark
      ? {}
      : {
          ...{
            colorSuccessBg: '#eaf6ed',
            colorSuccessBorder: '#a6d3b1',
            colorErrorBg: '#fdecea',
            colorErrorBorder: '#f1b3ad',
          },
          ...{
            colorWarningBg: '#fdf4e3',
            colorWarningBorder: '#e8c88f',
            colorInfoBg: '#e8f1fc',
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

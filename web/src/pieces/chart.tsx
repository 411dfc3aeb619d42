import { theme } from 'antd'
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

use([BarChart, LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, CanvasRenderer])

export type Palette = ReturnType<typeof paletteOf>

/** Colours of the theme, for what is drawn on a canvas. */
const paletteOf = (token: ReturnType<typeof theme.useToken>['token']) => ({
  text: token.colorTextSecondary,
  line: token.colorBorderSecondary,
  back: token.colorBgElevated,
  accent: token.colorPrimary,
  right: token.colorSuccess,
  warn: token.colorWarning,
  wrong: token.colorError,
  quiet: token.colorTextQuaternary,
  series: [token.colorPrimary, '#13a8a8', '#d48806', '#7a4fd0', '#c2518a', '#5b8c00'],
})

export type ChartProps = {
  /** What it shows, in one sentence: for whoever does not see it. The same figures stand beside it as a table. */
  readonly label: string
  readonly height: number
  readonly option: (palette: Palette) => EChartsCoreOption
  /** A bar or point was clicked: its place in the data, and its series. */
  readonly chosen?: (index: number, series: number) => void
}

/** A chart in the theme's colours. Its default export is loaded when a page with a chart is opened. */
export default function Chart({ label, height, option, chosen }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const { token } = theme.useToken()
  const heard = useRef(chosen)
  heard.current = chosen
  const chart = useRef<ReturnType<typeof init> | null>(null)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const made = init(element, null, { renderer: 'canvas' })
    chart.current = made
    made.on('click', ({ dataIndex, seriesIndex }) => heard.current?.(dataIndex, seriesIndex ?? 0))
    const watching = new ResizeObserver(() => made.resize())
    watching.observe(element)
    return () => {
      watching.disconnect()
      made.dispose()
    }
  }, [])
  useEffect(() => {
    const palette = paletteOf(token)
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    chart.current?.setOption(
      {
        animation: !still,
        animationDuration: 250,
        textStyle: { color: palette.text, fontFamily: token.fontFamily },
        color: palette.series,
        // Tips drawn on the canvas: the policy of the pages forbids styles in HTML that is put in.
        tooltip: {
          renderMode: 'richText',
          backgroundColor: palette.back,
          borderColor: palette.line,
          textStyle: { color: token.colorText },
          confine: true,
        },
        ...option(palette),
      },
      { notMerge: true },
    )
  })
  return <div ref={place} role="img" aria-label={label} style={{ height, width: '100%' }} />
}

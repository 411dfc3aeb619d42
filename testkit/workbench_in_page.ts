/** What is measured within the page, as text: it runs in the browser, whose types this side does not have. */

/**
 * Confirms so many rows by their buttons, each after the answer to the one before. Gives the milliseconds from each click until the row shows what the platform said.
 */
export const confirmByButtons = (count: number): string => `(async () => {
  const took = []
  const ready = '.item[data-state=matched]:not([data-phase]), .item[data-state=waiting]:not([data-phase])'
  while (took.length < ${count}) {
    const item = document.querySelector(ready)
    if (!item) {
      document.querySelector('.timeline-rows').scrollTop += 600
      await new Promise(resolve => setTimeout(resolve, 100))
      continue
    }
    const done = '.item[data-no="' + item.dataset.no + '"][data-phase=done]'
    const from = performance.now()
    item.querySelector('.item-act button').click()
    while (!document.querySelector(done)) await new Promise(resolve => requestAnimationFrame(resolve))
    took.push(performance.now() - from)
  }
  return took
})()`

/** Scrolls on without a rest. Gives the long tasks of the page (50 ms and more), frames, and the number of the last row that was in sight. */
export const scrollFor = (milliseconds: number): string => `(async () => {
  const tasks = []
  new PerformanceObserver(list => tasks.push(...list.getEntries().map(entry => entry.duration))).observe({ entryTypes: ['longtask'] })
  const list = document.querySelector('.timeline-rows')
  const from = performance.now()
  let frames = 0
  while (performance.now() - from < ${milliseconds}) {
    list.scrollTop += 240
    frames++
    await new Promise(resolve => requestAnimationFrame(resolve))
  }
  const last = [...document.querySelectorAll('.timeline-rows li')].at(-1)
  return { tasks, frames, rows: Number(last.dataset.index) }
})()`

/** Goes to the end of what is loaded, and gives more of it the time to come. */
export const SCROLL_TO_END = `new Promise(resolve => {
  const list = document.querySelector('.timeline-rows')
  list.scrollTop = list.scrollHeight
  requestAnimationFrame(() => setTimeout(resolve, 60))
})`

export const NOTHING_SIDEWAYS = 'document.documentElement.scrollWidth <= innerWidth'

import { useRef } from 'react'

/** A plain field for text of many lines, with their numbers; a line with a fault is marked. Tab leaves it, as everywhere. */
export function CodeArea({
  label,
  text,
  change,
  faultLine,
}: {
  readonly label: string
  readonly text: string
  readonly change: (text: string) => void
  readonly faultLine: number | undefined
}) {
  const numbers = useRef<HTMLDivElement>(null)
  const count = text.split('\n').length
  return (
    <div className="code-area">
      <div ref={numbers} className="code-numbers" aria-hidden>
        {Array.from({ length: count }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          <div key={i} className={i + 1 === faultLine ? 'fault' : ''}>
            {i + 1}
          </div>
        ))}
      </div>
      <textarea
        aria-label={label}
        aria-invalid={faultLine !== undefined}
        spellCheck={false}
        autoCapitalize="off"
        wrap="off"
        value={text}
        onChange={event => change(event.target.value)}
        onScroll={event => {
          if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop
        }}
      />
    </div>
  )
}

import { Input } from 'antd'

/** A day, by the device's own calendar; '' is none. */
export function DateField({
  label,
  value,
  change,
}: {
  readonly label: string
  readonly value: string
  readonly change: (day: string) => void
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the input within is its control
    <label className="date-field">
      <span className="quiet">{label}</span>
      <Input type="date" value={value} onChange={event => change(event.target.value)} />
    </label>
  )
}

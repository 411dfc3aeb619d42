/** A column's name without a byte order mark and what programs put around it. */
export const narrowHeader = (header: string): string => header.replace(/^\ufeff/, '').replace(/^[`'\s]+|\s+$/g, '')

/** A cell without what programs wrap around values to keep them text: ="0001", '0001, `0001, tabs. */
export function cleanCell(cell: string): string {
  const first = cell.charCodeAt(0)
  const last = cell.charCodeAt(cell.length - 1)
  if (
    cell === '' ||
    (first > 61 && first !== 96 && first < 0x80 && last > 34) ||
    (first >= 48 && first <= 57 && last >= 48 && last <= 57) ||
    // Han from one end to the other, most often: neither a blank nor a wrapping sign is among these.
    (first >= 0x4e00 && first < 0xa000 && last >= 0x4e00 && last < 0xa000)
  )
    return cell
  let text = cell.trim()
  if (text.startsWith('="') && text.endsWith('"')) text = text.slice(2, -1)
  else if (text.startsWith('`') || text.startsWith("'")) text = text.slice(1)
  return text.trim()
}

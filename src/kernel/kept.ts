/** Remembers text beyond the piece it was cut from: a slice would keep the whole piece in memory. */
export const kept = (text: string): string => (text === '' ? '' : Buffer.from(text, 'utf16le').toString('utf16le'))

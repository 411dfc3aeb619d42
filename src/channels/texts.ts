/** As many whole characters as fit into so many bytes of UTF-8: channels count bytes, and half a character is refused. */
export function cutBytes(text: string, bytes: number): string {
  let kept = ''
  let size = 0
  for (const character of text) {
    size += Buffer.byteLength(character)
    if (size > bytes) break
    kept += character
  }
  return kept
}

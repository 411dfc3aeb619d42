/** Gives the user a file made in the page. */
export function saveText(name: string, text: string, type = 'application/json'): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has begun to read it; a moment later nobody needs the address any more.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

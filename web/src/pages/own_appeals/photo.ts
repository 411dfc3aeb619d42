import { fitted } from './fitted.ts'

/** Photos as the platform takes them: PDF, JPEG or PNG of at most 10 MB. */

export const BYTES_MAX = 10 * 1024 * 1024
const TAKEN = ['image/jpeg', 'image/png', 'application/pdf']

/** As the file is, or made smaller; null: it is neither a picture this browser can open nor a PDF, or a PDF that is too large. */
export async function asVoucher(file: File): Promise<{ readonly name: string; readonly content: Blob } | null> {
  if (TAKEN.includes(file.type) && file.size <= BYTES_MAX) return { name: file.name, content: file }
  if (!file.type.startsWith('image/')) return null
  const picture = await createImageBitmap(file).catch(() => null)
  if (!picture) return null
  const { width, height } = fitted(picture.width, picture.height)
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height)
  picture.close()
  const content = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.85))
  if (!content || content.size > BYTES_MAX) return null
  return { name: `${file.name.replace(/\.[^.]+$/, '')}.jpg`, content }
}

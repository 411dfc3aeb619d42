/** Wide enough to read a bank slip by. */
const SIDE_MAX = 2400

/** Sides of a picture within the greatest one allowed; never enlarged. Pure. */
export function fitted(width: number, height: number, most = SIDE_MAX): { width: number; height: number } {
  const scale = Math.min(1, most / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

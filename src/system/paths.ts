import { dirname, isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds package.json, wherever the package was put. */
export const PACKAGE_ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Where everything lies that the product keeps: FZPAY_DATA, else `data` in the package. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const given = env.FZPAY_DATA
  if (!given) return resolve(PACKAGE_ROOT, 'data')
  return isAbsolute(given) ? given : resolve(given)
}

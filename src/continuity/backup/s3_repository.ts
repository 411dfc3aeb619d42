import { createHash } from 'node:crypto'
import { S3mini } from 's3mini'
import { type Repository, repositoryUnreachable } from './repository.ts'

export type S3Settings = {
  /** With the bucket: `https://s3.cn-north-1.amazonaws.com.cn/fzpay-backup`, or the bucket as the first part of the host name. */
  readonly endpoint: string
  readonly region: string
  readonly access_key: string
  readonly secret_key: string
  /** Several databases may share a bucket. */
  readonly prefix: string
}

const TIMEOUT_MS = 120_000
const TRIES = 4
/** Milliseconds before the second try; doubled for each further one. */
const PAUSE_MS = 500

/** A bucket of an S3-compatible store. What fails for a moment (5xx, a cut connection, throttling) is tried again; what is refused is not. */
export function s3Repository(settings: S3Settings): Repository {
  const { endpoint, region, access_key, secret_key, prefix } = settings
  const client = new S3mini({
    accessKeyId: access_key,
    secretAccessKey: secret_key,
    endpoint,
    region,
    requestAbortTimeout: TIMEOUT_MS,
  })
  const title = `${endpoint}/${prefix}`
  const full = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`)
  const repeated = <T>(doing: string, work: () => Promise<T>): Promise<T> => again(title, doing, work)
  return {
    title,
    put: (name, bytes) =>
      repeated(name, async () => {
        const digest = createHash('sha256').update(bytes).digest('base64')
        await client.putObject(full(name), Buffer.from(bytes), 'application/octet-stream', undefined, {
          'x-amz-checksum-sha256': digest,
        })
      }),
    get: name =>
      repeated(name, async () => {
        const found = await client.getObjectArrayBuffer(full(name))
        return found && Buffer.from(found)
      }),
    list: async below => {
      const found = (await repeated(below, () => client.listObjects('/', full(below)))) ?? []
      return found
        .map(({ Key, Size }) => ({ name: prefix === '' ? Key : Key.slice(prefix.length + 1), bytes: Number(Size) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    remove: async names => {
      for (const name of names) await repeated(name, () => client.deleteObject(full(name)))
    },
  }
}

async function again<T>(title: string, doing: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const { status, serviceCode, code, message } = error as Error & {
        status?: number
        serviceCode?: string
        code?: string
      }
      const refused = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429
      if (refused || attempt === TRIES)
        throw repositoryUnreachable(title, doing, serviceCode ?? (status ? `HTTP ${status}` : (code ?? message)))
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS * 2 ** (attempt - 1)))
    }
  }
}

import { hash, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Client, type FileEntryWithStats, type SFTPWrapper } from 'ssh2'
import { Failure } from '../kernel/failure.ts'
import type { Box } from './box.ts'
import { SFTP_DEFAULTS, type SftpSource } from './settings.ts'

type Server = SftpSource & Required<Pick<SftpSource, keyof typeof SFTP_DEFAULTS>>

const FILE_TYPE = 0o170_000
const REGULAR = 0o100_000

/**
 * A folder of an SFTP server. The server shows the pinned key or nothing is said to it, not even the user's name.
 * Throws a Failure sftp_host_key_wrong, or sftp_unreachable.
 */
export async function openSftp(given: SftpSource): Promise<Box> {
  const source = { ...SFTP_DEFAULTS, ...given }
  const client = new Client()
  const sftp = await connected(client, source)
  const path = (name: string): string => `${source.path.replace(/\/$/, '')}/${name}`
  const list = promisify(sftp.readdir.bind(sftp)) as (folder: string) => Promise<FileEntryWithStats[]>
  const get = promisify(sftp.fastGet.bind(sftp)) as (from: string, to: string) => Promise<void>
  return {
    async list() {
      const entries = await within(source, list(source.path))
      return entries
        .filter(({ attrs, filename }) => (attrs.mode & FILE_TYPE) === REGULAR && !/[/\\]/.test(filename))
        .map(({ filename, attrs }) => ({
          name: filename,
          bytes: attrs.size,
          changedAt: new Date(attrs.mtime * 1000),
        }))
    },
    fetch: (name, to) => within(source, get(path(name), to)),
    // It is the bank's folder: what was read is remembered on our side.
    taken: async () => {},
    close: async () => void client.end(),
  }
}

const connected = (client: Client, source: Server): Promise<SFTPWrapper> =>
  new Promise((resolve, reject) => {
    let shown: string | null = null
    const wanted = source.host_key.replace(/=$/, '')
    const refuse = (error: Error): void => {
      client.end()
      reject(shown !== null && shown !== wanted ? hostKeyWrong(source, shown) : unreachable(source, error))
    }
    client.on('error', refuse)
    client.on('ready', () => client.sftp((error, sftp) => (error ? refuse(error) : resolve(sftp))))
    client.connect({
      host: source.host,
      port: source.port,
      username: source.user,
      ...(source.password === undefined ? {} : { password: source.password }),
      ...(source.private_key === undefined ? {} : { privateKey: source.private_key }),
      readyTimeout: source.timeout_ms,
      keepaliveInterval: source.timeout_ms,
      keepaliveCountMax: 2,
      hostVerifier: (key: Buffer) => {
        shown = `SHA256:${hash('sha256', key, 'base64').replace(/=+$/, '')}`
        return shown.length === wanted.length && timingSafeEqual(Buffer.from(shown), Buffer.from(wanted))
      },
    })
  })

async function within<T>(source: Server, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw unreachable(source, error as Error)
  }
}

const hostKeyWrong = ({ host, port, host_key }: Server, shown: string): Failure =>
  new Failure(
    'sftp_host_key_wrong',
    {
      zh: `SFTP 服务器 ${host}:${port} 出示的主机密钥是 ${shown}，与配置的 ${host_key} 不符，已断开：请向对方核实，确认更换后再改配置`,
      en: `The SFTP server ${host}:${port} showed the host key ${shown}, the configuration says ${host_key}; nothing was sent. Ask its owner, and change the configuration only when he confirms it`,
    },
    { host, port, found: shown, expected: host_key },
  )

const unreachable = ({ host, port, user, path }: Server, error: Error): Failure =>
  new Failure(
    'sftp_unreachable',
    {
      zh: `SFTP 服务器 ${host}:${port}（用户 ${user}，目录 ${path}）无法读取（${error.message}）：请检查网络、登录方式和目录权限`,
      en: `The SFTP server ${host}:${port} (user ${user}, folder ${path}) cannot be read (${error.message}): check the network, the log-in and the folder's rights`,
    },
    { host, port, reason: error.message },
  )

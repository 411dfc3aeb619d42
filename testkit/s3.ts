import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type S3StandIn = {
  /** With the bucket. */
  readonly endpoint: string
  readonly objects: Map<string, Buffer>
  /** The next so many requests are answered by 503. */
  outOfOrder: number
  close(): Promise<void>
}

export const S3_KEYS = { access_key: 'AKTEST', secret_key: 'a secret of the test', region: 'cn-test-1' } as const

/** Keys in one answer of a list: few, so that the second page is tried. */
const PAGE = 3

/**
 * A bucket as S3 keeps it, for tests: put, get, list (version 2, in pages), delete. It checks each signature itself by AWS's description of Signature Version 4 and the
 * checksum of what is put.
 */
export async function s3StandIn(): Promise<S3StandIn> {
  const objects = new Map<string, Buffer>()
  const standIn = { objects, outOfOrder: 0 }
  const server = createServer((request, response) => {
    answer(request, response, standIn).catch(error => refuse(response, 500, 'InternalError', String(error)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(standIn, {
    endpoint: `http://127.0.0.1:${port}/bucket`,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  standIn: { readonly objects: Map<string, Buffer>; outOfOrder: number },
): Promise<void> {
  const body = Buffer.concat(await request.toArray())
  if (standIn.outOfOrder > 0) {
    standIn.outOfOrder--
    return refuse(response, 503, 'SlowDown', 'later')
  }
  const url = new URL(request.url ?? '/', 'http://s3')
  const wrong = wrongWith(request, url)
  if (wrong) return refuse(response, 403, 'SignatureDoesNotMatch', wrong)
  const [, bucket, ...rest] = url.pathname.split('/')
  if (bucket !== 'bucket') return refuse(response, 404, 'NoSuchBucket', bucket ?? '')
  const key = decodeURIComponent(rest.join('/'))
  const { objects } = standIn
  if (key === '') return list(response, objects, url.searchParams)
  const found = objects.get(key)
  switch (request.method) {
    case 'PUT': {
      const sum = request.headers['x-amz-checksum-sha256']
      if (sum !== createHash('sha256').update(body).digest('base64'))
        return refuse(response, 400, 'BadDigest', String(sum))
      objects.set(key, body)
      return void response.writeHead(200, { etag: '"x"' }).end()
    }
    case 'GET':
      return found ? void response.writeHead(200).end(found) : refuse(response, 404, 'NoSuchKey', key)
    case 'DELETE':
      objects.delete(key)
      return void response.writeHead(204).end()
    default:
      return refuse(response, 405, 'MethodNotAllowed', request.method ?? '')
  }
}

function list(response: ServerResponse, objects: Map<string, Buffer>, query: URLSearchParams): void {
  const after = query.get('continuation-token') ?? ''
  const all = [...objects.keys()].filter(key => key.startsWith(query.get('prefix') ?? '') && key > after).sort()
  const page = all.slice(0, PAGE)
  const contents = page
    .map(key => `<Contents><Key>${key}</Key><Size>${objects.get(key)?.length}</Size><ETag>"x"</ETag></Contents>`)
    .join('')
  const more = all.length > PAGE
  response
    .writeHead(200, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}` +
        `${more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''}</ListBucketResult>`,
    )
}

const refuse = (response: ServerResponse, status: number, code: string, message: string): void =>
  void response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`)

/** Signature Version 4, from the request as it came. */
function wrongWith(request: IncomingMessage, url: URL): string | null {
  const [, id = '', day = '', region = '', signed = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? []
  if (id !== S3_KEYS.access_key || region !== S3_KEYS.region) return 'credential'
  const headers = signed.split(';').map(name => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
  const query = [...url.searchParams]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&')
  const payload = String(request.headers['x-amz-content-sha256'])
  const canonical = [request.method, url.pathname, query, headers.join(''), signed, payload].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${request.headers['x-amz-date']}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    Buffer.from(`AWS4${S3_KEYS.secret_key}`),
  )
  const expected = createHmac('sha256', key).update(text).digest()
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? null : 'signature'
}

const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

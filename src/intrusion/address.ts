import { BlockList, isIP } from 'node:net'
import { Failure } from '../kernel/failure.ts'

/** Names of ranges that `trusted_proxies` knows. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** Whoever has an IPv6 address has 2^64 of them: such a network is one address to us. "::ffff:1.2.3.4" is "1.2.3.4". */
export function addressKey(ip: string): string {
  if (!ip.includes(':')) return ip
  if (ip.startsWith('::ffff:') && ip.includes('.')) return ip.slice(7)
  const [head = '', tail] = (ip.split('%')[0] as string).toLowerCase().split('::') as [string, string?]
  const first = head === '' ? [] : head.split(':')
  const rest = tail ? tail.split(':') : []
  const groups = [...first, ...Array.from({ length: Math.max(0, 8 - first.length - rest.length) }, () => '0'), ...rest]
  const network = groups.slice(0, 4).map(group => Number.parseInt(group || '0', 16).toString(16))
  return `${network.join(':')}::/64`
}

/** Whether an address is in a list of addresses and ranges; throws Failure address_list_invalid for one that is neither. */
export function addressTest(list: readonly string[]): (ip: string) => boolean {
  const known = new BlockList()
  for (const entry of list.flatMap(name => NAMED[name] ?? [name])) {
    const [network = '', bits] = entry.split('/')
    const family = isIP(network)
    const prefix = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits)
    if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 6 ? 128 : 32))
      throw new Failure(
        'address_list_invalid',
        {
          zh: `“${entry}”不是 IP 地址或网段（如 10.0.0.0/8）`,
          en: `"${entry}" is no IP address or range (such as 10.0.0.0/8)`,
        },
        { entry },
      )
    known.addSubnet(network, prefix, family === 6 ? 'ipv6' : 'ipv4')
  }
  return ip => {
    const plain = ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip
    const family = isIP(plain)
    return family !== 0 && known.check(plain, family === 6 ? 'ipv6' : 'ipv4')
  }
}

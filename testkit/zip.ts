import { crc32, deflateRawSync } from 'node:zlib'

export type ZipEntry = {
  /** As bytes where the name is not UTF-8 (支付宝: GBK without the flag). */
  readonly name: string | Buffer
  readonly data: Buffer
  readonly encrypted?: boolean
  /** Pretends another checksum. */
  readonly crc?: number
}

/** A zip file, byte for byte the same each time; also the broken ones that no packer would write. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = typeof entry.name === 'string' ? Buffer.from(entry.name) : entry.name
    const packed = deflateRawSync(entry.data)
    const flags = (typeof entry.name === 'string' ? 0x800 : 0) | (entry.encrypted ? 1 : 0)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt16LE(0, 6)
    common.writeUInt16LE(0x5979, 8)
    common.writeUInt32LE(entry.crc ?? crc32(entry.data), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(entry.data.length, 18)
    common.writeUInt16LE(name.length, 22)
    locals.push(signature(0x04034b50), common, name, packed)
    centrals.push(signature(0x02014b50), Buffer.from([20, 0]), common, Buffer.alloc(10), number(offset), name)
    offset += 4 + common.length + name.length + packed.length
  }
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, directory, signature(0x06054b50), end])
}

const signature = (value: number): Buffer => number(value)

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

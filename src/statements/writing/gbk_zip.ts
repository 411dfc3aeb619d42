import { crc32, deflateRawSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { beijing } from './row.ts'

/**
 * A zip as the channels make it: deflated, entry names in GBK, no UTF-8 flag. Zip libraries write UTF-8 names only, hence
 * these lines. `at` (epoch milliseconds) is the time of its entries.
 */
export function gbkZip(entries: readonly (readonly [name: string, content: Buffer])[], at: number): Buffer {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = beijing(at).split(/\D/).map(Number)
  const body: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of entries) {
    const nameBytes = iconv.encode(name, 'gbk')
    const packed = deflateRawSync(content)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0) // version needed
    common.writeUInt16LE(0, 2) // flags: no UTF-8
    common.writeUInt16LE(8, 4) // deflate
    common.writeUInt16LE((hour << 11) | (minute << 5) | (second >> 1), 6)
    common.writeUInt16LE(((year - 1980) << 9) | (month << 5) | day, 8)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, nameBytes]))
    body.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...body, central, Buffer.from('PK\x05\x06', 'latin1'), end])
}

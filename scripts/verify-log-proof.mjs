#!/usr/bin/env node
// Checks offline that an entry stood in the operation log: node verify-log-proof.mjs PROOF.json ROOT.json
// PROOF.json is what `fzpay audit prove` wrote, ROOT.json an exported root that was kept outside of the house. Nothing else is needed: no
// database, no network, no other file. Node 20 or later, with SM3 in its OpenSSL. Exit status 0: proven, 1: not, 2: cannot be checked.
//
// How: leaf = SM3(0x00 ‖ entry). Climb: node = SM3(0x01 ‖ left ‖ right) along `path` gives the block's root, which stands in the first of `headers`. A
// header is a JSON array ["fzpay-log-block-1", number, entries, last xact, last id, root, digest of the block before, sealed at (ms)]; its
// digest is SM3 of its bytes. Each header carries the digest of the one before it; the last one's digest must be the kept root's.
import { createHash, getHashes } from 'node:crypto'
import { readFileSync } from 'node:fs'

const fail = (status, zh, en) => {
  console.error(`${zh}\n${en}`)
  process.exit(status)
}
const [proofFile, rootFile] = process.argv.slice(2)
if (!rootFile)
  fail(2, '用法：node verify-log-proof.mjs 证明.json 根.json', 'usage: node verify-log-proof.mjs PROOF.json ROOT.json')
if (!getHashes().includes('sm3'))
  fail(2, '此 Node 的 OpenSSL 不含 SM3，请换用官方构建', 'The OpenSSL of this Node lacks SM3; use an official build')

const sm3 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sm3')).digest()
const read = file => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return fail(2, `${file} 读不出来：${error.message}`, `${file} cannot be read: ${error.message}`)
  }
}
const proof = read(proofFile)
const root = read(rootFile)
if (proof.format !== 'fzpay-log-proof-1' || root.format !== 'fzpay-log-root-1')
  fail(2, '文件格式不是操作日志的证明与根', 'These are no proof and root of an operation log')

const notProven = (zh, en) => fail(1, `✗ 不成立：${zh}`, `✗ not proven: ${en}`)
let at = sm3(Buffer.of(0), proof.entry)
for (const { side, digest } of proof.path) {
  const other = Buffer.from(digest, 'hex')
  if (other.length !== 32) notProven('路径中的摘要长度不对', 'a digest of the path is not 32 bytes long')
  at = side === 'left' ? sm3(Buffer.of(1), other, at) : sm3(Buffer.of(1), at, other)
}
let before
for (const [i, text] of proof.headers.entries()) {
  const [format, no, , , , blockRoot, previous] = JSON.parse(text)
  if (format !== 'fzpay-log-block-1') notProven('块头格式不对', 'a header is of another format')
  if (i === 0 && blockRoot !== at.toString('hex'))
    notProven('条目不在它所说的块里', 'the entry is not in the block it names')
  if (i > 0 && (previous !== before.digest || no !== before.no + 1))
    notProven(`块 ${no} 与前一块不相连`, `block ${no} does not follow the one before`)
  before = { no, digest: sm3(text).toString('hex') }
}
if (!before || before.no !== root.block || before.digest !== root.digest)
  notProven('块链没有通向所保管的根', 'the chain of blocks does not lead to the kept root')

const [, id, , micros, requestId, whoId, whoName, address, device, what, kind, object, detail] = JSON.parse(proof.entry)
console.log(`✓ 成立：该条目在块 ${root.block} 的根 ${root.digest.slice(0, 16)}… 之前已经存在，且未被改动
✓ proven: the entry stood in the log before the root of block ${root.block}, as it is here

  条目 entry    ${id}
  时间 time     ${new Date(Number(BigInt(micros) / 1000n)).toISOString()}
  人员 who      ${whoId} ${whoName}
  来源 from     ${address} ${device}
  操作 act      ${what}
  对象 object   ${kind} ${object}
  请求 request  ${requestId}
  内容 detail   ${detail}`)

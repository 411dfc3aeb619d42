import type { Permission } from '../access/permissions.ts'
import { Failure } from '../kernel/failure.ts'

export const VOUCHER_BYTES_MAX = 10 << 20
/** What one request may carry. */
export const VOUCHERS_MAX = 10
const NAME_LETTERS = 120

export type VoucherType = 'application/pdf' | 'image/jpeg' | 'image/png'

/** 凭证, without its content. */
export type Voucher = {
  readonly id: string
  readonly name: string
  readonly mediaType: VoucherType
  /** Bytes. */
  readonly size: number
  readonly uploadedBy: string
  readonly uploadedAccount: string
  readonly uploadedAt: Date
}

const MAGIC: readonly [VoucherType, Buffer][] = [
  ['application/pdf', Buffer.from('%PDF-')],
  ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff])],
  ['image/png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
]

/** What the file is by its first bytes, whatever its name says. Throws body_missing, file_too_large, voucher_type_unknown. */
export function voucherType(content: Buffer): VoucherType {
  if (content.length === 0)
    throw new Failure('body_missing', {
      zh: '请求体应为凭证文件本身（PDF、JPEG 或 PNG）',
      en: 'The body must be the voucher itself (PDF, JPEG or PNG)',
    })
  if (content.length > VOUCHER_BYTES_MAX)
    throw new Failure(
      'file_too_large',
      { zh: '凭证不能超过 10 MB：请压缩或拆分', en: 'A voucher has 10 MB at most: make it smaller or split it' },
      { most: VOUCHER_BYTES_MAX },
    )
  const found = MAGIC.find(([, magic]) => content.subarray(0, magic.length).equals(magic))
  if (found) return found[0]
  throw new Failure('voucher_type_unknown', {
    zh: '凭证内容不是 PDF、JPEG 或 PNG（按文件内容判断，与扩展名无关）：请转换后再上传',
    en: 'This is no PDF, JPEG or PNG by its content, whatever its name says: convert it first',
  })
}

/** A file's name without its path, control characters and what browsers and shells read otherwise. */
export function voucherName(given: string): string {
  const name = (given.split(/[\\/]/).at(-1) ?? '')
    .replaceAll(/[\p{C}"<>|:*?;]/gu, '')
    .replace(/^\.+/, '')
    .trim()
  return [...name].slice(0, NAME_LETTERS).join('') || '凭证'
}

/** A voucher shows whole what is masked elsewhere: besides whoever uploaded it, it is for those who may see names whole. */
export const WHOLE: Permission = 'field.payer_name'

/** Whoever uploaded it, by whatever key or session. */
export const isUploader = (
  voucher: Pick<Voucher, 'uploadedBy' | 'uploadedAccount'>,
  who: { readonly id: string; readonly accountId: string },
): boolean => voucher.uploadedBy === who.id || (who.accountId !== '' && voucher.uploadedAccount === who.accountId)

export const voucherUnknown = (id: string): Failure =>
  new Failure(
    'voucher_unknown',
    { zh: `没有凭证 ${id}，或不是您上传的`, en: `There is no voucher ${id}, or it is not one of yours` },
    { voucher_id: id },
  )

export const vouchersTooMany = (most: number): Failure =>
  new Failure(
    'vouchers_too_many',
    {
      zh: `24 小时内最多上传 ${most} 份凭证：请明天再试`,
      en: `At most ${most} vouchers can be uploaded in 24 hours: try again tomorrow`,
    },
    { most },
  )

import type { FastifyReply } from 'fastify'
import type { VoucherContent } from './voucher_operations.ts'

/** A voucher as a download that no browser runs. The type of such an answer comes from its description, which can only say text. */
export const sendVoucher = (reply: FastifyReply, { voucher, content }: VoucherContent): string =>
  reply
    .header('content-type', voucher.mediaType)
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(voucher.name)}`)
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(content) as unknown as string

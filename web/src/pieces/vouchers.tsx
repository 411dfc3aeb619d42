import { CameraOutlined, DeleteOutlined, DownloadOutlined, PaperClipOutlined, UploadOutlined } from '@ant-design/icons'
import { Button, Flex, Typography } from 'antd'
import { useRef } from 'react'
import type { VoucherView } from '../../../src/reviews/api.ts'
import { ask, newRequestId } from '../shell/api.ts'
import { useAttempt } from '../shell/attempt.ts'
import { addressOf } from '../shell/query.ts'
import { useText } from '../shell/text.ts'
import { Failed } from './states.tsx'

const sizeText = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`

/** Vouchers with their downloads. `pathOf` gives where one is read. */
export function VoucherList({
  vouchers,
  pathOf,
}: {
  readonly vouchers: readonly VoucherView[]
  readonly pathOf: (voucherId: string) => string
}) {
  const t = useText()
  if (vouchers.length === 0) return <Typography.Text type="secondary">{t('没有凭证', 'No vouchers')}</Typography.Text>
  return (
    <ul className="plain-list">
      {vouchers.map(voucher => (
        <li key={voucher.voucher_id}>
          <a href={pathOf(voucher.voucher_id)} download={voucher.name} className="voucher">
            <PaperClipOutlined /> {voucher.name}{' '}
            <Typography.Text type="secondary">{sizeText(voucher.size)}</Typography.Text> <DownloadOutlined />
          </a>
        </li>
      ))}
    </ul>
  )
}

export const ownVoucherPath = (voucherId: string): string => `/api/vouchers/${encodeURIComponent(voucherId)}`

export type Uploaded = { readonly id: string; readonly name: string }

/** Uploads vouchers (PDF, JPEG, PNG; on a phone from its camera) for the request that will take them. */
export function VoucherPicker({
  uploaded,
  change,
}: {
  readonly uploaded: readonly Uploaded[]
  readonly change: (uploaded: readonly Uploaded[]) => void
}) {
  const t = useText()
  const file = useRef<HTMLInputElement>(null)
  const camera = useRef<HTMLInputElement>(null)
  const { busy, refused, attempt } = useAttempt()
  const take = async (files: FileList | null): Promise<void> => {
    const taken = [...uploaded]
    await attempt(async () => {
      for (const each of files ?? []) {
        const path = addressOf('/api/vouchers', { id: newRequestId(), name: each.name })
        const made = await ask<VoucherView>('POST', path, { body: each })
        taken.push({ id: made.voucher_id, name: made.name })
      }
    })
    // Those before the one that was refused are there.
    change(taken)
  }
  const label = t('上传凭证（PDF、JPEG、PNG）', 'Upload vouchers (PDF, JPEG, PNG)')
  return (
    <Flex vertical gap={8} align="flex-start">
      <input
        ref={file}
        type="file"
        multiple
        hidden
        aria-label={label}
        accept=".pdf,image/jpeg,image/png"
        onChange={event => void take(event.target.files)}
      />
      <input
        ref={camera}
        type="file"
        hidden
        aria-label={t('拍照上传', 'Take a photo')}
        accept="image/jpeg,image/png"
        capture="environment"
        onChange={event => void take(event.target.files)}
      />
      <Flex gap={8} wrap>
        <Button icon={<UploadOutlined />} loading={busy} onClick={() => file.current?.click()}>
          {label}
        </Button>
        <Button
          className="touch-only"
          icon={<CameraOutlined />}
          disabled={busy}
          onClick={() => camera.current?.click()}
        >
          {t('拍照', 'Photo')}
        </Button>
      </Flex>
      {uploaded.map(({ id, name }) => (
        <Flex key={id} gap={4} align="center">
          <PaperClipOutlined /> {name}
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={`${t('去掉', 'Leave out')} ${name}`}
            onClick={() => change(uploaded.filter(each => each.id !== id))}
          />
        </Flex>
      ))}
      {refused && <Failed error={refused} />}
    </Flex>
  )
}

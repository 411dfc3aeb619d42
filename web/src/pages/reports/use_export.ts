import { App } from 'antd'
import { useState } from 'react'
import type { Content, ExportView } from '../../../../src/reports/api.ts'
import { useAct } from '../../pieces/act.ts'
import { useAddress } from '../../shell/address.ts'
import { Refused } from '../../shell/api.ts'
import { useLang, useText } from '../../shell/text.ts'

export type ExportWish = {
  readonly format: 'xlsx' | 'csv' | 'pdf'
  readonly daily?: { readonly date: string; readonly matches?: boolean }
  readonly template?: { readonly template_id: string; readonly version?: number }
  readonly content?: Content
}

/** Starts an export in the reader's language, and leads to where its progress stands. */
export function useExport(): { readonly start: (wish: ExportWish) => Promise<void>; readonly busy: boolean } {
  const t = useText()
  const lang = useLang()
  const act = useAct(['reports'])
  const address = useAddress()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const start = async (wish: ExportWish): Promise<void> => {
    setBusy(true)
    try {
      const made = await act<ExportView>('POST', '/api/reports/exports', { lang, ...wish })
      message.success(t('已开始生成，完成后可下载', 'It is being written; download it when it is ready'))
      address.set({ tab: 'exports', export: made.export_id, edit: null }, { step: true })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      message.error(t(error.words))
    } finally {
      setBusy(false)
    }
  }
  return { start, busy }
}

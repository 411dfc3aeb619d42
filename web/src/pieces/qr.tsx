import { QRCode } from 'antd'

/** A code to be scanned, on white also where all else is dark: scanners want it so. */
export function Qr({ text, size, label }: { readonly text: string; readonly size: number; readonly label: string }) {
  return (
    <div className="qr-back" role="img" aria-label={label}>
      <div aria-hidden="true">
        <QRCode value={text} size={size} bordered={false} color="#000" bgColor="#fff" type="svg" />
      </div>
    </div>
  )
}

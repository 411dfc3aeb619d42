import type { Json } from '../system/requests.ts'

/** Who does something, from where, and by which request: what each entry of the operation log begins with. */
export type Who = {
  /** `staff:ID`, `payer:ID`, `service:NAME`, `anonymous`, `system`. */
  readonly id: string
  /** As people know him, when it was done. */
  readonly name: string
  /** IP address; '' for jobs and commands. */
  readonly address: string
  /** What the browser or program calls itself, cut to 200 characters; '' for jobs. */
  readonly device: string
  readonly requestId: string
}

/** What was done to what. `before` and `after` are masked by whoever records them: no name, number or secret in clear. */
export type Act = {
  /** A code of `docs/security.md`, such as `refund.ask`. */
  readonly what: string
  readonly object: { readonly kind: string; readonly id: string }
  readonly before?: Json
  readonly after?: Json
}

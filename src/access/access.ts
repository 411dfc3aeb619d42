import type { App } from '../system/app.ts'
import type { SessionSettings } from './session.ts'

/** What access works with. */
export type Access = App & { readonly sessions: SessionSettings }

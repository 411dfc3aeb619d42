/** The SQL of access, by table. */
export * from './account_store.ts'
export * from './asking_store.ts'
export * from './passkey_store.ts'
export * from './role_store.ts'
export * from './service_key_store.ts'
export * from './session_store.ts'
export * from './try_store.ts'

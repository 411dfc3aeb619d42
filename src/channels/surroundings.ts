/** What an adapter is given besides its account: nothing reads the clock or makes chance by itself. */
export type Surroundings = {
  readonly now: () => Date
  /** 16 to 32 letters and digits that nobody can guess. */
  readonly nonce: () => string
  /** Where relative paths of the configuration begin. */
  readonly folder: string
}

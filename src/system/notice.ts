/** One line about what is being done, for the person at the terminal. */
export type Notice = { readonly zh: string; readonly en: string }
export type Say = (notice: Notice) => void

export const silent: Say = () => {}

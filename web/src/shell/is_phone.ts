/** Whether pages run where a person pays with the same device: then apps are opened, not codes shown. */
export const isPhone = (): boolean => window.matchMedia('(pointer: coarse)').matches && window.innerWidth < 700

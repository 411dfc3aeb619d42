/** The platform's sign, as on the home screens of phones. */
export function BrandSign({ size }: { readonly size: number }) {
  return <img src="/app/icon.svg" width={size} height={size} alt="" />
}

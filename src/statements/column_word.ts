/**
 * The word by which a person names a column on the command line: --column 金额=amount, and --column "Processed On=occurred_at"
 * where a shell would take the name apart. `meaning`: a Field, or "-" to leave the column out.
 */
export function columnWord(header: string | undefined, meaning: string): string {
  const word = `${header ?? ''}=${meaning}`
  if (!/[\s"'$`\\!&|;<>()*?[\]{}~#^]/.test(word)) return `--column ${word}`
  return /["$`\\!]/.test(word) ? `--column '${word.replaceAll("'", "'\\''")}'` : `--column "${word}"`
}

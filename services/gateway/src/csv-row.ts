/** A line of CSV (RFC 4180). Absent cells are empty. */
export function csvRow(cells: readonly (string | null | undefined)[]): string {
  return `${Array.from(cells, csvCell).join(',')}\r\n`
}

function csvCell(value: string | null | undefined): string {
  if (value === null || value === undefined) return ''
  const text = beginsFormula.test(value) && !plainNumber.test(value) ? `'${value}` : value
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** What spreadsheets take for a formula: a customer's name must not run in an accountant's program. */
const beginsFormula = /^[=+\-@\t\r\n＝＋－＠]/
const plainNumber = /^-\d+(\.\d+)?$/
const needsQuotes = /[",\r\n]/

import { initParser, type Schema } from 'udsv'

/**
 * The cells of rows that are whole and have `width` cells each, as `readPages` says of rows without a problem: the
 * parser trusts what it is given.
 */
export function csvCells(
  rows: readonly string[],
  { delimiter, width }: { delimiter: string; width: number },
): string[][] {
  if (rows.length === 0) return []
  // The parser's quotes need a second column to be seen in.
  const isNarrow = width === 1
  const text = rows.join(isNarrow ? `${delimiter}\n` : '\n')
  const cells: string[][] = initParser(schemaOf(delimiter, isNarrow ? 2 : width)).stringArrs(
    isNarrow ? `${text}${delimiter}` : text,
  )
  return isNarrow ? cells.map(([cell = '']) => [cell]) : cells
}

/** A text stays what it is. */
const repl = { empty: undefined, null: undefined, NaN: undefined }

function schemaOf(delimiter: string, width: number): Schema {
  return {
    col: delimiter,
    row: '\n',
    encl: '"',
    esc: '"',
    trim: false,
    cols: Array.from({ length: width }, (_, index) => ({ name: `c${index}`, type: 's', repl })),
  }
}

/** How much of a file is behind: whoever has it goes on there. */
export interface Place {
  /** Bytes of the text, after what gzip packed them in. */
  readonly offset: number
  /** Rows, as the file numbers them: the header of CSV is row 1, and empty lines count. */
  readonly row: number
}

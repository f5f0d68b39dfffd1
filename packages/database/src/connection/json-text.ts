/** A JSON column's value that is text already: of what many rows share, text costs a fraction of objects that become it. */
export class JsonText {
  readonly text: string

  /** @param text JSON on one line, as `JSON.stringify` writes it */
  constructor(text: string) {
    this.text = text
  }
}

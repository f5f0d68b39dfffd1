/** When a page's turn has come, and what it has to tell. */
export interface Turn {
  /** The page before is there; it rejects where that has failed, or nobody wants this one any more. */
  readonly turn: Promise<void>
  /** To be called once the database works on the page, and this process is free. */
  readonly meanwhile: () => void
}

/**
 * Writes pages one after the other, in their order. While the database writes a page, the next one is made, and may be
 * begun as far as that needs no turn. No more than these two are in memory. None is written any more once the signal
 * aborts or one has failed; what had its turn by then is there before this rejects.
 */
export async function writeInTurn<Page, Written>(
  pages: AsyncGenerator<Page, undefined>,
  {
    signal,
    write,
    onWritten,
  }: {
    readonly signal: AbortSignal
    write(page: Page, turn: Turn): Promise<Written>
    onWritten(written: Written): Promise<void>
  },
): Promise<void> {
  let before: Promise<void> = Promise.resolve()
  try {
    for (let page = await pages.next(); !page.done; page = await pages.next()) {
      const turn = before.then(() => signal.throwIfAborted())
      // Whoever waits for it is told; where nobody does as yet it is no unhandled one.
      turn.catch(() => {})
      const busy = Promise.withResolvers<void>()
      const written = write(page.value, { turn, meanwhile: busy.resolve })
      before = written.then(onWritten)
      before.catch(() => {})
      await Promise.race([busy.promise, before])
    }
    await before
  } finally {
    await before.catch(() => {})
    await pages.return(undefined)
  }
}

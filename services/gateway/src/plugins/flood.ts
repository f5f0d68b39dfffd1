/** Whether more requests are refused than are let in, by the last whole tenth of a second. */
export interface Flood {
  /** @param atMs of a clock that only goes on */
  note(what: 'refused' | 'let-in', atMs: number): void
  isOn(atMs: number): boolean
}

export function createFlood(): Flood {
  let window = 0
  let counts = { refused: 0, 'let-in': 0 }
  let wasOn = false
  const goTo = (atMs: number): void => {
    const now = Math.floor(atMs / windowMs)
    if (now === window) return
    // One that nothing came in says that it is over.
    wasOn = now === window + 1 && counts.refused > counts['let-in']
    window = now
    counts = { refused: 0, 'let-in': 0 }
  }
  return {
    note(what, atMs) {
      goTo(atMs)
      counts[what] += 1
    },
    isOn(atMs) {
      goTo(atMs)
      return wasOn
    },
  }
}

const windowMs = 100

/** Whether more requests are refused than are let in. */
export interface Flood {
  /** @param atMs of a clock that only goes on */
  note(what: 'refused' | 'let-in', atMs: number): void
  isOn(atMs: number): boolean
}

/**
 * It begins with the request that makes the refused ones more than the others of the last tenth of a second, and ends
 * with a tenth of a second in which they are not more. One is longer where the event loop comes late, as it does then.
 */
export function createFlood(): Flood {
  let began = Number.NEGATIVE_INFINITY
  let refused = 0
  let letIn = 0
  let wasOn = false
  const isMore = () => refused >= refusedMin && refused > letIn
  return {
    note(what, atMs) {
      if (atMs - began >= windowMs) {
        wasOn = atMs - began < silenceMs && isMore()
        began = atMs
        refused = 0
        letIn = 0
      }
      if (what === 'refused') refused += 1
      else letIn += 1
    },
    isOn: (atMs) => atMs - began < silenceMs && (wasOn || isMore()),
  }
}

const windowMs = 100
/** Fewer are a peak, of which the next moment knows nothing. */
const refusedMin = 10
/** So long without a request says that it is over. */
const silenceMs = 1_000

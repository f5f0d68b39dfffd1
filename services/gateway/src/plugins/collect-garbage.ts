import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Collects all of the process's garbage and gives its pages back, at once: some tens of milliseconds for the heap of a
 * gateway. A collection of the usual kind keeps most pages for what may come.
 */
export function collectGarbage(): void {
  gc ??= exposedGc()
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

/** As V8's extension takes it. */
type Gc = (how: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void
let gc: Gc | undefined

/** V8 shows it to contexts that are made while the flag is set: to this one, and to no code of the process. */
function exposedGc(): Gc {
  setFlagsFromString('--expose-gc')
  const exposed: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  return (how) => {
    if (typeof exposed === 'function') exposed(how)
  }
}

export interface Remains {
  /** Something large is begun: nothing is collected meanwhile. */
  began(): void
  /** It has ended, after so many bytes. @param isLast nothing large is under way any more */
  ended(bytes: number, isLast: boolean): void
}

/**
 * V8 lets garbage lie until it needs the room, for ever where little follows: after bodies of many megabytes a gateway
 * would hold some hundreds. So it is collected when the last of them is over and none has followed for a while.
 */
export function createRemains(collect: () => void): Remains {
  let bytesLeft = 0
  let timer: NodeJS.Timeout | undefined
  return {
    began: () => clearTimeout(timer),
    ended(bytes, isLast) {
      bytesLeft += bytes
      if (!isLast || bytesLeft < worthBytes) return
      clearTimeout(timer)
      timer = setTimeout(() => {
        bytesLeft = 0
        collect()
      }, quietMs).unref()
    },
  }
}

const worthBytes = 16 * 1024 * 1024
const quietMs = 2_000

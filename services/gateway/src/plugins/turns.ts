import { CodedError } from '@flexprice/domain'

/** One after the other, for those who want the same thing at the same time. */
export interface Turns {
  /**
   * Waits until nobody else has the turn, then takes it; who took it calls what is returned.
   *
   * @throws service_unavailable when it took too long
   */
  take(name: string): Promise<() => void>
}

export function createTurns(waitMsMax: number): Turns {
  const taken = new Map<string, Promise<void>>()
  return {
    async take(name) {
      const deadline = performance.now() + waitMsMax
      for (let other = taken.get(name); other !== undefined; other = taken.get(name)) {
        const restMs = deadline - performance.now()
        if (restMs <= 0 || !(await endsWithin(other, restMs))) {
          throw new CodedError(
            'service_unavailable',
            'A request with this Idempotency-Key is still being worked on',
          )
        }
      }
      const turn = Promise.withResolvers<void>()
      taken.set(name, turn.promise)
      return () => {
        if (taken.get(name) === turn.promise) taken.delete(name)
        turn.resolve()
      }
    },
  }
}

async function endsWithin(turn: Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  try {
    return await Promise.race([turn.then(() => true), tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** Turns Ctrl-C and the like into a signal while it lives; without it they end the process at once. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal
}

export function catchInterruption(): Interruption {
  const controller = new AbortController()
  const abort = () => controller.abort()
  for (const name of signals) process.on(name, abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, abort)
    },
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

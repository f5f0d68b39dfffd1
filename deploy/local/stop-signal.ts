const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Aborts at the first Ctrl-C, SIGTERM or closed terminal. Later ones change nothing: the stop has its own bounds,
 * and Ctrl-C reaches this process twice (from the terminal, and passed on by the first stage).
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of signals) process.on(signal, () => controller.abort(new Error(`stopped by ${signal}`)))
  return controller.signal
}

/** The work's result; or, as soon as the signal comes, its reason. */
export async function orStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  // The work goes on for a moment after a stop; what it then throws has been answered for.
  work.catch(() => undefined)
  return Promise.race([work, stopped])
}

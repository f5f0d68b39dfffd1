import type { Logger } from '@flexprice/observability'

/**
 * Aborts at the first SIGTERM or SIGINT. At the second, or when the stop takes longer than it may, the
 * process ends at once with status 1: nothing that hangs keeps a pod.
 */
export function stopSignal({ logger, giveUpAfterMs }: { logger: Logger; giveUpAfterMs: number }): StopSignal {
  const controller = new AbortController()
  const giveUp = (reason: string): never => {
    logger.error(
      { 'event.action': 'stop-gave-up', 'labels.reason': reason },
      'The worker ends without finishing',
    )
    process.exit(1)
  }
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) giveUp('a second signal')
    logger.info({ 'event.action': 'stopping', 'labels.signal': name }, 'The worker stops')
    controller.abort(new Error(`stopped by ${name}`))
    setTimeout(() => giveUp('the stop took too long'), giveUpAfterMs).unref()
  }
  for (const name of signals) process.on(name, stop)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, stop)
    },
  }
}

const signals = ['SIGTERM', 'SIGINT'] as const

interface StopSignal extends Disposable {
  readonly signal: AbortSignal
}

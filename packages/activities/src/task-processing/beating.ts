import { Context } from '@temporalio/activity'

const intervalMs = 1_000

/** Heartbeats until it is disposed of, whatever the activity waits for: a slow page is no dead worker. */
export function beating(): Disposable {
  const context = Context.current()
  const timer = setInterval(() => context.heartbeat(), intervalMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

import { Context } from '@temporalio/activity'

const heartbeatMs = 2_000

/**
 * Heartbeats from a timer while the work goes on, so that a dead worker is noticed within seconds however long a page
 * takes, and a cancellation is heard of.
 */
export async function whileHeartbeating<Answer>(
  work: (context: Context) => Promise<Answer>,
): Promise<Answer> {
  const context = Context.current()
  const timer = setInterval(() => context.heartbeat(), heartbeatMs)
  try {
    return await work(context)
  } finally {
    clearInterval(timer)
  }
}

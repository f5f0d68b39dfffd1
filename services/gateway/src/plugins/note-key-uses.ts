import { type ApiKeyUse, type Database, touchApiKeysMax } from '@flexprice/database/connection'
import type { Logger } from '@flexprice/observability'
import type { FastifyInstance } from 'fastify'

export interface KeyUses {
  /** The key has just let a request in. Costs a look into a map: the database hears of it later. */
  note(keyId: string): void
}

/**
 * Keeps when each key was last used, to the minute: uses are collected and written for all keys in one
 * statement every few seconds, each key at most once a minute, and the rest when the app closes. A last
 * use is worth no request's failure, so one that cannot be written is logged and noted by the next request.
 */
export function noteKeyUses(
  app: FastifyInstance,
  deps: { readonly database: Pick<Database, 'touchApiKeys'>; readonly logger: Logger },
  intervalMs = writeIntervalMs,
): KeyUses {
  const notedAt = new Map<string, number>()
  const pending = new Map<string, Date>()
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    if (pending.size === 0) return
    const uses: ApiKeyUse[] = [...pending].map(([keyId, usedAt]) => ({ keyId, usedAt }))
    pending.clear()
    try {
      await deps.database.touchApiKeys(uses)
    } catch (err) {
      for (const { keyId } of uses) notedAt.delete(keyId)
      const fields = { err, 'event.action': 'key-uses-lost', 'labels.keys': uses.length }
      deps.logger.warn(fields, 'The last use of keys could not be written')
    }
  }
  const timer = setInterval(() => {
    // A database that is slow is not asked again meanwhile.
    writing ??= write().finally(() => {
      writing = undefined
    })
  }, intervalMs).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await writing
    await write()
  })

  return {
    note(keyId) {
      const now = Date.now()
      const last = notedAt.get(keyId)
      if (last !== undefined && now - last < noteIntervalMs) return
      if (pending.size >= touchApiKeysMax) return
      // Re-inserted, so that the map's first entry is the one that was noted longest ago.
      notedAt.delete(keyId)
      notedAt.set(keyId, now)
      if (notedAt.size > touchApiKeysMax) forgetOldest(notedAt)
      pending.set(keyId, new Date(now))
    },
  }
}

const writeIntervalMs = 5_000
const noteIntervalMs = 60_000

function forgetOldest(notedAt: Map<string, number>): void {
  const oldest = notedAt.keys().next()
  if (!oldest.done) notedAt.delete(oldest.value)
}

import type { Readable } from 'node:stream'

/** A key is `<day>/<name>`: the day, in UTC, is what retention goes by. */
export interface FileStore {
  /** Resolves once the file is durable. What breaks off leaves nothing that could be read. */
  write(key: string, content: Readable): Promise<void>
  /** @throws not_found, and for what was purged, too; service_unavailable */
  open(key: string, from: number): Promise<Readable>
  /** The days that have files, in order. */
  days(): Promise<readonly string[]>
  /** Deletes a day's files. Idempotent. */
  deleteDay(day: string): Promise<void>
  /** Throws while the store cannot be reached. */
  ping(): Promise<void>
}

/** Under which a file is kept: names of two parts that no caller has chosen. */
export function fileKey(now: Date, id: string): string {
  return `${dayOf(now)}/${id}`
}

const dayMs = 24 * 60 * 60 * 1000

/** Deletes the files that are older than so many days, and tells which days they were of. */
export async function purgeOldFiles(
  store: FileStore,
  { retentionDays, now }: { retentionDays: number; now: Date },
): Promise<readonly string[]> {
  const oldest = dayOf(new Date(now.getTime() - retentionDays * dayMs))
  const old = (await store.days()).filter((day) => day < oldest)
  for (const day of old) await store.deleteDay(day)
  return old
}

export function isDay(name: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(name)
}

function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}

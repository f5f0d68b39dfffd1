import type { ErrorCode } from '@flexprice/domain'
import { publishedErrorCode } from '../wire/error.ts'

/** How many subscriptions each code leaves out, by the codes as they are published: several of ours may be one of them. */
export function publishedCounts(
  counts: readonly { readonly code: ErrorCode; readonly subscriptions: number }[],
): { code: ReturnType<typeof publishedErrorCode>; subscriptions: number }[] {
  const byCode = new Map<ReturnType<typeof publishedErrorCode>, number>()
  for (const { code, subscriptions } of counts) {
    const published = publishedErrorCode(code)
    byCode.set(published, (byCode.get(published) ?? 0) + subscriptions)
  }
  return [...byCode].map(([code, subscriptions]) => ({ code, subscriptions }))
}

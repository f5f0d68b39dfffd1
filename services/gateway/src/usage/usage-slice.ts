import { propertyOf } from '@flexprice/contracts/usage'
import { invalid } from '@flexprice/domain'
import type { SplitKey, UsageSlice, UsageSplit } from '@flexprice/domain/usage'

interface SliceRequest {
  readonly sources?: readonly string[] | undefined
  readonly group_by?: readonly string[] | undefined
}

/** A report's slice, and the request's names for what it is split by, in the same order. */
export interface NamedSlice extends UsageSlice {
  readonly names: readonly string[]
}

/** By feature usage is told apart in any case, and a name twice is that name. */
export function sliceOf({ sources, group_by = [] }: SliceRequest): NamedSlice {
  const named = [...new Set(group_by)].flatMap((name) => {
    const key = keyOf(name)
    return key ? [{ name, key }] : []
  })
  return {
    sources: sources && sources.length > 0 ? sources : null,
    splitBy: named.map(({ key }) => key),
    names: named.map(({ name }) => name),
  }
}

/** @throws validation_error for a page of groups where there are none, which would say nothing */
export function expectPaged(
  { limit, cursor }: { limit?: number | undefined; cursor?: string | undefined },
  { splitBy }: UsageSlice,
): void {
  if (splitBy.length > 0) return
  const given = Object.entries({ limit, cursor }).filter(([, value]) => value !== undefined)
  if (given.length > 0)
    throw invalid(given.map(([path]) => ({ path, message: 'pages groups: give group_by' })))
}

function keyOf(name: string): SplitKey | undefined {
  if (name === 'source') return { kind: 'source' }
  if (name === 'external_customer_id') return { kind: 'customer' }
  const property = propertyOf(name)
  return property === undefined ? undefined : { kind: 'property', name: property }
}

/** By the request's names; null for what the group's events have not. */
export function groupedBy({ names }: NamedSlice, split: UsageSplit): Record<string, string | null> {
  return Object.fromEntries(names.map((name, index) => [name, split[index] ?? null]))
}

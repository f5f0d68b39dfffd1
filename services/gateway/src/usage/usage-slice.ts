import { propertyOf } from '@flexprice/contracts/usage'
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

import type { ModelLine, ModelWorld } from './price-sync-model.ts'

/** What must hold of a plan's lines at any time, in words; empty when all is well. */
export function brokenRules(world: ModelWorld): string[] {
  const chainOf = new Map(world.prices.map((price) => [price.id, price.rootId]))
  const overriddenBy = new Map<string, string>(
    world.overrides.map(({ id, priceId }) => [id, chainOf.get(priceId) ?? priceId]),
  )
  const lines = world.lines.map((line) => ({
    ...line,
    chain: chainOf.get(line.priceId) ?? overriddenBy.get(line.priceId) ?? line.priceId,
  }))
  const problems = lines
    .filter(({ start, end }) => end !== null && end < start)
    .map((line) => `ends before it starts: ${JSON.stringify(line)}`)
  // ONETIME may bill again at another instant.
  const oneTime = new Set(world.prices.flatMap(({ oneTime, rootId }) => (oneTime ? [rootId] : [])))
  const seen = new Map<string, ModelLine[]>()
  for (const line of lines.filter(({ chain }) => !oneTime.has(chain))) {
    const key = `${line.subscriptionId} ${line.chain}`
    const others = seen.get(key) ?? []
    for (const other of others.filter((other) => overlap(line, other))) {
      problems.push(`a chain is billed twice: ${JSON.stringify(other)} and ${JSON.stringify(line)}`)
    }
    seen.set(key, [...others, line])
  }
  return problems
}

function overlap(one: ModelLine, other: ModelLine): boolean {
  return (
    Math.max(one.start, other.start) <
    Math.min(one.end ?? Number.POSITIVE_INFINITY, other.end ?? Number.POSITIVE_INFINITY)
  )
}

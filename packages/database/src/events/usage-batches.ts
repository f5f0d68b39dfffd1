import type { Accumulator, UsageScan } from './usage-scans.ts'

/** What one statement computes. */
export interface UsageBatch {
  /**
   * Null: each scan is of its own customer, whose events are found by the index, span by span. Else each is a pattern
   * that holds for all of these customers, or for every one there is, whose events are read in one pass.
   */
  readonly customers: readonly string[] | 'every' | null
  readonly scans: readonly UsageScan[]
}

/** From so many customers of the same spans on, a pass over their events is cheaper than looking each up. */
const sharedFrom = 100
/** Of patterns times customers that nobody asked for: where more are, each pattern is a pass of its own. */
const wasteMax = 4
/** Of one statement: what its arrays take of memory. */
const customersMax = 100_000
const spansMax = 50_000

/**
 * The scans in as few statements as serve them well. Of a pass over many customers unique values are a statement apart:
 * the others' aggregates would be kept for each value. What is looked up is one, as to plan it takes as long as to run it.
 */
export function* usageBatches(scans: readonly UsageScan[]): Generator<UsageBatch> {
  const asked = scans.filter(({ spans }) => spans.length > 0)
  const alone: UsageScan[] = []
  for (const isDistinct of [false, true]) {
    const alike = asked.filter(({ wants }) => wants.has('distinct') === isDistinct)
    const [ofOne, ofEvery] = byWhose(alike)
    for (const ofFrame of Map.groupBy(ofOne, ({ frame }) => frame).values()) {
      for (const shared of sharedPatterns(ofFrame)) {
        if (customersOf(shared).length < sharedFrom) alone.push(...shared)
        else yield* sharedBatches(shared)
      }
    }
    yield* singleBatches(ofEvery)
  }
  yield* singleBatches(alone)
}

function byWhose(scans: readonly UsageScan[]): [UsageScan[], UsageScan[]] {
  const isOfEvery = ({ externalCustomerId }: UsageScan) => externalCustomerId === null
  return [scans.filter((scan) => !isOfEvery(scan)), scans.filter(isOfEvery)]
}

/** Together, unless the customers have too different patterns. */
function sharedPatterns(scans: readonly UsageScan[]): Iterable<readonly UsageScan[]> {
  const patterns = Map.groupBy(scans, ({ pattern }) => pattern)
  const isWasteful = patterns.size * customersOf(scans).length > wasteMax * scans.length
  return isWasteful ? patterns.values() : [scans]
}

function* sharedBatches(scans: readonly UsageScan[]): Generator<UsageBatch> {
  const patterns = [...Map.groupBy(scans, ({ pattern }) => pattern).values()].flatMap((ofPattern) => {
    const [first] = ofPattern
    const wants = new Set<Accumulator>(ofPattern.flatMap((scan) => [...scan.wants]))
    return first ? [{ ...first, wants }] : []
  })
  const customers = customersOf(scans)
  for (let from = 0; from < customers.length; from += customersMax) {
    yield { customers: customers.slice(from, from + customersMax), scans: patterns }
  }
}

/** Each scan by itself, as many in a statement as its arrays may hold; those of every customer apart. */
export function* singleBatches(scans: readonly UsageScan[]): Generator<UsageBatch> {
  const [ofOne, ofEvery] = byWhose(scans)
  for (const some of filled(ofOne)) yield { customers: null, scans: some }
  for (const some of filled(ofEvery)) yield { customers: 'every', scans: some }
}

function* filled(scans: readonly UsageScan[]): Generator<readonly UsageScan[]> {
  let batch: UsageScan[] = []
  let spans = 0
  for (const scan of scans) {
    if (batch.length > 0 && spans + scan.spans.length > spansMax) {
      yield batch
      batch = []
      spans = 0
    }
    batch.push(scan)
    spans += scan.spans.length
  }
  if (batch.length > 0) yield batch
}

function customersOf(scans: readonly UsageScan[]): string[] {
  return [...new Set(scans.flatMap(({ externalCustomerId }) => externalCustomerId ?? []))]
}

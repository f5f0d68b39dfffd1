import { assert } from '../assert.ts'
import { decimalFromInteger } from '../money/decimal.ts'
import { addRatios, type Ratio, ratio, zeroRatio } from '../money/ratio.ts'
import type { Period } from '../time/period.ts'
import type { UsagePart } from '../usage/usage-question.ts'
import { partsOf } from '../usage/usage-spans.ts'
import type { AskedParts, UsageStretch } from './cycle.ts'
import { overlap } from './line-life.ts'
import { lengthMs } from './period-runs.ts'

/** A part that has its slot's time for its own, and the place of the stretch's period that it lies in. */
export interface PlacedPart {
  readonly part: UsagePart
  readonly place: number
}

interface Slot {
  readonly stretch: UsageStretch
  readonly slot: Period
}

function* slotsOf(stretches: readonly UsageStretch[]): Generator<Slot> {
  for (const stretch of stretches) {
    for (const slot of partsOf(stretch.slots)) yield { stretch, slot }
  }
}

/** Parts, ascending, with the slots that they lie in. */
function* bySlot(stretches: readonly UsageStretch[], parts: readonly UsagePart[]) {
  const slots = slotsOf(stretches)
  let current = slots.next()
  for (const [index, part] of parts.entries()) {
    while (!current.done && part.start >= current.value.slot.end) current = slots.next()
    assert(!current.done, 'a part lies in a slot')
    yield { ...current.value, part, index }
  }
}

function placeOf({ periods }: UsageStretch, instant: Date): number {
  const place = periods.findIndex(({ start, end }) => instant >= start && instant < end)
  assert(place >= 0, 'a part lies in a period of its stretch')
  return place
}

/** Whether nothing has cut the slots: parts are slots themselves then, in the one place there is. */
export function areSlots(stretches: readonly UsageStretch[]): boolean {
  return stretches.every(({ periods }) => periods.length === 1)
}

/** Parts by the slots of stretches, which edits, or gaps between lines, have cut. */
export function placedParts(stretches: readonly UsageStretch[], parts: readonly UsagePart[]): PlacedPart[] {
  return [...bySlot(stretches, parts)].map(({ stretch, slot, part }) => ({
    part: { ...part, ...slot },
    place: placeOf(stretch, part.start),
  }))
}

/**
 * Parts of a weighted sum, whose running value goes on into the later periods of its slot, those without events too:
 * it is what it was worth in its own period, and in each later one the plain sum times that one's length.
 *
 * @param sums the plain sums of the same parts
 */
export function carriedParts(
  { stretches, whole }: AskedParts,
  { parts, sums }: { parts: readonly UsagePart[]; sums: readonly UsagePart[] },
): PlacedPart[] {
  assert(parts.length === sums.length, 'each part has its sum')
  const ofSlots = Map.groupBy(bySlot(stretches, parts), ({ slot }) => slot.start.getTime())
  return [...ofSlots.values()].flatMap((inSlot) => {
    const [first] = inSlot
    if (!first) return []
    const { slot, stretch } = first
    const pieces = stretch.periods.map((period) => overlap(period, slot))
    const wholeMs = lengthMs(whole ?? slot)
    const groups = Map.groupBy(inSlot, ({ part }) => part.group)
    return [...groups].flatMap(([group, ofGroup]) => {
      let running = zeroRatio
      return pieces.flatMap((piece, place): PlacedPart[] => {
        if (!piece) return []
        const own = ofGroup.find(({ part }) => part.start >= piece.start && part.start < piece.end)
        const carried = weighed(running, lengthMs(piece), wholeMs)
        const quantity = own ? addRatios(carried, ownQuantity(own.part, whole, wholeMs)) : carried
        running = addRatios(running, (own && sums[own.index]?.quantity) ?? zeroRatio)
        const { eventCount = 0, notNumeric = 0, oddEventIds, missing } = own?.part ?? {}
        const counts = {
          ...{ eventCount, notNumeric, ...(oddEventIds && { oddEventIds }) },
          ...(missing !== undefined && { missing }),
        }
        return own || running !== zeroRatio ? [{ part: { ...slot, group, quantity, ...counts }, place }] : []
      })
    })
  })
}

/** A bucket that is cut was divided by its piece's length: it is a share of the whole bucket. */
function ownQuantity(part: UsagePart, whole: Period | null, wholeMs: number): Ratio {
  return whole ? part.quantity : weighed(part.quantity, lengthMs(part), wholeMs)
}

/** What a value is worth that was there for so long of the whole. */
export function weighed({ numerator, denominator }: Ratio, ms: number, wholeMs: number): Ratio {
  return ratio(numerator.times(decimalFromInteger(ms)), denominator.times(decimalFromInteger(wholeMs)))
}

import { isNegative, isPositive } from '../money/decimal.ts'
import { addRatios, compareRatios, type Ratio, subtractRatios, sumRatios, zeroRatio } from '../money/ratio.ts'

/**
 * Quantities in order of time without those below 0: each is taken off the ones before it, the latest first, then off
 * those after it (billing rules, section 5). Their sum stays; only where that is below 0 one of them still is.
 */
export function netQuantities(quantities: readonly Ratio[]): Ratio[] {
  const net = [...quantities]
  for (const [place, quantity] of quantities.entries()) {
    if (!isNegative(quantity.numerator)) continue
    const before = [...net.keys()].slice(0, place).reverse()
    const after = [...net.keys()].slice(place + 1)
    for (const other of [...before, ...after]) takeOff(net, place, other)
  }
  return net
}

function takeOff(net: Ratio[], place: number, other: number): void {
  const owed = net[place] ?? zeroRatio
  const there = net[other] ?? zeroRatio
  if (!isNegative(owed.numerator) || !isPositive(there.numerator)) return
  const left = addRatios(there, owed)
  const isEnough = compareRatios(left, zeroRatio) >= 0
  net[other] = isEnough ? left : zeroRatio
  net[place] = isEnough ? zeroRatio : left
}

/**
 * The same for windows of which neighbours have one price, told by equal `runs`: each run is as one quantity among the
 * others, so that an edit that changes nothing takes nothing off another price.
 */
export function netOfRuns(quantities: readonly Ratio[], runs: readonly number[]): Ratio[] {
  const ofRuns = [...Map.groupBy(quantities.keys(), (place) => runs[place]).values()].map((places) =>
    places.map((place) => quantities[place] ?? zeroRatio),
  )
  if (ofRuns.length === quantities.length) return netQuantities(quantities)
  const totals = ofRuns.map(sumRatios)
  const net = netQuantities(totals)
  return ofRuns.flatMap((own, run) => {
    const changed = subtractRatios(net[run] ?? zeroRatio, totals[run] ?? zeroRatio)
    return netQuantities([...own, changed]).slice(0, -1)
  })
}

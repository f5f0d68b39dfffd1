/**
 * The fewest steps that still fail (delta debugging): chunks are left out, ever smaller ones, as long as what is left
 * fails. Steps name what they act on by numbers, so that what is left of a life is a life.
 *
 * @param fails whether a life fails; asked `triesMax` times at most
 */
export async function shrink<Step>(
  steps: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<boolean>,
  triesMax = 1_000,
): Promise<readonly Step[]> {
  let left = steps
  let size = Math.ceil(left.length / 2)
  let tries = 0
  while (size >= 1) {
    let isSmaller = false
    for (let from = Math.max(0, left.length - size); from >= 0 && tries < triesMax; from -= size) {
      const without = [...left.slice(0, from), ...left.slice(from + size)]
      tries++
      if (without.length === left.length || !(await fails(without))) continue
      left = without
      isSmaller = true
    }
    if (tries >= triesMax) break
    if (size === 1 && !isSmaller) break
    if (!isSmaller || size > left.length / 2) size = size === 1 ? 0 : Math.ceil(size / 2)
  }
  return left
}

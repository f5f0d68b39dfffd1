/** Credits of three invoices, in units: what they owe, and what each has been paid with. */
export interface PursesWorld {
  readonly credits: readonly { readonly of: number; readonly units: number; readonly isSource: boolean }[]
  readonly open: readonly number[]
  readonly spent: readonly (readonly number[])[]
  readonly paid: readonly (readonly number[])[]
}

/**
 * Where credits go, by the plainest model there is: purses that are emptied one unit after the other, in the order of
 * billing rules, section 6. Each as `open 0 7, 0d1 3, 0p0 2, beyond 1`; the number alone of one that cannot go back.
 */
export function emptyPurses({ credits, open, spent, paid }: PursesWorld): (string | number)[] {
  const purse = new Map<string, number>([
    ...open.map((units, id) => [`open ${id}`, units] as const),
    ...named(spent, 'd'),
    ...named(paid, 'p'),
  ])
  const gone: (string | number)[] = []
  for (const [index, { of, units, isSource }] of credits.entries()) {
    const order = [
      ...new Set([`open ${of}`, ...open.map((_, id) => `open ${id}`)]),
      ...named(spent, 'd')
        .flatMap(([name]) => (name.startsWith(`${of}d`) ? [name] : []))
        .toReversed(),
      ...named(paid, 'p').flatMap(([name]) => (name.startsWith(`${of}p`) ? [name] : [])),
    ]
    const taken = new Map<string, number>()
    for (let unit = 0; unit < units; unit++) {
      const from = order.find((name) => (purse.get(name) ?? 0) > 0) ?? 'beyond'
      purse.set(from, (purse.get(from) ?? 0) - 1)
      taken.set(from, (taken.get(from) ?? 0) + 1)
    }
    if (isSource && taken.has('beyond')) return [...gone, index]
    gone.push([...taken].map(([name, count]) => `${name} ${count}`).join(', '))
  }
  return gone
}

function named(all: readonly (readonly number[])[], kind: string) {
  return all.flatMap((own, id) => own.map((units, place) => [`${id}${kind}${place}`, units] as const))
}

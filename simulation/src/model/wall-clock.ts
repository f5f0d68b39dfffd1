const formats = new Map<string, Intl.DateTimeFormat>()

/** What clocks on the wall show at an instant, in milliseconds as if they showed UTC. */
export function wallTime(instant: number, zone: string): number {
  if (zone === 'UTC') return instant
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  const seconds = Date.UTC(
    ...([part('year'), part('month') - 1, part('day'), part('hour') % 24] as const),
    part('minute'),
    part('second'),
  )
  return seconds + (((instant % 1_000) + 1_000) % 1_000)
}

/** The instant of a wall time: the first of an ambiguous one; one that is skipped moves forward by the gap. */
export function instantOf(wall: number, zone: string): number {
  if (zone === 'UTC') return wall
  const offsets = [wall - dayMs, wall + dayMs].map((near) => wallTime(near, zone) - near)
  const instants = offsets.map((offset) => wall - offset)
  const shown = instants.filter((instant) => wallTime(instant, zone) === wall)
  return shown.length > 0 ? Math.min(...shown) : (instants[0] ?? wall)
}

export const dayMs = 86_400_000

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const numeric = 'numeric'
  const format = new Intl.DateTimeFormat('en-US', {
    ...({ timeZone: zone, hourCycle: 'h23', era: undefined, year: numeric, month: numeric } as const),
    ...({ day: numeric, hour: numeric, minute: numeric, second: numeric } as const),
  })
  formats.set(zone, format)
  return format
}

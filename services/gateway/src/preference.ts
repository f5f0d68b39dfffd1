/** What a caller prefers by the header `Prefer` (RFC 7240): the preference's value, `''` for one without. */
export function preference(prefer: string | string[] | undefined, name: string): string | undefined {
  for (const preferred of [prefer ?? []].flat().join(',').split(',')) {
    const [pair = ''] = preferred.split(';', 1)
    const [given = '', value = ''] = pair.split('=', 2)
    if (given.trim().toLowerCase() === name) return value.trim().replaceAll('"', '').toLowerCase()
  }
  return undefined
}

/** True when the caller wants to be told of the workflow only. */
export function wantsAsync(prefer: string | string[] | undefined): boolean {
  return preference(prefer, 'respond-async') !== undefined
}

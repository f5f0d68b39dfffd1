/** A problem's path (`tiers[1].up_to`) as the schema library wants it. */
export function pathSegments(path: string): (string | number)[] {
  const segments = path.split(/[.[\]]+/).filter((segment) => segment !== '')
  return segments.map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment))
}

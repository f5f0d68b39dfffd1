const banned = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'managers'])

/** Names that an outside tool asks for. */
const given = /^(tsconfig\.base\.json|k8s\/.*)$/

/** A name that says nothing collects everything: files and folders are called after what they do. */
export function nameProblems(files: readonly string[]): string[] {
  return files
    .filter((path) => !given.test(path))
    .flatMap((path) => {
      const names = path.split('/').map((part) => part.replace(/\..*$/, ''))
      const bad = names.find((name) => name === 'base' || name.split('-').some((word) => banned.has(word)))
      return bad ? [`${path}:1 is called ${bad}: name what it does`] : []
    })
}

/** `docs/decisions/0001-title.md`, `0002-…`: a number is given once and none is left out. */
export function decisionProblems(files: readonly string[]): string[] {
  const names = files.flatMap((path) => path.match(/^docs\/decisions\/(.*)$/)?.[1] ?? [])
  return names.flatMap((name, index) => {
    const wanted = String(index + 1).padStart(4, '0')
    if (/^\d{4}-[a-z0-9-]+\.md$/.test(name) && name.startsWith(wanted)) return []
    return [
      `docs/decisions/${name}:1 should be called ${wanted}-<title>.md: decisions are numbered without gaps`,
    ]
  })
}

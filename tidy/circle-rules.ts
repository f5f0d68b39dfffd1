import { importTarget } from './import-target.ts'
import { importsOf, problem, type Source } from './source.ts'
import type { Workspace } from './workspace.ts'

/**
 * Files that import each other, directly or over others, types included: none of them can be read, moved or
 * understood without all the others. The shared piece goes to the lower file, or to one of its own.
 */
export function circleProblems(workspace: Workspace): string[] {
  const byPath = new Map(workspace.sources.map((source) => [source.path, source]))
  const problems: string[] = []
  const done = new Set<Source>()
  const way: Source[] = []
  const walk = (source: Source): void => {
    way.push(source)
    for (const { specifier, offset } of importsOf(source)) {
      const target = byPath.get(importTarget(workspace, source.path, specifier) ?? '')
      if (target === undefined || done.has(target)) continue
      const from = way.indexOf(target)
      if (from < 0) walk(target)
      else {
        const circle = [...way.slice(from), target].map(({ path }) => path).join(' → ')
        problems.push(problem(source, offset, `closes a circle of imports: ${circle}`))
      }
    }
    way.pop()
    done.add(source)
  }
  for (const source of workspace.sources) if (!done.has(source)) walk(source)
  return problems
}

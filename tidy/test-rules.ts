import { isTest, problem, type Source, visit } from './source.ts'

/** A skipped test proves nothing and a mocked module proves something else. */
export function testProblems(source: Source): string[] {
  if (!isTest(source.path)) return []
  const problems: string[] = []
  visit(source, {
    MemberExpression: (node) => {
      const called = source.text.slice(node.start, node.end)
      if (/^(it|test|describe|suite)(\.\w+)*\.(skip|todo|only|fails|skipIf|runIf)$/.test(called)) {
        problems.push(problem(source, node.start, `has ${called}: let it run, or delete it`))
      }
      if (/^vi\.(mock|doMock|hoisted)$/.test(called)) {
        problems.push(problem(source, node.start, `has ${called}: test against what runs`))
      }
    },
  })
  return problems
}
